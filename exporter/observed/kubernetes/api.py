"""Requests to an API server: pages, streams and reviews, with every way to fail translated."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import TypeAlias

import aiohttp
import msgspec
from aiohttp.typedefs import LooseHeaders
from yarl import URL

from exporter.domain.errors import ReadError, Reason
from exporter.domain.watches import Restart
from exporter.observed.bodies import Bodies
from exporter.observed.connections import meaning
from exporter.observed.kinds import KindSpec
from exporter.observed.kubernetes.errors import WatchError, refusal
from exporter.observed.kubernetes.limits import Limits
from exporter.observed.kubernetes.lines import Lines
from exporter.observed.kubernetes.login import Login, Logins
from exporter.observed.kubernetes.messages import Page, parse_page, parse_review
from exporter.observed.serverclock import ServerClock

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
JSON = "application/json"
METADATA = f"{JSON};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,{JSON};q=0.5"
METADATA_LIST = METADATA.replace("Metadata;", "MetadataList;")
"""What is accepted of objects, and of lists of them, of which only the metadata counts."""
MAX_METADATA = 1 << 22
"""How many bytes the metadata of one object may have, or all of it."""
MAX_REFUSAL = 1 << 16
"""How many bytes of a refusal are read."""

_SPECIAL, _ESCAPED = re.compile(r"([\\\\,=])"), r"\\\1"
"""What means something in a field selector (apimachinery, ``fields.EscapeValue``)."""
_AGENT = "cluster-conformance-exporter"


@dataclass(slots=True)
class Api:
    """An API server; use it within one event loop, and close it."""

    logins: Logins
    limits: Limits = field(default_factory=Limits)
    server: ServerClock = field(default_factory=ServerClock)
    _session: aiohttp.ClientSession | None = None
    _bodies: Bodies = field(default_factory=Bodies)

    async def get(
        self, path: str, *, query: Mapping[str, str] = MappingProxyType({}), accept: str = ""
    ) -> bytes:
        """Return what stands at *path*, of the media types *accept*; raises :exc:`WatchError`."""
        headers = {"Accept-Encoding": "gzip", **({"Accept": accept} if accept else {})}
        with _translated():
            async with (
                asyncio.timeout(self.limits.page),
                self._open("GET", path, query=query, headers=headers) as answer,
            ):
                return await self._read(answer.content, self.limits.page_bytes)

    async def metadata(self, kind: KindSpec, *, namespace: str, name: str) -> bytes:
        """Return the list of the one object of this *name*, or of none, with its metadata alone.

        A server that does not know how to leave out the rest sends all. Raises :exc:`WatchError`.
        """
        path = kind.path(namespace if kind.namespaced else "")
        query = {"fieldSelector": f"metadata.name={_SPECIAL.sub(_ESCAPED, name)}"}
        headers = {"Accept-Encoding": "gzip", "Accept": METADATA_LIST}
        with _translated():
            async with (
                asyncio.timeout(self.limits.page),
                self._open("GET", path, query=query, headers=headers) as answer,
            ):
                return await self._read(answer.content, MAX_METADATA)

    async def page(self, path: str, query: Mapping[str, str], *, kind: KindSpec) -> Page:
        """Return one page of a list of objects of this *kind*; raises :exc:`WatchError`."""
        accept = METADATA_LIST if kind.metadata_only else JSON
        headers = {"Accept-Encoding": "gzip", "Accept": accept}
        with _translated():
            async with (
                asyncio.timeout(self.limits.page),
                self._open("GET", path, query=query, headers=headers) as answer,
            ):
                body = await self._read(answer.content, self.limits.page_bytes)
        page = parse_page(body, kind)
        await asyncio.sleep(0)  # that took up to 10 ms
        return page

    @asynccontextmanager
    async def stream(
        self, path: str, query: Mapping[str, str], *, kind: KindSpec
    ) -> AsyncIterator["Stream"]:
        """Open a watch of objects of this *kind*; raises :exc:`WatchError`."""
        accept = METADATA if kind.metadata_only else JSON
        headers = {"Accept-Encoding": "identity", "Accept": accept}
        async with AsyncExitStack() as stack:
            with _translated():
                async with asyncio.timeout(self.limits.stall):
                    opening = self._open("GET", path, query=query, headers=headers)
                    answer = await stack.enter_async_context(opening)
            yield Stream(answer.content, Lines(self.limits.line_bytes))

    async def allows(self, verb: str, kind: KindSpec, *, namespace: str) -> bool:
        """Ask whether we may; raises :exc:`WatchError` where the server does not say."""
        attributes = {
            "verb": verb,
            "group": kind.group,
            "resource": kind.plural,
            **({"namespace": namespace} if namespace else {}),
        }
        review = {
            "kind": "SelfSubjectAccessReview",
            "apiVersion": "authorization.k8s.io/v1",
            "spec": {"resourceAttributes": attributes},
        }
        with _translated():
            async with (
                asyncio.timeout(self.limits.page),
                self._open(
                    "POST",
                    REVIEWS,
                    query={},
                    headers={"Content-Type": "application/json"},
                    body=msgspec.json.encode(review),
                ) as answer,
            ):
                return parse_review(await self._read(answer.content, MAX_REFUSAL))

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        headers: dict[str, str],
        body: bytes | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        login = await self.logins.current()
        url = URL(login.server + path, encoded=True).with_query(query)
        async with self._connected().request(
            method,
            url,
            headers=_headers(login, headers),
            data=body,
            ssl=True if login.tls is None else login.tls,
            server_hostname=login.name,
            proxy=login.proxy,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                sock_connect=self.limits.connect, sock_read=self.limits.quiet
            ),
        ) as answer:
            self.server.note(answer.headers.get("Date"))
            if answer.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
                if answer.status == HTTPStatus.UNAUTHORIZED:
                    self.logins.reject(login)
                body = await answer.content.read(MAX_REFUSAL)
                after = answer.headers.get("Retry-After")
                raise refusal(answer.status, body, retry_after=after)
            yield answer

    async def _read(self, content: aiohttp.StreamReader, most: int) -> bytes:
        try:
            return await self._bodies.whole(_pieces(content), limit=most, path="")
        except ReadError as error:
            message = f"an answer is longer than {most:,} bytes"
            raise WatchError(message, restart=Restart.MALFORMED, reason=error.reason) from None

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                read_bufsize=self.limits.read_bytes,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


@dataclass(slots=True)
class Stream:
    """A watch that is open: whole lines, as they come."""

    content: aiohttp.StreamReader
    lines: Lines

    async def next(self, *, within: float) -> list[bytes] | None:
        """Return the lines that came, at least one; None where the server ended the stream.

        Raises :exc:`WatchError` where no whole line came *within* so many seconds, or where the
        stream broke off within a line.
        """
        with _translated():
            async with asyncio.timeout(within):
                while piece := await self.content.readany():
                    if found := list(self.lines.feed(piece)):
                        return found
        if self.lines.unfinished:
            raise WatchError("the connection broke", restart=Restart.CUT, reason=Reason.UNAVAILABLE)
        return None


def _headers(login: Login, others: dict[str, str]) -> LooseHeaders:
    headers = {"Accept": JSON, "User-Agent": _AGENT, **others}
    if login.authorization:
        headers["Authorization"] = login.authorization
    return headers


async def _pieces(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    while piece := await content.readany():
        yield piece
        await asyncio.sleep(0)  # what is at hand comes at once, and to unpack it takes long


@contextmanager
def _translated() -> Iterator[None]:
    """Raise what a request raises as :exc:`WatchError`."""
    try:
        yield
    except Exception as error:
        translated = _translate(error)
        if translated is None:
            raise
        raise translated from error


_Meanings: TypeAlias = tuple[tuple[tuple[type[Exception], ...], Restart, Reason, str], ...]
_MEANINGS: _Meanings = (
    ((ssl.SSLError, aiohttp.ClientSSLError), Restart.UNREACHABLE, Reason.UNAVAILABLE, "TLS failed"),
    (
        (aiohttp.ClientConnectorError,),
        Restart.UNREACHABLE,
        Reason.UNAVAILABLE,
        "no connection came about",
    ),
    ((TimeoutError,), Restart.QUIET, Reason.TIMEOUT, "nothing came for too long"),
    (
        (aiohttp.ClientError, OSError),
        Restart.CUT,
        Reason.UNAVAILABLE,
        "the connection broke",
    ),
)


def _translate(error: Exception) -> WatchError | None:
    """Return what *error* means, or None where it is none of the network's or the login's."""
    if isinstance(error, WatchError):
        return None
    if isinstance(error, ReadError):
        where = f"{error.path}: " if error.path else ""
        message = f"{where}{error.message}"
        return WatchError(message, restart=Restart.UNREACHABLE, reason=error.reason)
    for types, restart, reason, what in _MEANINGS:
        if isinstance(error, types):
            message = f"{what}: {meaning(error)}" if str(error) else what
            return WatchError(message, restart=restart, reason=reason)
    return None
