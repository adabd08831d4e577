"""TLS as the web configuration asks for it, as far as Python's ``ssl`` can do it."""

import contextlib
import ipaddress
import os
import platform
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.domain.errors import ParseError

VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
CURVES = {
    "CurveP256": "prime256v1",
    "CurveP384": "secp384r1",
    "CurveP521": "secp521r1",
    "X25519": "X25519",
}
ALWAYS = frozenset(
    {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
)
"""The cipher suites of TLS 1.3, which cannot be chosen, in Go as here."""
CIPHERS = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
}
"""OpenSSL's names for the suites that Go holds safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms TLS is spoken; names are those of the web configuration."""

    least: str = "TLS12"
    most: str = "TLS13"
    ciphers: Sequence[str] = ()
    curve: str | None = None
    server_prefers: bool = True
    client_auth: str = "NoClientCert"


def context(
    terms: Terms, *, certificate: bytes, key: bytes, authorities: bytes | None
) -> ssl.SSLContext:
    """Return the server's side of TLS from PEM; raises :exc:`ParseError` for what does not fit."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version, made.maximum_version = VERSIONS[terms.least], VERSIONS[terms.most]
    made.set_alpn_protocols(["http/1.1"])
    if not terms.server_prefers:
        made.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    if terms.curve is not None:
        choose_curve(made, CURVES[terms.curve])
    _choose(made, terms.ciphers)
    _load(made, certificate=certificate, key=key)
    if authorities is not None:
        _trust(made, authorities)
    made.verify_mode = CLIENT_AUTH[terms.client_auth]
    return made


def choose_curve(made: ssl.SSLContext, name: str) -> None:
    """Allow only the curve that OpenSSL calls *name*; raises :exc:`ParseError` where Python cannot.

    Python before 3.11.4 looks for it among the curves of ``EC_KEY``, where X25519 is not
    (github.com/python/cpython/issues/103242), and ``ssl`` has no other way to choose one.
    """
    try:
        made.set_ecdh_curve(name)
    except (ssl.SSLError, ValueError):
        raise ParseError(
            f"Python {platform.python_version()} with {ssl.OPENSSL_VERSION} cannot keep to {name}; "
            "use Python 3.11.4 or later, another curve, or none for all that are safe"
        ) from None


def _choose(made: ssl.SSLContext, ciphers: Sequence[str]) -> None:
    """Allow only these; without one of TLS 1.2, only TLS 1.3 is left."""
    older = [CIPHERS[cipher] for cipher in ciphers if cipher not in ALWAYS]
    if older:
        made.set_ciphers(":".join(older))
    elif ciphers and made.maximum_version is ssl.TLSVersion.TLSv1_2:
        raise ParseError("cipher_suites has none of TLS 1.2, and max_version allows no other")
    elif ciphers:
        made.minimum_version = ssl.TLSVersion.TLSv1_3


def _load(made: ssl.SSLContext, *, certificate: bytes, key: bytes) -> None:
    with _as_file(certificate + b"\n" + key) as path:
        try:
            made.load_cert_chain(path, password=_no_password)
        except ssl.SSLError as error:
            raise ParseError(
                "certificate and key are not a pair in PEM that can be used "
                f"({(error.reason or 'malformed').replace('_', ' ').lower()})"
            ) from None


def _no_password() -> str:
    raise ParseError("the key is encrypted; a key without a password is needed")


@contextlib.contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """Lend *data* as a file that is on no disk: a key can be loaded in no other way."""
    number = os.memfd_create("web-config", os.MFD_CLOEXEC)
    with open(number, "wb", buffering=0) as file:  # noqa: PTH123 - it has no path
        file.write(data)
        yield f"/proc/self/fd/{number}"


def _trust(made: ssl.SSLContext, authorities: bytes) -> None:
    try:
        made.load_verify_locations(cadata=authorities.decode("ascii", "replace"))
    except ssl.SSLError:
        raise ParseError("the client CA holds no certificate in PEM") from None


def names(certificate: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the subject alternative names of a peer's certificate, as Go writes them."""
    found = (certificate or {}).get("subjectAltName", ())
    return frozenset(_plain(kind, value) for kind, value in found)


def _plain(kind: str, value: str) -> str:
    if kind != "IP Address":
        return value
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError:
        return value
