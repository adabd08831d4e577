"""How the layers did over the last day, as our own recording rules keep it in Prometheus."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from exporter.domain.errors import ReadError
from exporter.domain.finding import Layer
from exporter.domain.monitoring.prometheus.levels import STATE, LayerLevels, level_of_state
from exporter.domain.skyline import Level, LevelChange
from exporter.observed.prometheus import promql
from exporter.observed.prometheus.answers import Series
from exporter.observed.prometheus.api import Api

STEP: Final = timedelta(minutes=5)
"""What is worst within it counts for all of it, so that nothing short is missed."""
STEPS: Final = 288
"""A day."""


class LevelLedger:
    """What was told last; asked again when a step is over, and at once after a failure."""

    def __init__(self) -> None:
        self._told = LayerLevels()
        self._end: datetime | None = None

    async def ask(self, api: Api, *, now: datetime) -> LayerLevels:
        """Return the levels of the day before *now*, Prometheus' clock.

        A server that does not tell is no failure of it: nothing is judged by what the page draws.
        """
        end = _floor(now)
        if end != self._end:
            try:
                self._told = await _ask(api, end=end)
            except ReadError as error:
                self._end = None
                return LayerLevels(trouble=str(error))
            self._end = end
        return self._told


async def _ask(api: Api, *, end: datetime) -> LayerLevels:
    """Ask for all layers at once: five series at most, each of a day's steps."""
    names = f"layer=~{promql.quoted('|'.join(Layer))}"
    step = int(STEP.total_seconds())
    worst = f"max_over_time({promql.selector(STATE, api.labels, names)}[{step}s])"
    start = end - STEP * (STEPS - 1)
    told = await api.ask_range(
        f"max by (layer) ({worst})", start=start.timestamp(), end=end.timestamp(), step=step
    )
    # The last step may lag behind by a scrape and an evaluation of rules.
    return LayerLevels(parse(told, start=start, end=end), until=end - STEP)


def parse(told: Iterable[Series], *, start: datetime, end: datetime) -> tuple[LevelChange, ...]:
    """Return the changes that series of levels tell between two instants, the oldest first."""
    known = [series for series in told if series.metric.get("layer") in set(Layer)]
    changes = (
        change
        for series in known[: len(Layer)]
        for change in _changes(series, start=start, end=end)
    )
    return tuple(sorted(changes, key=lambda change: change.at))


def _changes(series: Series, *, start: datetime, end: datetime) -> Iterator[LevelChange]:
    """Yield the changes of one layer; a step without a value is one that nobody watched."""
    layer = Layer(series.metric["layer"])
    by_step = {at: level_of_state(_number(text)) for at, text in series.values}
    last: Level | None = None
    at = start
    while at <= end:
        level = by_step.get(at.timestamp())
        if level is not last:
            yield LevelChange(at - STEP, layer, level)
            last = level
        at += STEP


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _floor(now: datetime) -> datetime:
    """Return the last full step, so that the same day is asked for all the while."""
    seconds = STEP.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
