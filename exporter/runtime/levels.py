"""How bad each layer is, and how that changed: what the page draws of the last day."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exporter.domain.check import Check
from exporter.domain.finding import Finding, Layer, Verdict
from exporter.domain.skyline import Level, LevelChange, level_of
from exporter.runtime.judged import Judged

KEPT = 1000
"""How many changes are remembered; a day of one every ninety seconds."""
_LONGEST = 8


@dataclass(slots=True)
class Levels:
    """The levels of the layers since *began*, as far as they are remembered, the newest last."""

    changes: deque[LevelChange] = field(default_factory=lambda: deque(maxlen=KEPT))
    began: datetime | None = None
    _last: dict[Layer, Level] = field(default_factory=dict)

    @classmethod
    def of(cls, changes: Iterable[LevelChange], *, began: datetime | None) -> "Levels":
        """Go on with what an earlier process knew."""
        known = cls(deque(changes, maxlen=KEPT), began)
        known._last = {one.layer: one.level for one in known.changes if one.level is not None}
        return known

    def note(self, checks: Iterable[Check], judged: Mapping[str, Judged], *, at: datetime) -> None:
        """Remember what is another level than before, at the instant *at*."""
        self.began = min(self.began or at, at)
        now = dict(levels(checks, judged))
        for layer in Layer:
            if now.get(layer) is not self._last.get(layer):
                self.changes.append(LevelChange(at, layer, now.get(layer)))
        self._last = now


def levels(checks: Iterable[Check], judged: Mapping[str, Judged]) -> Iterator[tuple[Layer, Level]]:
    """Yield the level of every layer of which anything is judged."""
    worst: dict[Layer, Level] = {}
    for check in checks:
        for layer, level in _of_check(check, judged):
            if layer not in worst or worst[layer].rank < level.rank:
                worst[layer] = level
    yield from worst.items()


def _of_check(check: Check, judged: Mapping[str, Judged]) -> Iterator[tuple[Layer, Level]]:
    one = judged[check.id]
    if check.layer is None:
        for finding in one.amiss.values():
            yield check.layer_of(finding), _level(check, finding, judged)
        return
    for verdict, count in one.score.counts.items():
        if count and verdict is Verdict.UNKNOWN:
            unknown = (each for each in one.amiss.values() if each.verdict is Verdict.UNKNOWN)
            yield check.layer, max((_level(check, each, judged) for each in unknown), key=_rank)
        elif count:
            yield check.layer, level_of(verdict, check.severity)


def _level(check: Check, finding: Finding, judged: Mapping[str, Judged]) -> Level:
    """Return how bad a finding is; what follows from something accepted is accepted with it."""
    if finding.verdict is not Verdict.UNKNOWN:
        return level_of(finding.verdict, check.severity)
    accepted = bool(finding.waiver) or _root(finding, judged).verdict is Verdict.WAIVED
    return Level.ACCEPTED if accepted else Level.UNKNOWN


def _root(finding: Finding, judged: Mapping[str, Judged]) -> Finding:
    for _ in range(_LONGEST):
        cause = finding.cause
        if cause is None or cause.subject is None or cause.id not in judged:
            return finding
        found = judged[cause.id].amiss.get(cause.subject)
        if found is None:
            return finding
        finding = found
    return finding


def _rank(level: Level) -> int:
    return level.rank
