"""What of a node is not known, as a gap in a stronger statement could overrule what was read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from exporter.domain.declaration import (
    LABELS,
    PRESENT,
    TAINTS,
    NodeGap,
    NodeStatement,
    Reading,
)
from exporter.domain.gaps import Gap


@dataclass(frozen=True, slots=True)
class Ranked:
    """A statement and its rank: of two about one value, the higher one counts."""

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
            self._gaps += [(weaker + gap.position, gap) for gap in reading.gaps]
            for rank, statement in enumerate(reading.nodes, start=weaker + 1):
                self.statements.setdefault(statement.name, []).append(Ranked(rank, statement))
            weaker += len(reading.nodes)

    @property
    def incomplete(self) -> tuple[Gap, ...]:
        """Why there may be further nodes."""
        return tuple(dict.fromkeys(gap.gap for _, gap in self._gaps if PRESENT in gap.attributes))

    def unknown(self, name: str) -> dict[str, Gap]:
        """Return why values of the node *name* are not known, by attribute."""
        found: dict[str, Gap] = {}
        statements = self.statements[name]
        for rank, gap in self._gaps:
            if gap.concerns(name):
                for attribute in sorted(gap.attributes - {PRESENT}):
                    found.update(dict.fromkeys(_overruled(attribute, statements, rank), gap.gap))
        return found


def _overruled(attribute: str, statements: Iterable[Ranked], rank: int) -> Iterator[str]:
    """Yield the values that a gap of this *rank* leaves open."""
    if attribute not in {LABELS, TAINTS}:
        if rank >= max(
            (ranked.rank for ranked in statements if _states(ranked, attribute)), default=0
        ):
            yield attribute
        return
    yield attribute
    ranks: dict[str, int] = {}
    for ranked in statements:
        ranks.update(dict.fromkeys(_keys(ranked.statement, attribute), ranked.rank))
    yield from (f"{attribute}.{key}" for key, own in ranks.items() if own <= rank)


def _states(statement: Ranked, attribute: str) -> bool:
    head, _, key = attribute.partition(".")
    return (
        key in _keys(statement.statement, head) if key else head in statement.statement.attributes
    )


def _keys(statement: NodeStatement, attribute: str) -> Iterable[str]:
    if attribute == LABELS:
        return statement.labels
    return (taint.value.key for taint in statement.taints)
