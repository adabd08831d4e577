"""Tasks with ``set_fact``: those whose facts are used by tasks that concern us are evaluated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from exporter.declared.ansible.expanded_playbooks import ExpandedPlaybooks
from exporter.declared.ansible.located_data import LocatedMap
from exporter.declared.ansible.relevance import argument_text
from exporter.declared.ansible.task_context import TaskContext, loop_of
from exporter.declared.ansible.tasks import Task, facts_set

SET_FACT: Final = "set_fact"
_OTHERWISE: Final = frozenset(
    {"delegate_to", "register", "async", "until", "args", "action", "local_action"}
)
"""What makes a fact another host's, or sets more than it."""

_WORDS = re.compile(r"\w+")


def is_evaluable(task: LocatedMap, arguments: Any, context: TaskContext) -> bool:
    """Tell whether what ``set_fact`` sets can be told from the tasks before it.

    It cannot in what is done at another time: a handler, or an include that is repeated. Nor
    where it may change what an include around it was decided by, as that is not asked again.
    """
    if not isinstance(arguments, LocatedMap) or "" in facts_set(arguments):
        return False
    if "cacheable" in arguments or not _OTHERWISE.isdisjoint(task) or context.decided:
        return False
    return not context.handler and len(context.loops) == len(loop_of(task))


@dataclass(slots=True)
class FactTasks:
    """Collects what tasks set, and what tasks that concern us say; *found* is what is expanded."""

    found: ExpandedPlaybooks
    _texts: dict[int, str] = field(default_factory=dict)
    _wanted: list[str] = field(default_factory=list)

    def add(self, task: LocatedMap, step: Task) -> None:
        """Add a task that sets facts to the steps."""
        self._texts[id(step)] = _text(task, step.context)
        self.found.steps.append(step)

    def want(self, task: LocatedMap, context: TaskContext) -> None:
        """Take note of what a task that concerns us uses."""
        self._wanted.append(_text(task, context))

    def finish(self) -> None:
        """Leave out of the steps what no task uses, and tell which facts are known by tasks."""
        wanted = {word for text in self._wanted for word in _WORDS.findall(text)}
        left = {id(step): step for step in self.found.tasks if id(step) in self._texts}
        names = {name for step in left.values() for name in step.arguments}
        used: dict[int, Task] = {}
        while chosen := [step for step in left.values() if wanted & step.arguments.keys()]:
            for step in chosen:
                used[id(step)] = left.pop(id(step))
                wanted.update(_WORDS.findall(self._texts[id(step)]))
        self.found.steps = [step for step in self.found.steps if id(step) not in left]
        known = {name for step in used.values() for name in step.arguments}
        unused = {name for step in left.values() for name in step.arguments}
        self.found.facts = known - unused - self.found.set_at_run_time
        self.found.set_at_run_time |= names


def _text(task: Mapping[str, Any], context: TaskContext) -> str:
    """Return all in which a task may name facts."""
    around = [*map(str, context.conditions), *(str(loop.value) for loop in context.loops)]
    return "\n".join((argument_text(task), *around))
