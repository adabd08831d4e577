"""Tasks evaluated for the hosts of their play: conditions, loops, and what they do."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from exporter.declared.ansible.changes import Change
from exporter.declared.ansible.doubts import Reach, together
from exporter.declared.ansible.helm import Release, mentions_stack, parse_module
from exporter.declared.ansible.interest import FILES, HELM, SHELLS, command_texts
from exporter.declared.ansible.kubectl import mentions_nodes
from exporter.declared.ansible.ledger import Ledger
from exporter.declared.ansible.loops import Loops, Turn
from exporter.declared.ansible.modules import (
    Doubt,
    object_changes,
    script_changes,
    script_text,
    taint_changes,
)
from exporter.declared.ansible.names import TaskNames, World
from exporter.declared.ansible.partly import Partly
from exporter.declared.ansible.possibilities import reach_of
from exporter.declared.ansible.reach import of_change
from exporter.declared.ansible.steps import Task
from exporter.declared.ansible.templates import ExhaustedError, Scope
from exporter.declared.ansible.values import HiddenError, Layer, PlacedMap, UnresolvedError
from exporter.declared.ansible.variables import Host
from exporter.declared.ansible.words import NODE_KIND
from exporter.declared.checkout import Checkout
from exporter.declared.stack import in_values
from exporter.domain.declaration import Unresolved
from exporter.domain.monitoring.stack import StackGap, StackStatement
from exporter.domain.provenance import Place, Source, Stated

_LITERAL = re.compile(r":\s*\|[-+0-9]*\s*(?:#.*)?$")
_MEMBERSHIP = frozenset(
    {
        *("groups", "hostvars", "group_names", "inventory_hostname", "inventory_hostname_short"),
        *("ansible_play_hosts", "ansible_play_hosts_all", "play_hosts"),
    }
)
"""Names whose values depend on which hosts there are."""

Outcome: TypeAlias = Change | Release | Doubt


@dataclass(slots=True)
class _Run:
    """A task on one host: the names that its outcome depends on, and that outcome."""

    task: Task
    names: TaskNames
    touched: set[str] = field(default_factory=set)
    told: list[tuple[Outcome, Place | None]] = field(default_factory=list)


@dataclass(slots=True)
class Tasks:
    """Evaluates tasks one after the other: nodes into the *ledger*, the rest into *stack*.

    *included* are variables that the tasks of a playbook may load while they run; *node_names*
    has the name of each host's node.
    """

    world: World
    ledger: Ledger
    checkout: Checkout
    included: Mapping[str, tuple[Layer, ...]] = field(default_factory=dict)
    node_names: Mapping[str, str] = field(default_factory=dict)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    stack: list[StackStatement] = field(default_factory=list)
    stack_gaps: list[StackGap] = field(default_factory=list)
    _texts: dict[str, list[str]] = field(default_factory=dict)

    def evaluate(self, task: Task, hosts: Sequence[Host]) -> None:
        """Evaluate *task* on every one of *hosts*; what cannot be is noted once."""
        names = self._names(task, play_hosts=tuple(one.name for one in hosts))
        seen: dict[frozenset[str], set[tuple[object, ...]]] = {}
        for host in hosts[:1] if task.around.once else hosts:
            if any(_signature(host, touched) in known for touched, known in seen.items()):
                continue
            run = self._evaluated(task, replace(names, host=host))
            touched = frozenset(run.touched)
            seen.setdefault(touched, set()).add(_signature(host, touched))

    def evaluate_for_anyone(self, task: Task) -> bool:
        """Evaluate *task* for hosts that nobody knows; tell whether it says anything."""
        run = self._evaluated(task, self._names(task, anyone=True))
        return any(not isinstance(one, Doubt) or one.reach is not None for one, _ in run.told)

    def _names(
        self, task: Task, *, play_hosts: tuple[str, ...] = (), anyone: bool = False
    ) -> TaskNames:
        return TaskNames(
            world=self.world,
            host=None,
            above=(*self.included.get(task.around.playbook, ()), *task.around.above),
            below=task.around.below,
            play_hosts=play_hosts,
            anyone=anyone,
        )

    def _evaluated(self, task: Task, names: TaskNames) -> _Run:
        """Evaluate *task* on one host, and note the outcome."""
        run = _Run(task, names)
        try:
            self._collect(run)
        finally:
            if not self.ledger.complete and run.touched & _MEMBERSHIP:
                self._note_others(run)
            for outcome, where in run.told:
                self._note_outcome(outcome, task, where)
        return run

    def _collect(self, run: _Run) -> None:
        if self._ruled_out(run):
            return
        loops = Loops(self.world.templates, self.checkout, run.touched)
        for turn in loops.turns(run.task.around.loops, run.names):
            for outcome in self._turn(run, turn):
                run.told.append((outcome, turn.place))

    def _ruled_out(self, run: _Run) -> bool:
        """Tell whether a condition fails whatever the loop's item is."""
        scope = self._scope(run.names, run.touched)
        items = {loop.variable for loop in run.task.around.loops}
        items |= {loop.index for loop in run.task.around.loops}
        for condition in run.task.around.conditions:
            if items & set(re.findall(r"\w+", str(condition))):
                continue
            try:
                if not self.world.templates.holds(condition, scope):
                    return True
            except ExhaustedError:
                raise
            except UnresolvedError:
                continue
        return False

    def _turn(self, run: _Run, turn: Turn) -> Iterator[Outcome]:
        """Yield the outcome of one turn of the loop: all conditions, then the module."""
        scope = self._scope(turn.names, run.touched)
        why = UnresolvedError(run.task.around.doubt) if run.task.around.doubt else turn.lacking
        if turn.lacking is not None:
            yield self._possibly(run.task, scope, turn.lacking, parts=True)
            return
        try:
            if not all(
                self.world.templates.holds(one, scope) for one in run.task.around.conditions
            ):
                return
        except ExhaustedError:
            raise
        except UnresolvedError as error:
            why = why or error
        for outcome in self._do(run.task, scope):
            yield outcome if why is None else Doubt(why, _reach(outcome))

    def _do(self, task: Task, scope: Scope) -> Iterator[Outcome]:
        """Yield what the module does, or could do where that is not known."""
        try:
            yield from self._known(task, scope)
        except ExhaustedError:
            raise
        except UnresolvedError as error:
            yield self._possibly(task, scope, error)

    def _known(self, task: Task, scope: Scope) -> Iterable[Outcome]:
        def render(value: Any) -> Any:
            return self.world.templates.expand(value, scope)

        if task.module in SHELLS:
            return list(script_changes(task.arguments, render=render))
        if task.module == "k8s_taint":
            return list(taint_changes(render(task.arguments)))
        if task.module == "k8s" and task.text is not None and not NODE_KIND.search(task.text):
            return list(object_changes(render(task.arguments)))
        if task.module == HELM:
            release = parse_module(render(task.arguments))
            return [release] if release else []
        raise UnresolvedError(f"{task.module} on a node is not evaluated")

    def _possibly(
        self, task: Task, scope: Scope, error: UnresolvedError, *, parts: bool = False
    ) -> Doubt:
        partly = Partly(scope, parts)
        if task.module in FILES:
            scope.touched.add("inventory_hostname")
        host = scope.names.host if isinstance(scope.names, TaskNames) else None
        node = self.node_names.get(host.name, host.name.lower()) if host else ""
        reach = reach_of(task, partly, node=node, error=error)
        return Doubt(partly.hidden or error, reach)

    def _note_others(self, run: _Run) -> None:
        """Note what the task could set for hosts that the inventory does not tell."""
        scope = self._scope(run.names, set())
        reaches = [one for outcome, _ in run.told if (one := _reach(outcome))]
        possible = self._possibly(run.task, scope, UnresolvedError("")).reach
        reaches += [possible] if possible else []
        message = "a task: it may run for hosts that the inventory lacks"
        if reaches:
            reach = Reach(together(reaches).attributes)
            self.ledger.doubts.add(reach, place=self._place(run.task, 0), message=message)

    def _note_outcome(self, outcome: Outcome, task: Task, where: Place | None) -> None:
        match outcome:
            case Doubt():
                self._note_doubt(outcome, task, where)
            case Release():
                self.stack += self._release(outcome, where or self._place(task, outcome.line))
            case Change():
                place = where or self._place(task, outcome.line)
                try:
                    self.ledger.apply(outcome, place=place, playbook=task.around.playbook)
                except UnresolvedError as error:
                    self._note_doubt(Doubt(error, of_change(outcome)), task, where)

    def _note_doubt(self, doubt: Doubt, task: Task, where: Place | None) -> None:
        """Note what is left open; a command that may be any counts only where it concerns nodes."""
        if doubt.reach is None and not _is_about_us(task):
            return
        place, message = where or self._place(task, 0), f"a task: {doubt.error}"
        self.unresolved[Unresolved(place, message)] = None
        if doubt.reach is None:
            return
        place = self._place(task, 0)
        if isinstance(doubt.error, HiddenError) and doubt.error.unread is not None:
            unread = doubt.error.unread
            message = f"{unread.message}; {place.where} uses what may be set there"
            place = unread.place
        self.ledger.doubts.add(doubt.reach, place=place, message=message)

    def _release(self, release: Release, place: Place) -> Iterator[StackStatement]:
        if release.unread:
            said = in_values(release.chart, self._unsaid(release, place), owner="")
            message = f"the values in {release.unread[0][:100]!r} are not read"
            names = frozenset(one.name for one in said)
            self.stack_gaps.append(StackGap(place=place, message=message, names=names))

        def find(keys: tuple[str, ...]) -> Stated[str] | None:
            name = ".".join(keys)
            text = release.values.get(name)
            at = self._at(*release.places[name]) if name in release.places else place
            return Stated(text, at) if text else None

        return in_values(release.chart, find, owner=f"release {release.name}")

    def _unsaid(
        self, release: Release, place: Place
    ) -> Callable[[tuple[str, ...]], Stated[str] | None]:
        """Return what finds a value where *release* itself does not set it."""
        return lambda keys: None if ".".join(keys) in release.values else Stated("", place)

    def _scope(self, names: TaskNames, touched: set[str]) -> Scope:
        scope = self.world.templates.scope(names)
        scope.touched = touched
        return scope

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


def _reach(outcome: Outcome) -> Reach | None:
    """Return what an outcome sets of nodes, or could set."""
    match outcome:
        case Change():
            return of_change(outcome)
        case Doubt():
            return outcome.reach
        case Release():
            return None


def _is_about_us(task: Task) -> bool:
    """Tell whether *task* speaks of what we ask for, whatever its variables are."""
    if task.module not in SHELLS:
        return task.module == HELM or "k8s" in task.module
    return any(mentions_nodes(one) or mentions_stack(one) for one in command_texts(task.arguments))


def _signature(host: Host, names: frozenset[str]) -> tuple[object, ...]:
    """Return what on *host* tells apart the outcome of a task that depends on *names*."""
    about = {"inventory_hostname", "inventory_hostname_short"} & names
    found: list[object] = [host.name if about else ""]
    found.append(host.groups if "group_names" in names else ())
    for name in sorted(names):
        value, hiding = host.find(name), host.hiding(name)
        found.append((id(value[0]) if value else None, hiding and hiding.place))
    return tuple(found)
