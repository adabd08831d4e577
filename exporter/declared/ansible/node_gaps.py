"""What may be declared of nodes and is not known, gathered while a repository is evaluated."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from exporter.declared.ansible.extents import Extent
from exporter.declared.ansible.node_keywords import ANSIBLE_ATTRIBUTES
from exporter.domain.declaration import NodeGap
from exporter.domain.provenance import Place

MAX_GAPS = 2_000
MAX_NAMES = 200_000


@dataclass(slots=True)
class _Gap:
    """Why something is not known; *names* is None where it could concern any node."""

    message: str
    names: set[str] | None
    epoch: int


@dataclass(slots=True)
class NodeGaps:
    """Gathers gaps; those of one place and of the same attributes become one.

    An *epoch* tells when: gap after gap, a new one begins with the first statement that follows.
    Beyond the *limit*, one that could say anything stands for those that come after; where so
    many nodes are named that none of *names_left* is left, a gap could concern any.
    """

    epoch: int = 0
    limit: int = MAX_GAPS
    names_left: int = MAX_NAMES
    _gaps: dict[tuple[Place, frozenset[str]], _Gap] = field(default_factory=dict)
    _gap_was_added: bool = False

    def add(self, extent: Extent, *, place: Place, message: str) -> None:
        """Note that what stands at *place* could set what is in *extent*."""
        if not extent.attributes:
            return
        attributes, names = extent.attributes, set(extent.names) or None
        if len(self._gaps) >= self.limit and (place, attributes) not in self._gaps:
            attributes, names = ANSIBLE_ATTRIBUTES, None
            place = next(reversed(self._gaps))[0]
        known = self._gaps.setdefault((place, attributes), _Gap(message, set(), self.epoch))
        known.epoch = self.epoch
        if known.names is None or names is None:
            known.names = None
        else:
            self.names_left -= len(names - known.names)
            known.names.update(names)
            if self.names_left < 0:
                known.names = None
        self._gap_was_added = True

    def begin_statement(self) -> int:
        """Return the epoch of a statement that is made now."""
        if self._gap_was_added:
            self.epoch += 1
            self._gap_was_added = False
        return self.epoch

    def concerns_any(self, *attributes: str) -> bool:
        """Tell whether any gap could concern one of these *attributes* of any node."""
        return any(not found.isdisjoint(attributes) for _, found in self._gaps)

    def gaps(self, position: Callable[[int], int]) -> Iterator[NodeGap]:
        """Yield the gaps; *position* returns how many statements precede the end of an epoch."""
        for (place, attributes), gap in self._gaps.items():
            yield NodeGap(
                place=place,
                message=gap.message,
                attributes=attributes,
                nodes=frozenset(gap.names or ()),
                position=position(gap.epoch),
            )
