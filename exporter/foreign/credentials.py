"""What is shown to a server, and by what it is trusted: read from files, and never told."""

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.files import read_bytes

LIMIT = 64 * 1024


class BasicAuth(Protocol):
    """A user and the file of the password."""

    @property
    def username(self) -> str:
        """Return the user's name."""

    @property
    def password_file(self) -> str:
        """Return the path of the file."""


class Access(Protocol):
    """What a server asks for: the file of a bearer token, or a user, or neither."""

    @property
    def token_file(self) -> str:
        """Return the path of the file; empty where there is none."""

    @property
    def basic_auth(self) -> BasicAuth | None:
        """Return the user, if there is one."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return further headers, no secrets."""


class Tls(Protocol):
    """By what a server is trusted, and what is shown to it: paths of files."""

    @property
    def ca_file(self) -> str:
        """Return the authorities; empty for those of the system."""

    @property
    def cert_file(self) -> str:
        """Return the certificate to show, if any."""

    @property
    def key_file(self) -> str:
        """Return the certificate's key, where it lies in a file of its own."""

    @property
    def insecure_skip_verify(self) -> bool:
        """Tell whether any server is trusted."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The headers of a request, and the texts in them that must not be told."""

    headers: Mapping[str, str]
    secrets: tuple[str, ...] = ()

    def conceal(self, body: bytes) -> bytes:
        """Return *body* without the secrets; some servers answer with what they were sent."""
        for secret in self.secrets:
            body = body.replace(secret.encode(), b"(secret)")
        return body


def credentials(settings: Access, *, folder: Path) -> Credentials:
    """Return what a request shows; raises :exc:`ReadError` where a file is missing."""
    headers = {"Accept": "application/json", **settings.headers}
    if settings.token_file:
        token = _secret(settings.token_file, folder=folder)
        if not token.isascii():
            raise _no_secret(settings.token_file)
        headers["Authorization"] = f"Bearer {token}"
        return Credentials(headers, (token,))
    if settings.basic_auth is not None:
        password = _secret(settings.basic_auth.password_file, folder=folder)
        pair = f"{settings.basic_auth.username}:{password}".encode()
        encoded = base64.b64encode(pair).decode()
        headers["Authorization"] = f"Basic {encoded}"
        return Credentials(headers, (encoded, password))
    return Credentials(headers)


def trust(tls: Tls, *, folder: Path) -> ssl.SSLContext:
    """Return by what servers are trusted; raises :exc:`ReadError`."""
    try:
        context = ssl.create_default_context(
            cafile=str(folder / tls.ca_file) if tls.ca_file else None
        )
        if tls.cert_file:
            context.load_cert_chain(
                folder / tls.cert_file,
                folder / (tls.key_file or tls.cert_file),
                password=_no_password,
            )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"the certificates cannot be used: {reason}"
        path = tls.ca_file or tls.cert_file
        raise ReadError(message, reason=Reason.MALFORMED, path=path) from None
    if tls.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _secret(name: str, *, folder: Path) -> str:
    raw = read_bytes(folder / name, name=name, limit=LIMIT)
    try:
        text = raw.decode().strip()
    except UnicodeDecodeError:
        text = ""
    if not text or not text.isprintable():
        raise _no_secret(name)
    return text


def _no_secret(name: str) -> ReadError:
    return ReadError("holds no token or password", reason=Reason.MALFORMED, path=name)


def _no_password() -> str:
    """Refuse a key that is encrypted; without this, OpenSSL would ask the terminal."""
    raise ValueError("the key is encrypted")
