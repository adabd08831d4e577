"""What the web configuration asks of connections and requests, and its file as it changes."""

import logging
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from exporter.domain.errors import ParseError, ReadError, SettingsError
from exporter.domain.instants import parse_duration
from exporter.foreign.files import MIB, decode, read_bytes
from exporter.runtime.web import tls
from exporter.runtime.web.config import TlsServer, WebConfig, parse
from exporter.runtime.web.rate import Rate
from exporter.runtime.web.users import Admissions, Users

logger = logging.getLogger(__name__)

_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What is asked of a connection (*tls*, *names*) and of a request (the rest)."""

    tls: ssl.SSLContext | None = None
    names: frozenset[str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    users: Users | None = None
    rate: Rate | None = None


@dataclass(slots=True)
class Guard:
    """The protection that holds at the moment; none where there is no file.

    :meth:`current` looks whether the file, or one that it names, has changed. What is broken then
    changes nothing, but is logged once. Whether TLS is spoken at all is decided at the start: a
    server that turned to plain text by a slip of the pen would send passwords in the clear.
    """

    path: Path | None = None
    _protection: Protection = field(default_factory=Protection)
    _seen: Mapping[Path, _Stamp] = field(default_factory=dict)
    _started: bool = False
    _admissions: Admissions = field(default_factory=Admissions)

    def __post_init__(self) -> None:
        """Read the file; raises :exc:`SettingsError`."""
        problems = self._read()
        if problems:
            raise SettingsError(problems)
        self._started = True

    def current(self) -> Protection:
        """Return what holds now, read again where a file has changed."""
        if self.path is not None and _stamps(self._seen) != self._seen:
            self.reload()
        return self._protection

    def reload(self) -> tuple[str, ...]:
        """Read the file again; return what is wrong with it, and then keep what held before."""
        problems = self._read()
        for problem in problems:
            logger.error("web configuration not reloaded: %s", problem)
        if self.path is not None and not problems:
            logger.info("web configuration reloaded")
        return problems

    def _read(self) -> tuple[str, ...]:
        if self.path is None:
            return ()
        before = _stamps({**self._seen, self.path: None})
        self._seen = before
        try:
            config = _config(self.path)
            named = dict.fromkeys(_files(config, self.path))
            self._seen = {**_stamps(named), self.path: before[self.path]}
            made = _protection(config, self.path, admissions=self._admissions)
        except SettingsError as error:
            return error.problems
        if self._started and (made.tls is None) is not (self._protection.tls is None):
            return (f"{self.path}: TLS can be turned on or off by a restart only",)
        self._protection = made
        return ()


def _stamps(paths: Mapping[Path, _Stamp]) -> dict[Path, _Stamp]:
    """Return what tells each file from a later one; links are followed, as those of Secrets."""
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _config(path: Path) -> WebConfig:
    try:
        text = decode(read_bytes(path, name=str(path), limit=MIB), name=str(path))
    except ReadError as error:
        raise SettingsError([str(error)]) from None
    return parse(text, name=str(path))


def _files(config: WebConfig, path: Path) -> Iterator[Path]:
    """Yield the files that *config* names."""
    asked = config.tls_server_config
    if asked is not None:
        named = (asked.cert_file, asked.key_file, asked.client_ca_file)
        yield from (path.parent / name for name in named if name)


def _protection(config: WebConfig, path: Path, *, admissions: Admissions) -> Protection:
    """Return what *config* asks for; who was admitted before need not be checked again."""
    http, limit = config.http_server_config, config.rate_limit
    asked = config.tls_server_config
    speaks_tls = asked is not None and asked != TlsServer()
    headers = (http.headers if http else None) or {}
    interval = parse_duration(limit.interval).total_seconds() if limit else 0
    return Protection(
        tls=_context(asked, path) if asked is not None and speaks_tls else None,
        names=_names(asked) if asked is not None else None,
        headers={name: value for name, value in headers.items() if value},
        users=(
            Users(config.basic_auth_users, admissions=admissions)
            if config.basic_auth_users
            else None
        ),
        rate=Rate(interval, limit.burst) if limit and interval else None,
    )


def _names(asked: TlsServer) -> frozenset[str] | None:
    return None if asked.client_allowed_sans is None else frozenset(asked.client_allowed_sans)


def _context(asked: TlsServer, path: Path) -> ssl.SSLContext:
    terms = tls.Terms(
        least=asked.min_version,
        most=asked.max_version,
        ciphers=asked.cipher_suites,
        curve=next(iter(asked.curve_preferences), None),
        server_prefers=asked.prefer_server_cipher_suites,
        client_auth=asked.client_auth_type,
    )
    trusts = asked.client_ca or asked.client_ca_file
    try:
        return tls.context(
            terms,
            certificate=_pem(asked.cert, file=asked.cert_file, path=path),
            key=_pem(asked.key, file=asked.key_file, path=path),
            authorities=_pem(asked.client_ca, file=asked.client_ca_file, path=path)
            if trusts
            else None,
        )
    except ReadError as error:
        raise SettingsError([f"{path}: tls_server_config: {error}"]) from None
    except ParseError as error:
        raise SettingsError([f"{path}: tls_server_config: {error.message}"]) from None


def _pem(inline: str | None, *, file: str | None, path: Path) -> bytes:
    if inline:
        return inline.encode()
    return read_bytes(path.parent / (file or ""), name=file or "", limit=MIB)
