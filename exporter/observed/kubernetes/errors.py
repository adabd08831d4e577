"""What interrupts a list or watch, as errors: what it was, and what an API server's Status says."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

import msgspec
from msgspec import Raw, Struct

from exporter.domain.errors import ReadError, Reason
from exporter.domain.watches import Restart

MAX_SAID = 300
"""How many characters of a server's own words are passed on."""

CREDENTIALS = "the server does not accept our credentials"
"""How the message begins that is the same for every kind."""
_NOT_FOUND = b"404 page not found"
_CODES: Mapping[int, tuple[Restart, Reason]] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: (Restart.UNAUTHORIZED, Reason.FORBIDDEN),
        HTTPStatus.FORBIDDEN: (Restart.FORBIDDEN, Reason.FORBIDDEN),
        HTTPStatus.GONE: (Restart.EXPIRED, Reason.MISSING),
        HTTPStatus.BAD_REQUEST: (Restart.REFUSED, Reason.UNSUPPORTED),
        HTTPStatus.UNPROCESSABLE_ENTITY: (Restart.REFUSED, Reason.UNSUPPORTED),
    }
)


class WatchError(ReadError):
    """A list or watch was interrupted.

    *retry_after* is how many seconds the server asks to be left alone for; *code* is the HTTP
    status or that of an ERROR event, 0 where neither came.
    """

    def __init__(
        self,
        message: str,
        *,
        restart: Restart,
        reason: Reason,
        retry_after: float | None = None,
        code: int = 0,
    ) -> None:
        super().__init__(message, reason=reason)
        self.restart = restart
        self.retry_after = retry_after
        self.code = code


class TooManyError(WatchError):
    """A server tells of more objects than any cluster has, or never ends a list."""

    def __init__(self, message: str) -> None:
        super().__init__(message, restart=Restart.MALFORMED, reason=Reason.TOO_LARGE)


class _Details(Struct, rename="camel", gc=False):
    retry_after_seconds: float | None = None


class _Status(Struct, rename="camel", gc=False):
    kind: str | None = None
    code: int | None = None
    reason: str | None = None
    message: str | None = None
    details: _Details | None = None


_STATUS = msgspec.json.Decoder(_Status)


def refusal(code: int, body: bytes, *, retry_after: str | None = None) -> WatchError:
    """Return what an answer with an HTTP status other than 200 means."""
    status = _parse(body)
    if code == HTTPStatus.NOT_FOUND and _is_api_server(status, body):
        return _error(code, status, restart=Restart.ABSENT, reason=Reason.MISSING)
    restart, reason = _meaning(code)
    return _error(code, status, restart=restart, reason=reason, after=_seconds(retry_after))


def interruption(raw: Raw | bytes) -> WatchError:
    """Return what an ERROR event means, by the Status that is its object."""
    status = _parse(raw)
    code = status.code or 0
    expired = code == HTTPStatus.GONE or status.reason in {"Expired", "Gone"}
    restart, reason = _meaning(code)
    return _error(code, status, restart=Restart.EXPIRED if expired else restart, reason=reason)


def malformed(message: str) -> WatchError:
    """Return the error for an answer that is not what was asked for."""
    return WatchError(message, restart=Restart.MALFORMED, reason=Reason.MALFORMED)


def _meaning(code: int) -> tuple[Restart, Reason]:
    later = code == HTTPStatus.TOO_MANY_REQUESTS or code >= HTTPStatus.INTERNAL_SERVER_ERROR
    other = Reason.UNAVAILABLE if later else Reason.UNSUPPORTED
    return _CODES.get(code, (Restart.REFUSED, other))


def _parse(raw: Raw | bytes) -> _Status:
    try:
        return _STATUS.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Status()


def _is_api_server(status: _Status, body: bytes) -> bool:
    """Tell an API server that does not know a kind from whatever else answers 404."""
    return status.kind == "Status" or body.startswith(_NOT_FOUND)


def _error(
    code: int, status: _Status, *, restart: Restart, reason: Reason, after: float | None = None
) -> WatchError:
    asked = status.details.retry_after_seconds if status.details else None
    message = " ".join((status.message or "").split())[:MAX_SAID]
    unauthorized = restart is Restart.UNAUTHORIZED
    answered = f"{CREDENTIALS} ({code})" if unauthorized else f"the server answered {code}"
    return WatchError(
        answered + (f": {message}" if message else ""),
        restart=restart,
        reason=reason,
        retry_after=asked if after is None else after,
        code=code,
    )


def _seconds(text: str | None) -> float | None:
    """Return ``Retry-After`` in seconds; as a date, which API servers do not send, it is None."""
    text = (text or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - centuries
