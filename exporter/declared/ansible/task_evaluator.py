"""Tasks evaluated for the hosts of their play: conditions, loops, and what they do."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.extents import Extent, union
from exporter.declared.ansible.helm import Release, parse_module
from exporter.declared.ansible.include_candidates import IncludedFile
from exporter.declared.ansible.inventory_variables import Host
from exporter.declared.ansible.kubectl import mentions_nodes
from exporter.declared.ansible.located_data import LocatedMap
from exporter.declared.ansible.lookups import found_file
from exporter.declared.ansible.loops import Iteration, Loops
from exporter.declared.ansible.modules import (
    PossibleChange,
    known_script_changes,
    object_changes,
    script_changes,
    script_text,
    taint_changes,
)
from exporter.declared.ansible.node_changes import NodeChange
from exporter.declared.ansible.node_keywords import NODE_KIND
from exporter.declared.ansible.node_state import NodeState
from exporter.declared.ansible.partial_renderer import PartialRenderer
from exporter.declared.ansible.relevance import (
    FILE_MODULES,
    HELM_MODULE,
    SHELL_MODULES,
    command_texts,
)
from exporter.declared.ansible.stack_releases import StackReleases
from exporter.declared.ansible.task_extents import task_extent
from exporter.declared.ansible.task_variables import TaskVariables, VariableEnvironment
from exporter.declared.ansible.tasks import Task
from exporter.declared.ansible.templates import Scope
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.declared.stack import mentions_stack
from exporter.domain.declaration import Unresolved
from exporter.domain.provenance import Place

_LITERAL = re.compile(r":\s*\|[-+0-9]*\s*(?:#.*)?$")
_MEMBERSHIP = frozenset(
    {
        *("groups", "hostvars", "group_names", "inventory_hostname", "inventory_hostname_short"),
        *("ansible_play_hosts", "ansible_play_hosts_all", "play_hosts"),
    }
)
"""Names whose values depend on which hosts there are."""

Outcome: TypeAlias = NodeChange | Release | PossibleChange


@dataclass(slots=True)
class _Run:
    """A task on one host: the names that its outcome depends on, and that outcome."""

    task: Task
    variables: TaskVariables
    used_names: set[str] = field(default_factory=set)
    outcomes: list[tuple[Outcome, Place | None]] = field(default_factory=list)


@dataclass(slots=True)
class TaskEvaluator:
    """Evaluates tasks one after the other: nodes into *node_state*, the stack into *releases*.

    *included* are variables that the tasks of a playbook may load while they run; *node_names*
    has the name of each host's node.
    """

    environment: VariableEnvironment
    node_state: NodeState
    documents: Documents
    included: Mapping[str, tuple[VariableLayer, ...]] = field(default_factory=dict)
    node_names: Mapping[str, str] = field(default_factory=dict)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    releases: StackReleases = field(init=False)
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.releases = StackReleases(self.documents)

    def evaluate(self, task: Task, hosts: Sequence[Host]) -> None:
        """Evaluate *task* on every one of *hosts*; what cannot be is noted once.

        Hosts that do not differ in what the task uses share a run. It counts where the last of
        them stands, as what a host does later overrides what others did.
        """
        variables = self._variables(task, play_hosts=tuple(host.name for host in hosts))
        seen: dict[frozenset[str], dict[tuple[object, ...], _Run]] = {}
        ordered: dict[int, _Run] = {}
        try:
            for host in hosts[:1] if task.context.once else hosts:
                run = _known_run(host, seen)
                if run is not None:
                    ordered[id(run)] = ordered.pop(id(run))
                    continue
                run = _Run(task, replace(variables, host=host))
                ordered[id(run)] = run
                self._collect(run)
                used_names = frozenset(run.used_names)
                seen.setdefault(used_names, {})[_signature(host, used_names)] = run
        finally:
            for run in ordered.values():
                self._note(run)

    def evaluate_for_any_host(self, task: Task) -> bool:
        """Evaluate *task* for unknown hosts; return whether it may do anything that concerns us."""
        run = _Run(task, self._variables(task, any_host=True))
        try:
            self._collect(run)
        finally:
            self._note(run)
        return any(
            isinstance(outcome, Release) or outcome.extent is not None
            for outcome, _ in run.outcomes
        )

    def _variables(
        self, task: Task, *, play_hosts: tuple[str, ...] = (), any_host: bool = False
    ) -> TaskVariables:
        return TaskVariables(
            environment=self.environment,
            host=None,
            overrides=(*self.included.get(task.context.playbook, ()), *task.context.overrides),
            defaults=task.context.defaults,
            play_hosts=play_hosts,
            any_host=any_host,
            read_file=partial(found_file, folders=task.context.folders, documents=self.documents),
        )

    def _note(self, run: _Run) -> None:
        """Note the outcome of a run."""
        if not self.node_state.complete and run.used_names & _MEMBERSHIP:
            self._note_others(run)
        for outcome, where in run.outcomes:
            self._note_outcome(outcome, run.task, where)

    def _collect(self, run: _Run) -> None:
        if self._is_ruled_out(run):
            return
        loops = Loops(self.environment.templates, self.documents, run.used_names)
        for iteration in loops.iterations(run.task.context.loops, run.variables):
            for outcome in self._iterate(run, iteration):
                run.outcomes.append((outcome, iteration.place))

    def _is_ruled_out(self, run: _Run) -> bool:
        """Tell whether a condition fails whatever the loop's item is."""
        scope = self._scope(run.variables, run.used_names)
        items = {loop.variable for loop in run.task.context.loops}
        items |= {loop.index for loop in run.task.context.loops}
        for condition in run.task.context.conditions:
            if items & set(re.findall(r"\w+", str(condition))):
                continue
            try:
                if not self._holds(condition, scope):
                    return True
            except UnresolvedError:
                continue
        return False

    def _holds(self, condition: Any, scope: Scope) -> bool:
        if not isinstance(condition, IncludedFile):
            return self.environment.templates.holds(condition, scope)
        try:
            return condition.is_meant(self.environment.templates.expand(condition.name, scope))
        except HiddenError:
            raise
        except UnresolvedError as error:
            message = f"only a run would tell whether {condition.path} is included: {error}"
            raise UnresolvedError(message) from None

    def _iterate(self, run: _Run, iteration: Iteration) -> Iterator[Outcome]:
        """Yield the outcomes of one iteration: all conditions, then the module."""
        scope = self._scope(iteration.variables, run.used_names)
        if iteration.error is not None:
            yield self._possible_change(run.task, scope, iteration.error, incomplete=True)
            return
        context = run.task.context
        uncertain = UnresolvedError(context.uncertainty) if context.uncertainty else None
        try:
            if not all(self._holds(condition, scope) for condition in context.conditions):
                return
        except UnresolvedError as error:
            uncertain = uncertain or error
        for outcome in self._outcomes(run.task, scope):
            yield PossibleChange(uncertain, _extent_of(outcome)) if uncertain else outcome

    def _outcomes(self, task: Task, scope: Scope) -> Iterator[Outcome]:
        """Yield what the module does, or could do where that is not known."""
        try:
            yield from self._known_outcomes(task, scope)
        except UnresolvedError as error:
            known = self._partly_known(task, scope, error)
            yield from [self._possible_change(task, scope, error)] if known is None else known

    def _partly_known(
        self, task: Task, scope: Scope, error: UnresolvedError
    ) -> Sequence[Outcome] | None:
        """Return what a script does where some of it is known, None where that is nothing."""
        if task.module not in SHELL_MODULES or isinstance(error, HiddenError):
            return None
        renderer = PartialRenderer(scope)
        return known_script_changes(
            task.arguments, render=renderer.render, error=lambda: renderer.hidden or error
        )

    def _known_outcomes(self, task: Task, scope: Scope) -> Iterable[Outcome]:
        def render(value: Any) -> Any:
            return self.environment.templates.expand(value, scope)

        if task.module in SHELL_MODULES:
            return list(script_changes(task.arguments, render=render))
        if task.module == "k8s_taint":
            return list(taint_changes(render(task.arguments)))
        if task.module == "k8s" and task.text is not None and not NODE_KIND.search(task.text):
            return list(object_changes(render(task.arguments)))
        if task.module == HELM_MODULE:
            release = parse_module(render(task.arguments))
            return [release] if release else []
        raise UnresolvedError(f"{task.module} on a node is not evaluated")

    def _possible_change(
        self, task: Task, scope: Scope, error: UnresolvedError, *, incomplete: bool = False
    ) -> PossibleChange:
        renderer = PartialRenderer(scope, incomplete)
        if task.module in FILE_MODULES:
            scope.used_names.add("inventory_hostname")
        host = scope.variables.host if isinstance(scope.variables, TaskVariables) else None
        node = self.node_names.get(host.name, host.name.lower()) if host else ""
        extent = task_extent(task, renderer, node=node, error=error)
        return PossibleChange(renderer.hidden or error, extent)

    def _note_others(self, run: _Run) -> None:
        """Note what the task could set for hosts that the inventory lacks."""
        scope = self._scope(run.variables, set())
        extents = [extent for outcome, _ in run.outcomes if (extent := _extent_of(outcome))]
        possible = self._possible_change(run.task, scope, UnresolvedError("")).extent
        extents += [possible] if possible else []
        message = "a task: it may run for hosts that the inventory lacks"
        if extents:
            extent = Extent(union(extents).attributes)
            self.node_state.node_gaps.add(extent, place=self._place(run.task, 0), message=message)

    def _note_outcome(self, outcome: Outcome, task: Task, where: Place | None) -> None:
        match outcome:
            case PossibleChange():
                self._note_possible_change(outcome, task, where)
            case Release():
                self.releases.add(outcome, where or self._place(task, outcome.line))
            case NodeChange():
                place = where or self._place(task, outcome.line)
                try:
                    self.node_state.apply(outcome, place=place, playbook=task.context.playbook)
                except UnresolvedError as error:
                    self._note_possible_change(PossibleChange(error, outcome.extent), task, where)

    def _note_possible_change(
        self, change: PossibleChange, task: Task, where: Place | None
    ) -> None:
        """Note what is not known; an unknown command counts only where it concerns nodes."""
        if change.extent is None and not _mentions_relevant(task):
            return
        place, message = where or self._place(task, 0), f"a task: {change.error}"
        self.unresolved[Unresolved(place, message)] = None
        if change.extent is None:
            return
        place = self._place(task, 0)
        if isinstance(change.error, HiddenError) and change.error.unread is not None:
            unread = change.error.unread
            message = f"{unread.message}; {place.where} uses what may be set there"
            place = unread.place
        self.node_state.node_gaps.add(change.extent, place=place, message=message)

    def _scope(self, variables: TaskVariables, used_names: set[str]) -> Scope:
        scope = self.environment.templates.scope(variables)
        scope.used_names = used_names
        return scope

    def _place(self, task: Task, offset: int) -> Place:
        """Return where a command stands: in a literal block the line itself, else its key's."""
        line = task.line
        if isinstance(task.arguments, LocatedMap):
            line = task.arguments.line_of("cmd")
        if "{%" not in script_text(task.arguments) and self._is_literal(task.path, line):
            line += 1 + offset
        return self.documents.place(task.path, line)

    def _is_literal(self, path: str, line: int) -> bool:
        if path not in self._lines:
            self._lines[path] = self.documents.checkout.read_text(path).splitlines()
        lines = self._lines[path]
        return 0 < line <= len(lines) and bool(_LITERAL.search(lines[line - 1]))


def _extent_of(outcome: Outcome) -> Extent | None:
    """Return what an outcome sets of nodes, or could set."""
    return None if isinstance(outcome, Release) else outcome.extent


def _mentions_relevant(task: Task) -> bool:
    """Tell whether *task* speaks of what we ask for, whatever its variables are."""
    if task.module not in SHELL_MODULES:
        return task.module == HELM_MODULE or "k8s" in task.module
    texts = command_texts(task.arguments)
    return any(mentions_nodes(text) or mentions_stack(text) for text in texts)


def _known_run(
    host: Host, seen: Mapping[frozenset[str], Mapping[tuple[object, ...], _Run]]
) -> _Run | None:
    """Return the run of a host that does not differ from *host* in what it used, if any."""
    for used_names, runs in seen.items():
        if run := runs.get(_signature(host, used_names)):
            return run
    return None


def _signature(host: Host, names: frozenset[str]) -> tuple[object, ...]:
    """Return what distinguishes *host* for a task that depends on the variables *names*.

    Tasks are evaluated once for all hosts of one signature.
    """
    is_named = not names.isdisjoint(("inventory_hostname", "inventory_hostname_short"))
    found: list[object] = [host.name if is_named else ""]
    found.append(host.groups if "group_names" in names else ())
    for name in sorted(names):
        value, unread = host.find(name), host.hidden_in(name)
        found.append((id(value.value) if value else None, unread and unread.place))
    return tuple(found)
