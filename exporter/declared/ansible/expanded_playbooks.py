"""What playbooks unfold to: the tasks that they run, and what of them could not be followed."""

from dataclasses import dataclass, field

from exporter.declared.ansible.object_tasks import ObjectTasks
from exporter.declared.ansible.tasks import Task, UnreadTasks
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.declared.ansible.variable_usage import VariableUsage
from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source


@dataclass(slots=True)
class ExpandedPlaybooks:
    """All tasks of some playbooks in their order, and what could not be followed.

    *set_at_run_time* are the names of variables that tasks set while they run. *included* are, by
    playbook, the variables of files that its tasks may load. *layers* are the variables of plays,
    files and roles that may concern nodes. *unread_files* are the task files that could not be
    read.
    """

    steps: list[Task | UnreadTasks] = field(default_factory=list)
    set_at_run_time: set[str] = field(default_factory=set)
    included: dict[str, tuple[VariableLayer, ...]] = field(default_factory=dict)
    layers: list[VariableLayer] = field(default_factory=list)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    failures: dict[Failure, None] = field(default_factory=dict)
    unread_files: set[str] = field(default_factory=set)
    object_tasks: ObjectTasks = field(default_factory=ObjectTasks)
    absent: dict[Subject, Item] = field(default_factory=dict)

    @property
    def tasks(self) -> list[Task]:
        """All tasks that could be read."""
        return [step for step in self.steps if isinstance(step, Task)]

    @property
    def all_included(self) -> tuple[VariableLayer, ...]:
        """The variables that tasks of any of the playbooks may load."""
        return tuple(layer for layers in self.included.values() for layer in layers)

    def note(self, place: Place, message: str) -> None:
        """Note what only a run could evaluate."""
        self.unresolved[Unresolved(place, message)] = None

    def note_absent(self, subject: Subject, *, place: Place, message: str) -> None:
        """Note something that is used here, and declared in another repository."""
        self.note(place, message)
        self.absent[subject] = Item(
            source=Source.ANSIBLE,
            subject=subject,
            state=ItemState.OTHER_REPOSITORY,
            place=place,
            layers=(Layer.CONFIGURATION,),
            message=f"{message}; what it does to nodes is not known",
            advice="keep it in the repository, or accept this with a waiver",
        )

    def add_used(self, usage: VariableUsage) -> None:
        """Keep the variables of a play that may concern nodes."""
        self.layers += usage.used()
