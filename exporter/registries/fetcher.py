"""What readers lack of registries, fetched at once, and again where it may be out of date.

What fails is tried again after a minute, then less and less often.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from exporter.domain.charts import INDEX, ChartRequest, NotFetched, Wanted, parse_registry
from exporter.domain.clock import Clock, Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.instants import parse_duration
from exporter.domain.provenance import Place, Source
from exporter.domain.quantity import parse_quantity
from exporter.foreign.clock import SYSTEM
from exporter.foreign.files import MIB
from exporter.registries import oci
from exporter.registries.client import Client, RefusedError
from exporter.registries.store import Store
from exporter.settings.charts import RegistrySettings
from exporter.settings.load import Loaded

logger = logging.getLogger(__name__)

MAX_INDEX: Final = 64 * MIB
MAX_ARCHIVE: Final = 32 * MIB
MOST: Final = 2_000
"""How much is kept track of: a repository can name any number of charts."""
AT_ONCE: Final = 4
PATIENCE: Final = 60.0
"""Seconds that a reading waits for what it lacks; what takes longer is fetched beside it."""
FIRST_PAUSE: Final = 60.0
LAST_PAUSE: Final = 3600.0
SHORTEST: Final = 60.0
"""Seconds between two looks at an index that lacks what is asked for."""
LOOKS: Final = 30.0


@dataclass(slots=True)
class _State:
    """What became of one request: when to ask (again), by the boot clock, and what went wrong."""

    request: ChartRequest
    due: float = 0.0
    got: float | None = None
    tries: int = 0
    etag: str = ""
    failure: Failure | None = None


@dataclass(slots=True, kw_only=True)
class ChartFetcher:
    """Fetches from registries into *store*.

    *by_source* has what each source lacked when it was last read.
    """

    registries: Sequence[RegistrySettings]
    folder: Path
    store: Store
    refresh: timedelta
    clock: Clock = SYSTEM
    patience: float = PATIENCE
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    by_source: dict[Source, tuple[ChartRequest, ...]] = field(default_factory=dict)
    _states: dict[str, _State] = field(default_factory=dict)
    _errors: Counter[Reason] = field(default_factory=Counter)
    _success: float | None = None
    _fetched: Counter[str] = field(default_factory=Counter)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, loaded: Loaded, *, clock: Clock = SYSTEM) -> "ChartFetcher | None":
        """Return what the settings ask for; None where nothing is to be fetched."""
        given = loaded.settings.declared.charts
        if not given.fetch:
            return None
        return cls(
            registries=given.fetch,
            folder=loaded.folder,
            store=Store(loaded.path(given.cache), int(parse_quantity(given.max_size))),
            refresh=parse_duration(given.refresh),
            clock=clock,
        )

    @property
    def failed(self) -> Mapping[str, NotFetched]:
        """Return why what could not be had could not, by path in the folder of charts."""
        return {
            key: NotFetched(state.failure.message, state.failure.advice)
            for key, state in self._states.items()
            if state.failure is not None
        }

    async def fetch(self, source: Source, requests: Sequence[ChartRequest]) -> bool:
        """Fetch what *source* lacks now, and tell whether another reading would give more.

        It would, where something came, and where it is known now why something did not.
        """
        self.by_source[source] = tuple(requests[:MOST])
        self._note(requests[:MOST])
        before = self.failed
        changed = await self._fetch(self.patience)
        return changed or self.failed != before

    async def run(self) -> None:
        """Fetch again and again what may be out of date, and what failed."""
        while True:
            await self.sleep(LOOKS)
            await self._fetch(None)

    def status(self, *, at: Instant) -> SourceStatus:
        """Return how the registries are doing at the instant *at*."""
        failures = [one.failure for one in self._states.values() if one.failure is not None]
        return SourceStatus(
            source=Source.REGISTRIES,
            up=not failures,
            last_success=None if self._success is None else at.shown(self._success),
            items=dict(self._fetched),
            errors={reason: self._errors[reason] for reason in Reason},
            failures=tuple(dict.fromkeys(failures)),
        )

    def _note(self, requests: Iterable[ChartRequest]) -> None:
        """Keep track of what is asked for now, and of nothing else."""
        for key, request in _keys(requests):
            known = self._states.get(key)
            if known is None or _differs(known.request, request):
                self._states[key] = _State(request)
            elif request.stale and known.got is not None and known.failure is None:
                known.due = min(known.due, known.got + SHORTEST)
        wanted = {key for each in self.by_source.values() for key, _ in _keys(each)}
        self._states = {key: one for key, one in self._states.items() if key in wanted}

    async def _fetch(self, patience: float | None) -> bool:
        """Fetch what is due; tell whether anything came that was not there before."""
        async with self._turn:
            now = self.clock.boot()
            due = [one for one in self._states.values() if one.due <= now]
            if not due:
                return False
            gate = asyncio.Semaphore(AT_ONCE)
            outcomes = await asyncio.gather(*(self._try(one, gate, patience) for one in due))
            return any(outcomes)

    async def _try(self, state: _State, gate: asyncio.Semaphore, patience: float | None) -> bool:
        try:
            async with asyncio.timeout(patience), gate:
                changed = await self._get(state)
        except TimeoutError:
            message = f"{_host(state.request)} did not answer within {self.patience:g} s"
            self._fail(state, ReadError(message, reason=Reason.TIMEOUT))
            return False
        except ReadError as error:
            self._fail(state, error)
            return False
        self._succeed(state)
        return changed

    def _succeed(self, state: _State) -> None:
        now = self.clock.boot()
        state.got, state.tries, state.failure = now, 0, None
        archive = state.request.wanted is Wanted.ARCHIVE
        # An archive does not change; asked for again, it was not the right one.
        state.due = now + (LAST_PAUSE if archive else self.refresh.total_seconds())
        self._success = now
        self._fetched[state.request.wanted] += 1

    def _fail(self, state: _State, error: ReadError) -> None:
        pause = min(FIRST_PAUSE * 2.0 ** min(state.tries, 10), LAST_PAUSE)
        after = error.after if isinstance(error, RefusedError) else 0.0
        state.tries += 1
        state.due = self.clock.boot() + max(pause, min(after, LAST_PAUSE))
        place = Place(Source.REGISTRIES, "/".join(state.request.path))
        state.failure = Failure(place, error.reason, error.message, error.advice)
        self._errors[error.reason] += 1
        logger.warning("%s: %s", place.path, error.message)

    async def _get(self, state: _State) -> bool:
        """Fetch one thing; tell whether it is new. Raises :exc:`ReadError`."""
        request = state.request
        async with self._client(request).opened() as client:
            match request.wanted:
                case Wanted.INDEX:
                    return await self._get_index(client, state)
                case Wanted.TAGS:
                    return await self._get_tags(client, request)
                case Wanted.ARCHIVE:
                    return await self._get_archive(client, request)

    def _client(self, request: ChartRequest) -> Client:
        """Return what asks the registry of a request; raises :exc:`ReadError` if none may."""
        asked = parse_registry(request.registry)
        allowed = [one for one in self.registries if parse_registry(one.url).holds(asked)]
        if not allowed:
            message = f"{asked.authority} is not in declared.charts.fetch"
            raise ReadError(message, reason=Reason.OUTSIDE)
        return Client(max(allowed, key=lambda one: len(parse_registry(one.url).parts)), self.folder)

    async def _get_index(self, client: Client, state: _State) -> bool:
        headers = {"Accept-Encoding": "gzip"}
        stored = self.store.folder.joinpath(*state.request.path).is_file()
        if state.etag and stored:
            headers["If-None-Match"] = state.etag
        url = _below(client, state.request, INDEX)
        async with client.get(url, limit=MAX_INDEX, headers=headers) as answer:
            if answer.unchanged and stored:
                return False
            changed = await self.store.save(state.request.path, answer.parts())
            state.etag = answer.headers.get("ETag", "")[:200]
            return changed

    async def _get_tags(self, client: Client, request: ChartRequest) -> bool:
        found = await oci.versions(client, _repository(request))
        content = msgspec.json.encode(sorted(set(found)))
        return await self.store.save(request.path, _once(content))

    async def _get_archive(self, client: Client, request: ChartRequest) -> bool:
        url, digest = request.url, request.digest
        if client.registry.is_oci:
            url, digest = await oci.layer(client, _repository(request), request.version)
        headers = {"Accept-Encoding": "identity"}
        async with client.get(url, limit=MAX_ARCHIVE, headers=headers) as answer:
            return await self.store.save(request.path, answer.parts(), digest=digest)


def _differs(known: ChartRequest, request: ChartRequest) -> bool:
    asked = (request.registry, request.url, request.digest)
    return (known.registry, known.url, known.digest) != asked


def _keys(requests: Iterable[ChartRequest]) -> Iterator[tuple[str, ChartRequest]]:
    """Yield requests by the path of what they ask for.

    One that names no file is passed over: nobody but a worker that was taken over asks so.
    """
    for one in requests:
        with contextlib.suppress(ParseError):
            yield "/".join(one.path), one


def _repository(request: ChartRequest) -> str:
    return "/".join((*parse_registry(request.registry).parts, request.name))


def _below(client: Client, request: ChartRequest, name: str) -> str:
    return "/".join((client.origin, *parse_registry(request.registry).parts, name))


def _host(request: ChartRequest) -> str:
    return parse_registry(request.registry).authority


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
