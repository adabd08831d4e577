"""How each layer did over time: levels, and when they became others."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from exporter.domain.finding import Layer, Severity, Verdict


class Level(StrEnum):
    """The worst that is known of a layer, the best first. The values stand in the memory's file."""

    CONFORMS = "conforms"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return _ORDER.index(self)


_ORDER: Final = tuple(Level)
_OF_VERDICTS: Final = {
    Verdict.PASS: Level.CONFORMS,
    Verdict.WAIVED: Level.ACCEPTED,
    Verdict.SUPPRESSED: Level.ACCEPTED,
    Verdict.UNKNOWN: Level.UNKNOWN,
}


class LevelChange(Struct, frozen=True, gc=False):
    """At the instant *at* a *layer* came to a *level*; None where nothing of it is judged."""

    at: datetime
    layer: Layer
    level: Level | None


def level_of(verdict: Verdict, severity: Severity) -> Level:
    """Return how bad a finding of this *verdict* is, of a check of this *severity*."""
    if verdict is Verdict.FAIL:
        return Level.CRITICAL if severity is Severity.CRITICAL else Level.WARNING
    return _OF_VERDICTS[verdict]
