"""One registry asked over HTTP: only where it may be, with credentials only where they belong."""

import contextlib
import re
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp
import msgspec

from exporter.domain.charts import Registry, parse_registry
from exporter.domain.errors import ReadError, Reason
from exporter.domain.instants import parse_duration
from exporter.foreign.credentials import credentials, trust
from exporter.foreign.files import MIB
from exporter.settings.charts import RegistrySettings

MOST_REDIRECTS: Final = 5
SMALL: Final = MIB
CHUNK: Final = 1 << 16
MOST_MEMBERS: Final = 1000
"""Parts of a packed answer; each may unpack to nothing, and so count as none."""
_GZIP: Final = 16 + zlib.MAX_WBITS
"""For zlib: with gzip's header and checksum."""
_SHOWN: Final = 200
_USER_AGENT: Final = "cluster-conformance-exporter"
_PARAMETER: Final = re.compile(r'([a-z_]{1,20})="([^"]{0,2000})"')
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_REASONS: Final[Mapping[int, Reason]] = {
    HTTPStatus.UNAUTHORIZED: Reason.FORBIDDEN,
    HTTPStatus.FORBIDDEN: Reason.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Reason.MISSING,
    HTTPStatus.GONE: Reason.MISSING,
}
_ADVICE: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "the credentials are missing, wrong or expired: set token_file or "
    "basic_auth of this registry in declared.charts.fetch",
    HTTPStatus.FORBIDDEN: "the token or user may not read it",
    HTTPStatus.NOT_FOUND: "is it named as the registry names it?",
    HTTPStatus.TOO_MANY_REQUESTS: "the registry limits how often it is asked; log in, or wait",
}


class RefusedError(ReadError):
    """A server answered that it does not give what was asked for; *after* is when to ask again."""

    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer, as it comes, and its headers."""

    response: aiohttp.ClientResponse
    limit: int

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""
        return self.response.headers

    @property
    def unchanged(self) -> bool:
        """Whether it is what is known already."""
        return self.response.status == HTTPStatus.NOT_MODIFIED

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the body, unpacked; raises :exc:`ReadError` where it has no end."""
        size = 0
        async for part in self._plain():
            size += len(part)
            if size > self.limit:
                raise ReadError(
                    f"{self.response.url.host} sent more than {_size(self.limit)}",
                    reason=Reason.TOO_LARGE,
                )
            yield part

    async def whole(self) -> bytes:
        """Return the body; raises :exc:`ReadError`."""
        return b"".join([part async for part in self.parts()])

    async def _plain(self) -> AsyncIterator[bytes]:
        encoding = self.headers.get("Content-Encoding", "identity").lower()
        if encoding not in {"identity", "gzip", "x-gzip"}:
            message = f"{self.response.url.host} sent the encoding {encoding[:40]!r}"
            raise ReadError(message, reason=Reason.UNSUPPORTED)
        pieces = self.response.content.iter_chunked(CHUNK)
        async for part in pieces if encoding == "identity" else _unpacked(pieces, self.response):
            yield part


async def _unpacked(
    pieces: AsyncIterator[bytes], response: aiohttp.ClientResponse
) -> AsyncIterator[bytes]:
    """Yield what gzip members, one after the other, unpack to; each has to come to its end.

    What follows the end of a member is never handed to it again: zlib would keep all of it.
    Raises :exc:`ReadError`.
    """
    unpacking, members = zlib.decompressobj(wbits=_GZIP), 1
    try:
        async for piece in pieces:
            rest, plain = piece, b""
            while rest or len(plain) == CHUNK:  # then zlib may hold back more
                if unpacking.eof:
                    unpacking, members = zlib.decompressobj(wbits=_GZIP), members + 1
                if members > MOST_MEMBERS:
                    message = f"{response.url.host} sent what is packed in very many parts"
                    raise ReadError(message, reason=Reason.TOO_LARGE)
                plain = unpacking.decompress(rest, CHUNK)
                rest = unpacking.unconsumed_tail or unpacking.unused_data
                yield plain
    except zlib.error as error:
        message = f"{response.url.host} sent what cannot be unpacked: {error}"
        raise ReadError(message, reason=Reason.MALFORMED) from None
    if not unpacking.eof:
        message = f"{response.url.host} sent a packed answer that ends in the middle"
        raise ReadError(message, reason=Reason.MALFORMED)


def _size(limit: int) -> str:
    return f"{limit // MIB} MiB" if limit >= MIB else f"{limit} bytes"


@dataclass(slots=True)
class Client:
    """Asks the registry of *settings*, whose files are relative to *folder*.

    Use it within :meth:`opened`.
    """

    settings: RegistrySettings
    folder: Path
    registry: Registry = field(init=False)
    _session: aiohttp.ClientSession | None = None
    _tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Work out which registry it is."""
        self.registry = parse_registry(self.settings.url)

    @property
    def scheme(self) -> str:
        """How it is spoken to: http or https."""
        if self.registry.is_oci:
            return "http" if self.settings.plain_http else "https"
        return self.registry.scheme

    @property
    def origin(self) -> str:
        """The address of its host."""
        return f"{self.scheme}://{self.registry.host}:{self.registry.port}"

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator["Client"]:
        """Hold connections for a while; raises :exc:`ReadError` where certificates are bad."""
        context = trust(self.settings.tls, folder=self.folder)
        seconds = parse_duration(self.settings.timeout).total_seconds()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context),
            timeout=aiohttp.ClientTimeout(seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=True,
        ) as session:
            self._session, self._tokens = session, {}
            try:
                yield self
            finally:
                self._session = None

    @contextlib.asynccontextmanager
    async def get(
        self, url: str, *, limit: int, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Answer]:
        """Give the answer to a request for *url*, of at most *limit* bytes.

        Redirects are followed where they lead to what may be asked. Raises :exc:`ReadError`.
        """
        try:
            async with contextlib.AsyncExitStack() as stack:
                response = await self._follow(stack, url, headers or {})
                yield Answer(response, limit)
        except TimeoutError:
            message = f"{_host(url)} did not answer within {self.settings.timeout}"
            raise ReadError(message, reason=Reason.TIMEOUT) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _unavailable(error, url) from None

    async def _follow(
        self, stack: contextlib.AsyncExitStack, url: str, headers: Mapping[str, str]
    ) -> aiohttp.ClientResponse:
        asked: set[str] = set()
        for _ in range(MOST_REDIRECTS + 2):  # one of them may be for a token
            self._check(url)
            response = await stack.enter_async_context(self._request(url, headers))
            challenge = response.headers.get("WWW-Authenticate", "")
            if response.status == HTTPStatus.UNAUTHORIZED and url not in asked and challenge:
                asked.add(url)
                if await self._authorize(url, challenge):
                    continue
            if response.status not in _REDIRECTS:
                await _accept(response)
                return response
            url = urljoin(url, response.headers.get("Location", ""))
        message = f"{_host(url)} redirects again and again"
        raise ReadError(message, reason=Reason.UNAVAILABLE)

    def _request(
        self, url: str, headers: Mapping[str, str]
    ) -> "aiohttp.client._RequestContextManager":
        assert self._session is not None  # noqa: S101 - used within opened()
        return self._session.get(
            url,
            headers={"User-Agent": _USER_AGENT, **headers, **self._authorization(url)},
            allow_redirects=False,
            server_hostname=(self.settings.tls.server_name or None) if self._is_own(url) else None,
        )

    def _authorization(self, url: str) -> Mapping[str, str]:
        """Return the credentials for *url*: only the registry itself gets some."""
        if not self._is_own(url):
            return {}
        if url in self._tokens:
            return {"Authorization": self._tokens[url]}
        own = dict(credentials(self.settings, folder=self.folder).headers)
        own.pop("Accept", None)
        if self.registry.is_oci and self.settings.basic_auth is not None:
            own.pop("Authorization", None)  # it says first how it wants to be told
        return own

    async def _authorize(self, url: str, challenge: str) -> bool:
        """Get what a *challenge* asks for, and tell whether that may help; raises ReadError."""
        scheme, _, rest = challenge.partition(" ")
        if not self._is_own(url) or not self.registry.is_oci:
            return False
        given = credentials(self.settings, folder=self.folder).headers
        if scheme.lower() == "basic":
            self._tokens[url] = given.get("Authorization", "")
            return bool(self._tokens[url])
        parameters = dict(_PARAMETER.findall(rest))
        if scheme.lower() != "bearer" or not parameters.get("realm"):
            return False
        self._tokens[url] = f"Bearer {await self._token(parameters, given)}"
        return True

    async def _token(self, parameters: Mapping[str, str], given: Mapping[str, str]) -> str:
        """Return a token from where the registry says that it is given; raises ReadError."""
        realm = parameters["realm"]
        self._check_token_host(realm)
        query = {key: parameters[key] for key in ("service", "scope") if key in parameters}
        shown = {key: given[key] for key in ("Authorization",) if key in given}
        assert self._session is not None  # noqa: S101 - used within opened()
        async with self._session.get(
            f"{realm}{'&' if '?' in realm else '?'}{urlencode(query)}",
            headers={"User-Agent": _USER_AGENT, **shown},
            allow_redirects=False,
        ) as response:
            await _accept(response)
            content = await Answer(response, SMALL).whole()
        try:
            found = msgspec.json.decode(content, type=_Token)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = _Token()
        token = found.token or found.access_token
        if not token or not token.isascii() or not token.isprintable():
            raise ReadError(f"{_host(realm)} gave no token", reason=Reason.FORBIDDEN)
        return token

    def _check_token_host(self, realm: str) -> None:
        parts = urlsplit(realm)
        known = {self.registry.authority, self.registry.host, self.settings.token_host} - {""}
        secure = parts.scheme == "https" or self.scheme == "http"
        if not secure or (parts.netloc.lower() not in known):
            raise ReadError(
                f"{self.registry.authority} sends to {parts.netloc[:_SHOWN]} for a token, which is "
                "not allowed",
                reason=Reason.OUTSIDE,
                advice="name it in token_host of this registry, if it is the registry's",
            )

    def _is_own(self, url: str) -> bool:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return (parts.scheme, (parts.hostname or "").lower(), port) == (
            self.scheme,
            self.registry.host,
            self.registry.port,
        )

    def _check(self, url: str) -> None:
        """Raise :exc:`ReadError` for an address that may not be asked."""
        try:
            parts = urlsplit(url)
            own, netloc = self._is_own(url), parts.netloc.lower()
        except ValueError:
            raise ReadError("an address that is none", reason=Reason.MALFORMED) from None
        named = any(fnmatchcase(netloc, pattern.lower()) for pattern in self.settings.hosts)
        secure = parts.scheme == "https" or (parts.scheme == "http" and self.scheme == "http")
        if own or (named and secure and parts.username is None):
            return
        where = f"{parts.scheme}://{netloc.rpartition('@')[2]}"[:_SHOWN]
        raise ReadError(
            f"{self.registry.authority} leads to {where}, which is not allowed",
            reason=Reason.OUTSIDE,
            advice="name its host in hosts of this registry in declared.charts.fetch"
            if secure or not parts.scheme
            else "only https leads away from a server with TLS",
        )


class _Token(msgspec.Struct):
    token: str = ""
    access_token: str = ""


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2][:_SHOWN]


async def _accept(response: aiohttp.ClientResponse) -> None:
    """Raise :exc:`ReadError` unless an answer has what was asked for, or says that it is known."""
    if response.status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        return
    error = RefusedError(
        f"{response.url.host} answered {response.status} to {response.url.path[:_SHOWN]}",
        reason=_REASONS.get(response.status, Reason.UNAVAILABLE),
        advice=_ADVICE.get(response.status, ""),
    )
    after = response.headers.get("Retry-After", "")
    error.after = float(after) if after.isdigit() and len(after) < len("100000") else 0.0
    raise error


def _unavailable(error: Exception, url: str) -> ReadError:
    message = " ".join(str(error).split())[:_SHOWN] or type(error).__name__
    advice = ""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        advice = "is its certificate valid, and its authority in tls.ca_file?"
    return ReadError(f"{_host(url)}: {message}", reason=Reason.UNAVAILABLE, advice=advice)
