"""The format of ``--web.config.file``, which is the exporter-toolkit's, as strict values.

Source: github.com/prometheus/exporter-toolkit, docs/web-configuration.md. What Python cannot do,
or what would leave a door open that looks shut, is refused (docs/web.md lists it).
"""

import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from msgspec import Meta

from exporter.domain.errors import ParseError, SettingsError
from exporter.foreign import yaml
from exporter.runtime.web import tls
from exporter.runtime.web.users import parse_hash
from exporter.settings.forms import Duration, Strict
from exporter.settings.load import strict

HEADERS: Mapping[str, frozenset[str]] = {
    "Strict-Transport-Security": frozenset(),
    "X-Content-Type-Options": frozenset({"nosniff"}),
    "X-Frame-Options": frozenset({"deny", "sameorigin"}),
    "X-XSS-Protection": frozenset(),
    "Content-Security-Policy": frozenset(),
}
"""The headers that may be set, and where not every value will do, the values."""
_SECTIONS = ("tls_server_config", "http_server_config", "basic_auth_users", "rate_limit")
_TOO_OLD = frozenset({"TLS10", "TLS11"})
_UNVERIFIED = frozenset({"RequestClientCert", "RequireAnyClientCert", "RequireClientCert"})
_Problems = Iterable[tuple[int, str]]


def _one_of(known: Iterable[str]) -> Callable[[str], None]:
    def parse(text: str) -> None:
        if text not in known:
            raise ParseError(f"must be one of {', '.join(known)}")

    return parse


def _version(text: str) -> None:
    if text in _TOO_OLD:
        raise ParseError(f"{text} is not offered, as it is broken; write TLS12")
    _one_of(tls.VERSIONS)(text)


def _client_auth(text: str) -> None:
    if text in _UNVERIFIED:
        raise ParseError(
            f"{text} accepts any certificate, which Python's ssl cannot do; "
            "write RequireAndVerifyClientCert with client_ca_file"
        )
    _one_of(tls.CLIENT_AUTH)(text)


def _curve(text: str) -> None:
    _one_of(tls.CURVES)(text)
    tls.choose_curve(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), tls.CURVES[text])


def _header(text: str) -> None:
    if not all(one.isprintable() and one.isascii() for one in text):
        raise ParseError("holds a character that no header may hold")


_Secret = Annotated[str, Meta(extra={"secret": True})]
_Hash = Annotated[str, Meta(extra={"secret": True, "parse": parse_hash})]
_Version = Annotated[str, Meta(extra={"parse": _version})]
_ClientAuth = Annotated[str, Meta(extra={"parse": _client_auth})]
_Cipher = Annotated[str, Meta(extra={"parse": _one_of([*sorted(tls.ALWAYS), *tls.CIPHERS])})]
_Curve = Annotated[str, Meta(extra={"parse": _curve})]
_Header = Annotated[str, Meta(extra={"parse": _header})]


class TlsServer(Strict, frozen=True):
    """``tls_server_config``; files are relative to the folder of the file that names them."""

    cert: str | None = None
    key: _Secret | None = None
    client_ca: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    client_ca_file: str | None = None
    client_auth_type: _ClientAuth = "NoClientCert"
    client_allowed_sans: tuple[str, ...] | None = None
    min_version: _Version = "TLS12"
    max_version: _Version = "TLS13"
    cipher_suites: tuple[_Cipher, ...] = ()
    prefer_server_cipher_suites: bool = True
    curve_preferences: tuple[_Curve, ...] = ()


class HttpServer(Strict, frozen=True):
    """``http_server_config``; HTTP/2 is not offered, whatever *http2* says."""

    http2: bool = True
    headers: dict[str, _Header] | None = None


class RateLimit(Strict, frozen=True):
    """``rate_limit``: *burst* requests at once, and one more for each *interval*."""

    interval: Duration = "0"
    burst: int = 0


class WebConfig(Strict, frozen=True):
    """The whole file; all of it may be left out."""

    tls_server_config: TlsServer | None = None
    http_server_config: HttpServer | None = None
    basic_auth_users: dict[str, _Hash] | None = None
    rate_limit: RateLimit | None = None


def parse(text: str, *, name: str) -> WebConfig:
    """Read the file's text; raises :exc:`SettingsError` with all that is wrong, with lines."""
    try:
        data = yaml.load(text, strict=True)
    except ParseError as error:
        raise SettingsError([f"{name}:{error.line}: {error.message}"]) from None
    if data is None:
        return WebConfig()
    if not isinstance(data, yaml.YamlMap):
        raise SettingsError([f"{name}: expected a mapping with {', '.join(_SECTIONS)}"])
    config = strict(data, WebConfig, name=name)
    problems = [f"{name}:{line}: {message}" for line, message in _contradictions(config, data)]
    if problems:
        raise SettingsError(problems)
    return config


def _contradictions(config: WebConfig, data: yaml.YamlMap) -> _Problems:
    """Yield what does not fit together, each with its line."""
    if config.tls_server_config is not None and data["tls_server_config"]:
        yield from _of_tls(config.tls_server_config, data["tls_server_config"])
    if config.http_server_config is not None and config.http_server_config.headers:
        yield from _of_headers(data["http_server_config"]["headers"])
    for user in config.basic_auth_users or {}:
        if ":" in user:
            line = data["basic_auth_users"].line_of(user)
            yield line, "basic_auth_users: a name with a colon can never enter"
    limit = config.rate_limit
    if limit is not None and limit.interval != "0" and limit.burst < 1:
        line = data["rate_limit"].line
        yield line, "rate_limit.burst: must be at least 1, or nobody could enter"


def _of_tls(tls_server: TlsServer, data: Any) -> _Problems:
    path = "tls_server_config"
    for inline in ("cert", "key", "client_ca"):
        if getattr(tls_server, inline) and getattr(tls_server, f"{inline}_file"):
            yield data.line_of(inline), f"{path}: set either {inline} or {inline}_file"
    for needed in ("cert", "key"):
        if not getattr(tls_server, needed) and not getattr(tls_server, f"{needed}_file"):
            yield data.line, f"{path}: {needed}_file is missing, without which there is no TLS"
    if tls_server.min_version > tls_server.max_version:
        yield data.line_of("min_version"), f"{path}: min_version is above max_version"
    if len(tls_server.curve_preferences) > 1:
        line = data.line_of("curve_preferences")
        yield line, f"{path}.curve_preferences: Python's ssl takes one; name one, or none for all"
    yield from _of_clients(tls_server, data=data, path=path)


def _of_clients(tls_server: TlsServer, *, data: Any, path: str) -> _Problems:
    asked = tls_server.client_auth_type != "NoClientCert"
    trusted = bool(tls_server.client_ca or tls_server.client_ca_file)
    if asked and not trusted:
        line = data.line_of("client_auth_type")
        yield line, f"{path}.client_auth_type: needs client_ca_file, as nobody would be trusted"
    if trusted and not asked:
        yield data.line, f"{path}: a client CA needs client_auth_type: RequireAndVerifyClientCert"
    names = tls_server.client_allowed_sans
    if names is not None and tls_server.client_auth_type != "RequireAndVerifyClientCert":
        line = data.line_of("client_allowed_sans")
        yield line, f"{path}.client_allowed_sans: needs RequireAndVerifyClientCert"


def _of_headers(data: Any) -> _Problems:
    path = "http_server_config.headers"
    for name, value in data.items():
        allowed = HEADERS.get(name)
        if allowed is None:
            yield data.line_of(name), f"{path}: {name} is none of {', '.join(HEADERS)}"
        elif allowed and value not in allowed:
            expected = ", ".join(sorted(allowed))
            yield data.line_of(name), f"{path}.{name}: must be one of {expected}"
