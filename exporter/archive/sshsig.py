"""Signatures and public keys as ssh-keygen writes them.

Source: OpenSSH, ``PROTOCOL.sshsig`` (version 1) and RFC 4253, section 6.6. Only Ed25519 keys are
known: others take more arithmetic than is worth having here.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterator
from typing import Final

from exporter.archive import ed25519
from exporter.domain.errors import ParseError

ALGORITHM: Final = b"ssh-ed25519"
_MAGIC: Final = b"SSHSIG"
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_HASHES: Final = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_LIMIT: Final = 4_096
"""Bytes of a signature or a line with a key; those of Ed25519 have a few hundred."""


def parse_key(text: str) -> bytes:
    """Return the key of a line ``ssh-ed25519 AAAA... comment``; raises :exc:`ParseError`."""
    words = text[:_LIMIT].split()
    if len(words) < 2 or words[0].encode() != ALGORITHM:  # noqa: PLR2004 - type and key
        raise ParseError("is no public key of Ed25519; make one with: ssh-keygen -t ed25519")
    return _key(_decoded(words[1]))


def verify(message: bytes, signature: str, *, keys: frozenset[bytes], namespace: str) -> bytes:
    """Return which of *keys* signed *message*; raises :exc:`ParseError` where none did."""
    body = _decoded(_unarmoured(signature))
    if not body.startswith(_MAGIC + struct.pack(">I", 1)):
        raise ParseError("is no signature of ssh-keygen, version 1")
    fields = list(_strings(body[len(_MAGIC) + 4 :], count=5))
    public, space, reserved, algorithm, signed = fields
    key, digest = _key(public), _HASHES.get(algorithm)
    if digest is None:
        raise ParseError("is made with a hash that is not known")
    if space != namespace.encode():
        raise ParseError(f"is made for another purpose than {namespace}")
    if key not in keys:
        raise ParseError("is made with a key that is not trusted")
    told = b"".join(map(_string, (space, reserved, algorithm, digest(message).digest())))
    if not ed25519.verify(key, _MAGIC + told, _signature(signed)):
        raise ParseError("is not that of these bytes")
    return key


def _unarmoured(text: str) -> str:
    lines = text[:_LIMIT].split()
    joined = " ".join(lines)
    if not (joined.startswith(_BEGIN) and joined.endswith(_END)):
        raise ParseError("is no signature of ssh-keygen")
    return joined.removeprefix(_BEGIN).removesuffix(_END).replace(" ", "")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ParseError("is no base64") from None


def _key(blob: bytes) -> bytes:
    algorithm, key = _strings(blob, count=2)
    if algorithm != ALGORITHM or len(key) != ed25519.KEY:
        raise ParseError("is no key of Ed25519")
    return key


def _signature(blob: bytes) -> bytes:
    algorithm, signature = _strings(blob, count=2)
    if algorithm != ALGORITHM:
        raise ParseError("is no signature of Ed25519")
    return signature


def _string(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def _strings(blob: bytes, *, count: int) -> Iterator[bytes]:
    """Yield exactly *count* strings of which a *blob* has to consist."""
    for _ in range(count):
        if len(blob) < 4:  # noqa: PLR2004 - a length
            raise ParseError("ends too early")
        size = struct.unpack(">I", blob[:4])[0]
        text, blob = blob[4 : 4 + size], blob[4 + size :]
        if len(text) != size:
            raise ParseError("ends too early")
        yield text
    if blob:
        raise ParseError("goes on after its end")
