"""What of a node is not known, as a gap in a stronger statement could overrule what was read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from exporter.domain.declaration import (
    ATTRIBUTES,
    LABELS,
    PRESENT,
    TAINTS,
    Failure,
    NodeGap,
    NodeStatement,
    Reading,
)
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Source

_OF_NODES = frozenset({Source.TERRAFORM, Source.ANSIBLE, Source.INVENTORY})


def lost(failure: Failure) -> Reading:
    """Return the reading of a source of which nothing is known but the *failure*.

    One that speaks of nodes could have said anything of any of them; the others say nothing.
    """
    source, place = failure.place.source, failure.place
    hidden = NodeGap(place=place, message=failure.message, attributes=ATTRIBUTES | {PRESENT})
    return Reading(
        source=source,
        failures=(failure,),
        gaps=(hidden,) if source in _OF_NODES else (),
        complete=False,
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A statement and its rank: of two that speak of one value, the higher one counts."""

    rank: int
    statement: NodeStatement


class RankedGaps:
    """The gaps of all readings among their statements, from the weakest reading to the strongest.

    A gap overrules what stands before it, as a statement in its place would.
    """

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.statements: dict[str, list[Ranked]] = {}
        self._gaps: list[tuple[int, NodeGap]] = []
        weaker = 0
        for reading in readings:
            self._gaps += [(weaker + one.position, one) for one in reading.gaps]
            for rank, statement in enumerate(reading.nodes, start=weaker + 1):
                self.statements.setdefault(statement.name, []).append(Ranked(rank, statement))
            weaker += len(reading.nodes)

    @property
    def incomplete(self) -> tuple[Gap, ...]:
        """Why there may be further nodes."""
        return tuple(dict.fromkeys(one.gap for _, one in self._gaps if PRESENT in one.attributes))

    def unknown(self, name: str) -> dict[str, Gap]:
        """Return why values of the node *name* are not known, by attribute."""
        found: dict[str, Gap] = {}
        said = self.statements[name]
        for rank, one in self._gaps:
            if one.concerns(name):
                for attribute in sorted(one.attributes - {PRESENT}):
                    found.update(dict.fromkeys(_overruled(attribute, said, rank), one.gap))
        return found


def _overruled(attribute: str, said: Iterable[Ranked], rank: int) -> Iterator[str]:
    """Yield the values that a gap of this *rank* leaves open."""
    if attribute not in {LABELS, TAINTS}:
        if rank >= max((one.rank for one in said if _states(one, attribute)), default=0):
            yield attribute
        return
    yield attribute
    ranks: dict[str, int] = {}
    for one in said:
        ranks.update(dict.fromkeys(_keys(one.statement, attribute), one.rank))
    yield from (f"{attribute}.{key}" for key, own in ranks.items() if own <= rank)


def _states(one: Ranked, attribute: str) -> bool:
    head, _, key = attribute.partition(".")
    return key in _keys(one.statement, head) if key else head in one.statement.attributes


def _keys(statement: NodeStatement, attribute: str) -> Iterable[str]:
    if attribute == LABELS:
        return statement.labels
    return (one.value.key for one in statement.taints)
