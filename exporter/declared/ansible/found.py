"""What playbooks unfold to: the tasks that they run, and what of them could not be followed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from exporter.declared.ansible.objects import Objects
from exporter.declared.ansible.steps import Task, Untold
from exporter.declared.ansible.values import Layer
from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.finding import Layer as CheckLayer
from exporter.domain.finding import Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source

_WORDS = re.compile(r"\w+")


@dataclass(slots=True)
class Consumers:
    """The variables of one play's files, and the texts that may use them for what concerns nodes.

    *evaluated* are those of tasks that are evaluated here; what *others* do with a variable that
    cannot be read, nobody can tell.
    """

    layers: dict[int, Layer] = field(default_factory=dict)
    evaluated: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def add(self, layers: Iterable[Layer]) -> None:
        """Note variables that come from files of their own."""
        self.layers.update((id(one.values), one) for one in layers)

    def used(self) -> Iterator[Layer]:
        """Yield the variables that are used, and those of files that may hold such."""
        words = {one for text in (*self.evaluated, *self.others) for one in _WORDS.findall(text)}
        hidden = any("{{" in text for text in self.others)
        for layer in self.layers.values():
            values = {name: one for name, one in layer.values.items() if name in words}
            if values or (hidden and layer.unread is not None):
                yield replace(layer, values=values)


@dataclass(slots=True)
class Unfolded:
    """All tasks of some playbooks in their order, and what could not be followed.

    *volatile* are the names of variables that tasks set while they run, *included* those files
    that the tasks of a playbook may load; *layers* are the variables of plays, files and roles
    that may speak of nodes. *lost* are the files of tasks that could not be read.
    """

    steps: list[Task | Untold] = field(default_factory=list)
    volatile: set[str] = field(default_factory=set)
    included: dict[str, tuple[Layer, ...]] = field(default_factory=dict)
    layers: list[Layer] = field(default_factory=list)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    failures: dict[Failure, None] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    objects: Objects = field(default_factory=Objects)
    absent: dict[Subject, Item] = field(default_factory=dict)

    @property
    def tasks(self) -> list[Task]:
        """All tasks that could be read."""
        return [one for one in self.steps if isinstance(one, Task)]

    def note(self, place: Place, message: str) -> None:
        """Note what only a run would tell."""
        self.unresolved[Unresolved(place, message)] = None

    def lacks(self, subject: Subject, *, place: Place, message: str) -> None:
        """Note something that is used here, and declared in another repository."""
        self.note(place, message)
        self.absent[subject] = Item(
            source=Source.ANSIBLE,
            subject=subject,
            state=ItemState.OTHER_REPOSITORY,
            place=place,
            layers=(CheckLayer.CONFIGURATION,),
            message=f"{message}; what it does to nodes is not known",
            advice="keep it in the repository, or accept this with a waiver",
        )

    def use(self, consumers: Consumers) -> None:
        """Keep the variables of a play that may speak of nodes."""
        self.layers += consumers.used()
