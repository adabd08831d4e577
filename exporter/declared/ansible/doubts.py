"""What could be said of nodes and nobody can tell, gathered while a repository is evaluated."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from exporter.declared.ansible.words import SAYABLE
from exporter.domain.declaration import NodeGap
from exporter.domain.provenance import Place

MAX_DOUBTS = 2_000
MAX_NAMES = 200_000


@dataclass(frozen=True, slots=True)
class Reach:
    """What a task could set: *attributes* as gaps name them, of the nodes *names*, none for any."""

    attributes: frozenset[str]
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Doubt:
    """Why something is not known; *names* is None where it could concern any node."""

    message: str
    names: set[str] | None
    epoch: int


@dataclass(slots=True)
class Doubts:
    """Gathers gaps; those of one place and of the same attributes become one.

    An *epoch* tells when: gap after gap, a new one begins with the first statement that follows.
    Beyond the *limit*, one that could say anything stands for those that come after; where so
    many nodes are named that none of *names_left* is left, a gap could concern any.
    """

    epoch: int = 0
    limit: int = MAX_DOUBTS
    names_left: int = MAX_NAMES
    _kept: dict[tuple[Place, frozenset[str]], _Doubt] = field(default_factory=dict)
    _fresh: bool = False

    def add(self, reach: Reach, *, place: Place, message: str) -> None:
        """Note that what stands at *place* could set what is in *reach*."""
        if not reach.attributes:
            return
        attributes, names = reach.attributes, set(reach.names) or None
        if len(self._kept) >= self.limit and (place, attributes) not in self._kept:
            attributes, names = SAYABLE, None
            place = next(reversed(self._kept))[0]
        known = self._kept.setdefault((place, attributes), _Doubt(message, set(), self.epoch))
        known.epoch = self.epoch
        if known.names is None or names is None:
            known.names = None
        else:
            self.names_left -= len(names - known.names)
            known.names.update(names)
            if self.names_left < 0:
                known.names = None
        self._fresh = True

    def settle(self) -> int:
        """Return the epoch of a statement that is made now."""
        if self._fresh:
            self.epoch += 1
            self._fresh = False
        return self.epoch

    def concerning(self, *attributes: str) -> bool:
        """Tell whether any gap could concern one of these *attributes* of any node."""
        return any(not found.isdisjoint(attributes) for _, found in self._kept)

    def gaps(self, position: Callable[[int], int]) -> Iterator[NodeGap]:
        """Yield the gaps; *position* tells how many statements precede the end of an epoch."""
        for (place, attributes), one in self._kept.items():
            yield NodeGap(
                place=place,
                message=one.message,
                attributes=attributes,
                nodes=frozenset(one.names or ()),
                position=position(one.epoch),
            )


def together(reaches: Iterable[Reach]) -> Reach:
    """Return what all of *reaches* could set together."""
    found = list(reaches)
    attributes = frozenset().union(*(one.attributes for one in found))
    if any(not one.names for one in found):
        return Reach(attributes)
    return Reach(attributes, frozenset().union(*(one.names for one in found)))
