"""A server that is asked over HTTP: credentials from files, bounded answers, errors as values."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec

from exporter.domain.clock import Clock
from exporter.domain.errors import ReadError, Reason
from exporter.domain.instants import parse_duration
from exporter.foreign.clock import SYSTEM
from exporter.foreign.credentials import credentials, trust
from exporter.foreign.files import MIB, fingerprint
from exporter.observed.bodies import Bodies
from exporter.observed.connections import meaning
from exporter.observed.serverclock import ServerClock
from exporter.settings.monitoring import EndpointSettings, parse_address

T = TypeVar("T")

LIMIT = 64 * MIB
"""Bytes of an answer at most; 5,000 nodes have targets of 10 MiB."""
CONNECTIONS = 8
_SAID = 200
_REASONS: Mapping[int, Reason] = {
    HTTPStatus.UNAUTHORIZED: Reason.FORBIDDEN,
    HTTPStatus.FORBIDDEN: Reason.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Reason.MISSING,
    HTTPStatus.METHOD_NOT_ALLOWED: Reason.UNSUPPORTED,
    HTTPStatus.NOT_IMPLEMENTED: Reason.UNSUPPORTED,
    HTTPStatus.GATEWAY_TIMEOUT: Reason.TIMEOUT,
}
_ADVICE: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "the credentials are missing, wrong or expired",
    HTTPStatus.FORBIDDEN: "the token or user lacks the permission",
    HTTPStatus.NOT_FOUND: "does url have the server's path prefix?",
}
_REDIRECTED = "url must be the address that it redirects to; a login page is none"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered to a request for *path*."""

    status: int
    body: bytes
    path: str

    def content(self) -> bytes:
        """Return the body of a 200; raises :exc:`ReadError` for anything else."""
        if self.status != HTTPStatus.OK:
            raise self.refusal()
        return self.body

    def refusal(self) -> ReadError:
        """Return what an answer that is of no use means."""
        message = " ".join(self.body[:_SAID].decode("utf-8", "replace").split())
        redirected = self.status in range(300, 400)
        return ReadError(
            f"the server answered {self.status}" + (f": {message}" if message else ""),
            reason=_REASONS.get(self.status, Reason.UNAVAILABLE),
            path=self.path,
            advice=_REDIRECTED if redirected else _ADVICE.get(self.status, ""),
        )


def decoded(decoder: msgspec.json.Decoder[T], body: bytes, *, path: str) -> T:
    """Return what *decoder* makes of *body*; raises :exc:`ReadError` where it is something else.

    The message tells where it is wrong, and nothing of what it holds.
    """
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        page = body.lstrip()[:1] == b"<"
        message = (
            "an HTML page came instead of JSON" if page else f"the answer is malformed: {error}"
        )
        advice = "is a login page or another server in the way?" if page else ""
        raise ReadError(message, reason=Reason.MALFORMED, path=path, advice=advice) from None


class Endpoint:
    """Asks one server; use it within one event loop, and close it.

    Files of *settings* are relative to *folder*. They are read anew at each request, so that
    a token that is renewed is used at once; certificates when they change, as soon as no request
    is under way.
    """

    def __init__(self, settings: EndpointSettings, *, folder: Path, clock: Clock = SYSTEM) -> None:
        self.base = parse_address(settings.url)
        self._settings = settings
        self._folder = folder
        self._timeout = aiohttp.ClientTimeout(parse_duration(settings.timeout).total_seconds())
        self._session: aiohttp.ClientSession | None = None
        self._certificates = ""
        self._clock = clock
        self._server = ServerClock(clock)
        self._opening = asyncio.Lock()
        self._under_way = 0
        self._bodies = Bodies()

    @property
    def ahead(self) -> timedelta:
        """By how much the server's clock is ahead of ours, where that is more than a little."""
        return self._server.ahead(self._clock.now())

    async def get(self, path: str, *, params: Mapping[str, str] | None = None) -> bytes:
        """Return the body of a 200; raises :exc:`ReadError` for anything else.

        *path* begins with a slash, and is sent as it stands: percent-encode what it names.
        """
        return (await self.ask("GET", path, params=params)).content()

    async def post(self, path: str, *, document: Any) -> bytes:
        """Send *document* as JSON, for routes that read by POST; as :meth:`get`."""
        return (await self.ask("POST", path, document=document)).content()

    async def close(self) -> None:
        """End all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        document: Any = None,
    ) -> Reply:
        """Return the answer, whatever its status; raises :exc:`ReadError` where there is none."""
        given = credentials(self._settings, folder=self._folder)
        headers = {**given.headers}
        data = None if document is None else msgspec.json.encode(document)
        if data is not None:
            headers["Content-Type"] = "application/json"
        try:
            async with (
                self._opened() as session,
                session.request(
                    method,
                    self.base + path,
                    params=params,
                    data=data,
                    headers=headers,
                    server_hostname=self._settings.tls.server_name or None,
                    allow_redirects=False,  # another server gets no credentials
                ) as response,
            ):
                self._server.note(response.headers.get("Date"))
                body = await self._bodies.whole(response.content.iter_any(), limit=LIMIT, path=path)
        except TimeoutError:
            message = f"no answer within {self._timeout.total:g} s"
            raise ReadError(message, reason=Reason.TIMEOUT, path=path) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ReadError(meaning(error)[:_SAID], reason=Reason.UNAVAILABLE, path=path) from None
        if response.status != HTTPStatus.OK:
            body = given.conceal(body)
        return Reply(response.status, body, path)

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Give a session for one request; raises :exc:`ReadError` where certificates are bad."""
        async with self._opening:
            session = await self._current()
            self._under_way += 1
        try:
            yield session
        finally:
            self._under_way -= 1

    async def _current(self) -> aiohttp.ClientSession:
        """Return the session; a new one where the certificates have changed, and none is used."""
        tls = self._settings.tls
        if self._session is not None and self._under_way:
            return self._session
        files = [name for name in (tls.ca_file, tls.cert_file, tls.key_file) if name]
        now = "".join(fingerprint(self._folder / name) for name in files)
        if self._session is None or now != self._certificates:
            context = await asyncio.to_thread(trust, tls, folder=self._folder)
            await self.close()
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context, limit=CONNECTIONS),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
            self._certificates = now
        return self._session
