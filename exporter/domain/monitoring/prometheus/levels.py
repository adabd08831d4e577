"""How the layers did as Prometheus keeps it, joined with what this process saw itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from exporter.domain.finding import Layer
from exporter.domain.skyline import Level, LevelChange

STATE: Final = "layer:cluster_conformance_state:max"
"""What the recording rules make of all replicas, one number for each layer."""
BLUR: Final = timedelta(minutes=10)
"""By how much the instant of a change that is kept may be off: two steps."""
_LEVELS: Final = (
    Level.CONFORMS,
    Level.ACCEPTED,
    Level.UNKNOWN,
    Level.WARNING,
    Level.UNKNOWN,
    Level.CRITICAL,
)


@dataclass(frozen=True, slots=True)
class LayerLevels:
    """The *changes* of the last day, the oldest first, known *until* an instant.

    *trouble* is why they could not be had; there are none then.
    """

    changes: tuple[LevelChange, ...] = ()
    until: datetime | None = None
    trouble: str = ""


def level_of_state(number: float) -> Level | None:
    """Return the level that a value of :data:`STATE` stands for, None for no such value."""
    return _LEVELS[int(number)] if number in range(len(_LEVELS)) else None


def joined(
    kept: LayerLevels, own: Iterable[LevelChange], *, watching: datetime | None
) -> tuple[LevelChange, ...]:
    """Return what was *kept* as long as that is known, then what this process saw since.

    Its *own* changes, the oldest first, are exact: what is kept of the same one took place then.
    """
    seen = tuple(own)
    if kept.until is None or not kept.changes:
        return seen
    if watching is None or not seen:
        return kept.changes
    turn = max(kept.until, watching)
    before = (change for change in kept.changes if change.at < turn)
    dated = sorted((_dated(change, seen) for change in before), key=lambda change: change.at)
    return tuple(_different((*dated, *_from(seen, turn))))


def _dated(change: LevelChange, seen: Iterable[LevelChange]) -> LevelChange:
    """Return a *change* at the instant at which it was *seen*, if it was."""
    known = (one.at for one in seen if (one.layer, one.level) == (change.layer, change.level))
    nearest = min(known, key=lambda at: abs(at - change.at), default=change.at)
    at = nearest if abs(nearest - change.at) <= BLUR else change.at
    return LevelChange(at, change.layer, change.level)


def _from(changes: Iterable[LevelChange], turn: datetime) -> Iterator[LevelChange]:
    """Yield the level of each layer at an instant, and its later changes."""
    last: dict[Layer, LevelChange] = {}
    later: list[LevelChange] = []
    for change in changes:
        if change.at > turn:
            later.append(change)
        else:
            last[change.layer] = change
    yield from (LevelChange(turn, layer, change.level) for layer, change in last.items())
    yield from later


def _different(changes: Iterable[LevelChange]) -> Iterator[LevelChange]:
    """Yield what is another level than before."""
    last: dict[Layer, Level | None] = {}
    for change in changes:
        if last.get(change.layer) is not change.level:
            last[change.layer] = change.level
            yield change
