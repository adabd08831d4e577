"""All steps of all playbooks evaluated in the order in which they count."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.declared.ansible.extents import Extent
from exporter.declared.ansible.fact_tasks import SET_FACT
from exporter.declared.ansible.play_hosts import PlayHostFinder, PlayHosts
from exporter.declared.ansible.relevance import installs_stack
from exporter.declared.ansible.task_evaluator import TaskEvaluator
from exporter.declared.ansible.tasks import Task, UnreadTasks
from exporter.declared.ansible.templates import ExhaustedError
from exporter.domain.monitoring.stack import StackGap
from exporter.foreign.confined import position


@dataclass(frozen=True, slots=True)
class Exhausted:
    """Why nothing after a task of a *playbook* was evaluated."""

    error: ExhaustedError
    playbook: str


def evaluate(
    steps: Sequence[Task | UnreadTasks], *, evaluator: TaskEvaluator, host_finder: PlayHostFinder
) -> Exhausted | None:
    """Evaluate all *steps*; return why it ended before, if it did.

    Plays for hosts that nobody knows go first, as what plays with hosts say counts more.
    """
    playbook = ""
    try:
        hosts_by_step: dict[int, PlayHosts] = {}
        for step in steps:
            if isinstance(step, Task):
                playbook = step.context.playbook
                play_hosts = hosts_by_step[id(step)] = host_finder.play_hosts(step.context)
                if play_hosts.unknown and step.module == SET_FACT:
                    evaluator.environment.facts -= step.arguments.keys()
                elif play_hosts.unknown and evaluator.evaluate_for_any_host(step):
                    host_finder.note(step.context, play_hosts)
        for step in steps:
            if isinstance(step, Task):
                playbook = step.context.playbook
                _evaluate(step, hosts_by_step[id(step)], evaluator)
            else:
                extent = Extent(step.attributes)
                evaluator.node_state.node_gaps.add(extent, place=step.place, message=step.message)
    except ExhaustedError as error:
        return Exhausted(error, playbook)
    return None


def _evaluate(task: Task, play_hosts: PlayHosts, evaluator: TaskEvaluator) -> None:
    """Evaluate *task* for its hosts; what it leaves unresolved is a gap of the stack, too."""
    known = len(evaluator.unresolved)
    position.at(task.path, task.line)
    evaluator.evaluate(task, play_hosts.hosts)
    if installs_stack(task.module, task.arguments):
        evaluator.releases.gaps += [
            StackGap(place=unresolved.place, message=unresolved.message)
            for unresolved in list(evaluator.unresolved)[known:]
        ]
