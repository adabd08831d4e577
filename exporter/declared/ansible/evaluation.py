"""All steps of all playbooks evaluated in the order in which they count."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.declared.ansible.doubts import Reach
from exporter.declared.ansible.interest import installs_stack
from exporter.declared.ansible.plays import Audience, Plays
from exporter.declared.ansible.steps import Task, Untold
from exporter.declared.ansible.tasks import Tasks
from exporter.declared.ansible.templates import ExhaustedError
from exporter.domain.monitoring.stack import StackGap


@dataclass(frozen=True, slots=True)
class Spent:
    """Why nothing after a task of a *playbook* was evaluated."""

    error: ExhaustedError
    playbook: str


def evaluate(steps: Sequence[Task | Untold], *, tasks: Tasks, plays: Plays) -> Spent | None:
    """Evaluate all *steps*; return why it ended before, if it did.

    Plays for hosts that nobody knows go first, as what plays with hosts say counts more.
    """
    at = ""
    try:
        audiences: dict[int, Audience] = {}
        for step in steps:
            if isinstance(step, Task):
                at = step.around.playbook
                audience = audiences[id(step)] = plays.audience(step.around)
                if audience.unknown and tasks.evaluate_for_anyone(step):
                    plays.note(step.around, audience)
        for step in steps:
            if isinstance(step, Task):
                at = step.around.playbook
                _evaluate(step, audiences[id(step)], tasks)
            else:
                reach = Reach(step.attributes)
                tasks.ledger.doubts.add(reach, place=step.place, message=step.message)
    except ExhaustedError as error:
        return Spent(error, at)
    return None


def _evaluate(task: Task, audience: Audience, tasks: Tasks) -> None:
    """Evaluate *task* for its hosts; what stays open of one that installs the stack hides that."""
    known = len(tasks.unresolved)
    tasks.evaluate(task, audience.hosts)
    if installs_stack(task.module, task.arguments):
        tasks.stack_gaps += [
            StackGap(place=one.place, message=one.message) for one in list(tasks.unresolved)[known:]
        ]
