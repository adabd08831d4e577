"""What ``set_fact`` sets on each host, as far as that can be told without a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from exporter.declared.ansible.conditions import holds
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.inventory_variables import Host
from exporter.declared.ansible.loops import Iteration, Loops
from exporter.declared.ansible.task_variables import TaskVariables
from exporter.declared.ansible.tasks import Task
from exporter.declared.ansible.templates import Scope

_WORDS = frozenset({"true", "false", "yes", "no"})
"""Texts that ansible-core made truth values of before 2.19."""


@dataclass(slots=True)
class Facts:
    """The facts of each host in the run of each playbook; an error stands for one not known."""

    _values: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def of(self, playbook: str, host: str) -> dict[str, Any]:
        """Return what is set so far: it grows as tasks are evaluated."""
        return self._values.setdefault((playbook, host), {})

    def set(
        self, task: Task, hosts: Sequence[Host], *, variables: TaskVariables, loops: Loops
    ) -> None:
        """Evaluate a ``set_fact`` *task* on *hosts*, one after the other."""
        once = task.context.once
        for host in hosts[:1] if once else hosts:
            own = self.of(task.context.playbook, host.name)
            found = _found(task, replace(variables, host=host, facts=own), own, loops=loops)
            for other in hosts if once else [host]:
                self.of(task.context.playbook, other.name).update(found)


def _found(
    task: Task, variables: TaskVariables, own: Mapping[str, Any], *, loops: Loops
) -> dict[str, Any]:
    """Return what a task sets on the host of *variables*, beside what is its *own* already."""
    found: dict[str, Any] = {}
    for iteration in loops.iterations(task.context.loops, variables):
        seen = replace(iteration.variables, facts={**own, **found})
        scope = loops.templates.scope(seen)
        try:
            if all(holds(condition, scope) for condition in task.context.conditions):
                found.update(_values(task, iteration, scope))
        except UnresolvedError as error:
            found.update(dict.fromkeys(task.arguments, error))
    return found


def _values(task: Task, iteration: Iteration, scope: Scope) -> dict[str, Any]:
    unknown = iteration.error
    if task.context.uncertainty:
        unknown = UnresolvedError(task.context.uncertainty)
    if unknown is not None:
        return dict.fromkeys(task.arguments, unknown)
    return {name: _value(value, scope) for name, value in task.arguments.items()}


def _value(value: Any, scope: Scope) -> Any:
    try:
        found = scope.templates.expand(value, scope)
    except UnresolvedError as error:
        return error
    if isinstance(found, str) and found.lower() in _WORDS:
        return UnresolvedError(f"what set_fact makes of {found!r} depends on Ansible's version")
    return found
