"""Collects what the files of one entry of the settings declare of machines."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from exporter.declared.checkout import Checkout
from exporter.declared.machines.machine import Machine
from exporter.declared.machines.pool import Pool
from exporter.domain.declaration import (
    ATTRIBUTES,
    LABELS,
    PRESENT,
    TAINTS,
    Failure,
    NodeGap,
    NodeGroup,
    NodeStatement,
    Unresolved,
)
from exporter.domain.errors import ReadError
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source

SOURCE = Source.MACHINES
_LAYERS = (Layer.INFRASTRUCTURE, Layer.CONFIGURATION)
_END = -1


@dataclass(slots=True)
class Collector:
    """The growing outcome of reading all entries."""

    checkout: Checkout
    nodes: list[NodeStatement] = field(default_factory=list)
    groups: list[NodeGroup] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    gaps: list[NodeGap] = field(default_factory=list)
    notices: list[Unresolved] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def machine(self, machine: Machine, names: Iterable[str]) -> None:
        """Take in what is said of the nodes of these *names*."""
        for name in names:
            for attribute, gap in machine.unknown.items():
                self.notices.append(Unresolved(machine.place, gap.message))
                self.gaps.append(
                    NodeGap(
                        place=machine.place,
                        message=gap.message,
                        attributes=frozenset({attribute}),
                        nodes=frozenset({name}),
                        position=len(self.nodes) + 1,
                    )
                )
            self.nodes.append(
                NodeStatement(
                    name=name,
                    place=machine.place,
                    groups=machine.groups,
                    attributes=machine.attributes,
                    labels=machine.labels,
                    taints=machine.taints,
                )
            )

    def nameless(self, machine: Machine) -> None:
        """Note a machine of which nobody can tell which node it becomes."""
        said = {LABELS, *machine.unknown} if machine.labels else set(machine.unknown)
        said |= {TAINTS} if machine.taints else set()
        said |= set() if machine.common else {PRESENT}
        gap = machine.unknown.get("name")
        message = gap.message if gap else "names no node"
        self.hide(
            Subject("File", "", machine.place.path),
            place=machine.place,
            message=message,
            advice="name the nodes that it is for: nodes, beside its path in declared.machines",
            attributes=frozenset({*said, *machine.attributes} - {"name"}),
        )

    def hide(
        self,
        subject: Subject,
        *,
        place: Place,
        message: str,
        advice: str = "",
        state: ItemState = ItemState.UNRESOLVED,
        attributes: frozenset[str] = frozenset({PRESENT}),
    ) -> None:
        """Note that it is not known which nodes *subject* makes, or what it says of them."""
        self.notices.append(Unresolved(place, message))
        self.gaps.append(
            NodeGap(place=place, message=message, attributes=attributes, position=_END)
        )
        self.item(subject, place, state=state, message=message, advice=advice)

    def pool(self, pool: Pool) -> None:
        """Take a group of this cluster in."""
        if pool.group is None:
            if pool.outside:
                self.item(pool.subject, pool.place, state=ItemState.OUT_OF_SCOPE)
            else:
                self.hide(pool.subject, place=pool.place, message=pool.message)
            return
        self.groups.append(pool.group)
        self.item(pool.subject, pool.place, state=ItemState.COMPARED)
        self.notices += (Unresolved(pool.place, one.message) for one in pool.group.unknown.values())

    def item(
        self,
        subject: Subject,
        place: Place,
        *,
        state: ItemState,
        message: str = "",
        advice: str = "",
    ) -> None:
        """Account for something that is declared."""
        self.items.append(
            Item(
                source=SOURCE,
                subject=subject,
                state=state,
                place=place,
                layers=_LAYERS,
                message=message,
                advice=advice,
            )
        )

    def fail(self, error: ReadError, *, path: str) -> None:
        """Note that a file could not be read, which may declare anything of any node."""
        failure = self.checkout.failure(SOURCE, error, path=path, part=path)
        self.failures.append(failure)
        self.gaps.append(
            NodeGap(
                place=failure.place,
                message=failure.message,
                attributes=ATTRIBUTES | {PRESENT},
                position=_END,
            )
        )

    def all_gaps(self) -> tuple[NodeGap, ...]:
        """Return the gaps; what may concern any node comes after all statements."""
        end = len(self.nodes)
        return tuple(
            replace(gap, position=end) if gap.position == _END else gap
            for gap in dict.fromkeys(self.gaps)
        )
