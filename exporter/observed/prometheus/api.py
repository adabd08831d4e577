"""Questions to one Prometheus: a few at once, each with its answer or an error."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from exporter.domain.errors import ReadError, Reason
from exporter.observed.endpoint import Endpoint
from exporter.observed.prometheus.answers import Sample, Series, matrix, scalar, vector

T = TypeVar("T")

QUERY = "/api/v1/query"
QUERY_RANGE = "/api/v1/query_range"
AT_ONCE = 4
_UNSERVED = frozenset({Reason.MISSING, Reason.UNSUPPORTED})


class Api:
    """The routes of one server; answers are parsed beside the event loop."""

    def __init__(self, endpoint: Endpoint, *, labels: Mapping[str, str]) -> None:
        self.labels = labels
        self._endpoint = endpoint
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def get(
        self,
        path: str,
        parse: Callable[[bytes], T],
        *,
        params: Mapping[str, str] | None = None,
    ) -> T:
        """Return what *parse* makes of the answer; raises :exc:`ReadError`."""
        async with self._turns:
            body = await self._endpoint.get(path, params=params)
        return await asyncio.to_thread(parse, body)

    async def query(self, expression: str, *, at: datetime | None = None) -> list[Sample]:
        """Return an instant vector, as of now or as it was *at* an instant.

        Raises :exc:`ReadError`.
        """
        params = {"query": expression} | ({"time": str(at.timestamp())} if at else {})
        return await self.get(QUERY, lambda body: vector(body, path=QUERY), params=params)

    async def ask_range(
        self, expression: str, *, start: float, end: float, step: float
    ) -> list[Series]:
        """Return a range vector between two instants of Prometheus' clock, as :meth:`query`."""
        params = {"query": expression, "start": str(start), "end": str(end), "step": str(step)}
        return await self.get(
            QUERY_RANGE, lambda body: matrix(body, path=QUERY_RANGE), params=params
        )

    async def time(self) -> datetime:
        """Return Prometheus' own clock, so that ours may be wrong; raises :exc:`ReadError`."""
        seconds = await self.get(
            QUERY, lambda body: scalar(body, path=QUERY), params={"query": "time()"}
        )
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            raise ReadError(
                f"{seconds} is no instant", reason=Reason.MALFORMED, path=QUERY
            ) from None

    async def close(self) -> None:
        """End all connections."""
        await self._endpoint.close()


def unserved(error: ReadError) -> str:
    """Return which route the server does not have, where that is the *error*; else nothing."""
    return f"{error.path} is not served here" if error.reason in _UNSERVED else ""
