"""Tasks evaluated for the hosts of their play: conditions, loops, and what they do."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from exporter.declared.ansible.changes import Change
from exporter.declared.ansible.filters import MAX_ITEMS
from exporter.declared.ansible.helm import Release, parse_module
from exporter.declared.ansible.ledger import Ledger
from exporter.declared.ansible.modules import (
    object_changes,
    script_changes,
    script_text,
    taint_changes,
)
from exporter.declared.ansible.names import TaskNames, World
from exporter.declared.ansible.steps import HELM, SHELLS, Loop, Task
from exporter.declared.ansible.templates import ExhaustedError, Scope
from exporter.declared.ansible.values import PlacedList, PlacedMap, UnresolvedError
from exporter.declared.ansible.variables import Host
from exporter.declared.checkout import Checkout
from exporter.declared.stack import in_values
from exporter.domain.declaration import Unresolved
from exporter.domain.monitoring.stack import StackStatement
from exporter.domain.provenance import Place, Source, Stated

_LITERAL = re.compile(r":\s*\|[-+0-9]*\s*(?:#.*)?$")


@dataclass(slots=True)
class Tasks:
    """Evaluates tasks one after the other: nodes into the *ledger*, the rest into *stack*."""

    world: World
    ledger: Ledger
    checkout: Checkout
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    stack: list[StackStatement] = field(default_factory=list)
    _texts: dict[str, list[str]] = field(default_factory=dict)

    def evaluate(self, task: Task) -> None:
        """Evaluate *task* on every host of its play; what cannot be is noted once."""
        place = self._place(task, 0)
        if task.around.doubt:
            self._note(place, task.around.doubt)
            return
        try:
            hosts = self._hosts(task)
        except UnresolvedError:
            hosts = [None]
        play_hosts = tuple(one.name for one in hosts if one)
        seen: dict[frozenset[str], set[tuple[object, ...]]] = {}
        for host in hosts[:1] if task.around.once else hosts:
            if any(_signature(host, names) in known for names, known in seen.items()):
                continue
            touched = self._on_host(task, host, play_hosts)
            names = frozenset(touched)
            seen.setdefault(names, set()).add(_signature(host, names))

    def _hosts(self, task: Task) -> list[Host | None]:
        names = TaskNames(
            world=self.world, host=None, above=task.around.above, below=task.around.below
        )
        pattern = self.world.templates.expand(task.around.hosts, self.world.templates.scope(names))
        if isinstance(pattern, list) and all(isinstance(one, str) for one in pattern):
            pattern = ",".join(pattern)
        if not isinstance(pattern, str):
            raise UnresolvedError("its hosts are no pattern")
        found = self.world.population.match(pattern)
        if not found and not self.ledger.complete:
            raise UnresolvedError("its hosts may be among those that the inventory lacks")
        return [self.world.host(name) for name in found]

    def _on_host(self, task: Task, host: Host | None, play_hosts: tuple[str, ...]) -> set[str]:
        """Evaluate *task* on one host; return the names that its outcome depends on."""
        names = TaskNames(
            world=self.world,
            host=host,
            above=task.around.above,
            below=task.around.below,
            play_hosts=play_hosts,
        )
        touched: set[str] = set()
        try:
            if not self._ruled_out(task, names, touched):
                for inside, where in self._iterations(task.around.loops, names, touched):
                    self._iteration(task, inside, where, touched)
        except ExhaustedError:
            raise
        except UnresolvedError as error:
            self._note(self._place(task, 0), str(error))
        return touched

    def _ruled_out(self, task: Task, names: TaskNames, touched: set[str]) -> bool:
        """Tell whether a condition fails whatever the loop's item is."""
        scope = self._scope(names, touched)
        for condition in task.around.conditions:
            try:
                if not self.world.templates.holds(condition, scope):
                    return True
            except ExhaustedError:
                raise
            except UnresolvedError:
                continue
        return False

    def _iteration(
        self, task: Task, names: TaskNames, where: Place | None, touched: set[str]
    ) -> None:
        """Evaluate one turn of the loop: all conditions, then the module."""
        scope = self._scope(names, touched)
        try:
            templates = self.world.templates
            if not all(templates.holds(one, scope) for one in task.around.conditions):
                return
            self._do(task, scope, where)
        except ExhaustedError:
            raise
        except UnresolvedError as error:
            self._note(where or self._place(task, 0), str(error))

    def _do(self, task: Task, scope: Scope, where: Place | None) -> None:
        def render(value: Any) -> Any:
            return self.world.templates.expand(value, scope)

        changes: Iterable[Change | Release | UnresolvedError]
        if task.module in SHELLS:
            changes = script_changes(task.arguments, render=render)
        elif task.module == "k8s_taint":
            changes = taint_changes(render(task.arguments))
        elif task.module == "k8s":
            changes = object_changes(render(task.arguments))
        elif task.module == HELM:
            release = parse_module(render(task.arguments))
            changes = [release] if release else []
        else:
            raise UnresolvedError(f"{task.module} on a node is not evaluated")
        for change in changes:
            try:
                self._note_change(change, task, where)
            except UnresolvedError as error:
                self._note(where or self._place(task, 0), str(error))

    def _note_change(
        self, change: Change | Release | UnresolvedError, task: Task, where: Place | None
    ) -> None:
        match change:
            case UnresolvedError():
                raise change
            case Change():
                place = where or self._place(task, change.line)
                self.ledger.apply(change, place=place, playbook=task.around.playbook)
            case Release():
                self.stack += self._release(change, where or self._place(task, change.line))

    def _release(self, release: Release, place: Place) -> Iterator[StackStatement]:
        def find(keys: tuple[str, ...]) -> Stated[str] | None:
            name = ".".join(keys)
            text = release.values.get(name)
            at = self._at(*release.places[name]) if name in release.places else place
            return Stated(text, at) if text else None

        return in_values(release.chart, find, owner=f"release {release.name}")

    def _scope(self, names: TaskNames, touched: set[str]) -> Scope:
        scope = self.world.templates.scope(names)
        scope.touched = touched
        return scope

    def _iterations(
        self, loops: tuple[Loop, ...], names: TaskNames, touched: set[str]
    ) -> Iterator[tuple[TaskNames, Place | None]]:
        """Yield the names of every turn of nested *loops*, with the place of its last item."""
        if not loops:
            yield names, None
            return
        loop, rest = loops[0], loops[1:]
        items = self._items(loop, self._scope(names, touched))
        for index, (item, place) in enumerate(items):
            self.world.templates.budget.spend()
            turn = {**names.items, loop.variable: item}
            if loop.index:
                turn[loop.index] = index
            for inside, where in self._iterations(rest, replace(names, items=turn), touched):
                yield inside, where or place

    def _items(self, loop: Loop, scope: Scope) -> list[tuple[Any, Place | None]]:
        value = self.world.templates.expand(loop.value, scope)
        match loop.kind:
            case "dict" if isinstance(value, dict):
                items = [self._pair(value, key) for key in value]
            case "loop" | "list" if isinstance(value, list):
                items = self._placed(value)
            case "items":
                items = [
                    inner for item, place in self._placed(value) for inner in _flat(item, place)
                ]
                items = [(item, place or self._item_place(item)) for item, place in items]
            case _:
                raise UnresolvedError(f"a loop over {_loop_name(loop)} is not evaluated")
        if len(items) > MAX_ITEMS:
            raise UnresolvedError(f"a loop has more than {MAX_ITEMS} items")
        return items

    def _placed(self, value: Any) -> list[tuple[Any, Place | None]]:
        """Return the items of a list with where each stands, as far as that is known."""
        if not isinstance(value, list):
            return [(value, None)]
        if isinstance(value, PlacedList) and len(value.lines) == len(value):
            return [
                (item, self._at(value.path, line))
                for item, line in zip(value, value.lines, strict=True)
            ]
        return [(item, self._item_place(item)) for item in value]

    def _item_place(self, item: Any) -> Place | None:
        return self._at(item.path, item.line) if isinstance(item, PlacedMap | PlacedList) else None

    def _pair(self, value: Mapping[str, Any], key: str) -> tuple[Any, Place | None]:
        place = None
        if isinstance(value, PlacedMap):
            place = self._at(value.path, value.line_of(key))
        return {"key": key, "value": value[key]}, place

    def _at(self, path: str, line: int) -> Place:
        return self.checkout.place(Source.ANSIBLE, path, line)

    def _place(self, task: Task, offset: int) -> Place:
        """Return where a command stands: in a literal block the line itself, else its key's."""
        line = task.line
        if isinstance(task.arguments, PlacedMap):
            line = task.arguments.line_of("cmd")
        if "{%" not in script_text(task.arguments) and self._is_literal(task.path, line):
            return self._at(task.path, line + 1 + offset)
        return self._at(task.path, line)

    def _is_literal(self, path: str, line: int) -> bool:
        if path not in self._texts:
            self._texts[path] = self.checkout.read_text(path).splitlines()
        lines = self._texts[path]
        return 0 < line <= len(lines) and bool(_LITERAL.search(lines[line - 1]))

    def _note(self, place: Place, message: str) -> None:
        self.unresolved[Unresolved(place, f"a task: {message}")] = None


def _loop_name(loop: Loop) -> str:
    return "what is no list" if loop.kind in {"loop", "list", "dict"} else f"with_{loop.kind}"


def _flat(item: Any, place: Place | None) -> list[tuple[Any, Place | None]]:
    """Return the items of *item*, as ``with_items`` flattens one level."""
    if not isinstance(item, list):
        return [(item, place)]
    return [(inner, place if not isinstance(inner, PlacedMap) else None) for inner in item]


def _signature(host: Host | None, names: frozenset[str]) -> tuple[object, ...]:
    """Return what on *host* tells apart the outcome of a task that depends on *names*."""
    if host is None:
        return ()
    about = {"inventory_hostname", "inventory_hostname_short"} & names
    found: list[object] = [host.name if about else ""]
    found.append(host.groups if "group_names" in names else ())
    for name in sorted(names):
        value = host.find(name)
        found.append(id(value[0]) if value else None)
    return tuple(found)
