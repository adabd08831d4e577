"""Which selectors of rules select any series, asked bit by bit."""

import asyncio
from collections.abc import Iterable, Sequence
from time import monotonic

from exporter.domain.errors import ReadError
from exporter.domain.monitoring.prometheus.rules import Need, RuleSeries
from exporter.observed.prometheus import needs, promql
from exporter.observed.prometheus.answers import data
from exporter.observed.prometheus.api import AT_ONCE, Api, unserved

METADATA = "/api/v1/metadata"
LATELY = "1h"
"""Series that were there within this time exist."""
_SUFFIXES = ("_total", "_bucket", "_sum", "_count", "_info", "_created")


class SeriesLedger:
    """What was found of each selector last; those that were asked longest ago come first.

    At a time at most *budget* selectors are asked, for about *seconds*, so that a thousand rules
    are no storm, and nothing else has to wait for them.
    """

    def __init__(self, *, budget: int, seconds: float) -> None:
        self._budget = budget
        self._seconds = seconds
        self._found: dict[str, bool | None] = {}

    async def ask(self, api: Api, needs: Iterable[Need]) -> RuleSeries:
        """Ask for some of the *wanted*, and return all that is known of them.

        A selector that this server refuses stays unknown. Raises :exc:`ReadError` where it
        refuses several in a row, or all; what was found before then stays known.
        """
        selectors = dict.fromkeys(selector for need in needs for selector in sorted(need))
        self._found = {name: known for name, known in self._found.items() if name in selectors}
        turn = [selector for selector in selectors if selector not in self._found]
        turn = [*turn, *self._found][: self._budget]
        end, answered = monotonic() + self._seconds, 0
        for start in range(0, len(turn), AT_ONCE):
            if monotonic() > end:
                break
            batch = turn[start : start + AT_ONCE]
            errors = await self._look(api, batch)
            answered += len(batch) - len(errors)
            if errors and (not answered or len(errors) == AT_ONCE):
                raise errors[0]
        return RuleSeries(
            existing=frozenset(name for name, known in self._found.items() if known),
            missing=frozenset(name for name, known in self._found.items() if known is False),
        )

    async def _look(self, api: Api, selectors: Sequence[str]) -> list[ReadError]:
        """Ask for a few at once, and return the refusals."""
        answers = await asyncio.gather(*(_try(api, selector) for selector in selectors))
        for name, found in zip(selectors, answers, strict=True):
            self._found.pop(name, None)  # to the end: it was asked just now
            self._found[name] = None if isinstance(found, ReadError) else found
        return [answer for answer in answers if isinstance(answer, ReadError)]


async def exists(api: Api, selector: str) -> bool:
    """Tell whether a *selector* selects a series, or did lately; raises :exc:`ReadError`.

    A metric that has no series now, but that something which is scraped has, exists as well.
    """
    whole = promql.narrowed(selector, api.labels)
    if await api.query(f"group({whole})"):
        return True
    if await api.query(f"group(last_over_time({whole}[{LATELY}]))"):
        return True
    return "{" not in selector and await _is_described(api, needs.metric(selector))


async def _try(api: Api, selector: str) -> bool | ReadError:
    try:
        return await exists(api, selector)
    except ReadError as error:
        return error


async def _is_described(api: Api, metric: str) -> bool:
    """Tell whether a target has a family of that name, which OpenMetrics has without suffix."""
    shorter = (metric.removesuffix(suffix) for suffix in _SUFFIXES)
    for name in dict.fromkeys((metric, *shorter)):
        try:
            families = await api.get(METADATA, _families, params={"metric": name})
        except ReadError as error:
            if not unserved(error):
                raise
            return False
        if families:
            return True
    return False


def _families(body: bytes) -> dict[str, object]:
    return data(body, dict[str, object], path=METADATA)
