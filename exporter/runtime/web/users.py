"""Basic authentication against bcrypt hashes, without a way to hold up or to wear out the server.

Source: RFC 7617; the hashes and their limits are those of the exporter-toolkit's
``basic_auth_users``.
"""

import asyncio
import base64
import binascii
import hashlib
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TypeAlias

import bcrypt

from exporter.domain.errors import ParseError

LONGEST = 72
"""Bytes of a password that bcrypt looks at: what is longer would match by its beginning."""
COSTS = range(4, 17)
"""Costs that are taken; 16 keeps a core busy for some seconds."""
REMEMBERED = 100
WAITING = 16
"""Passwords that wait for their turn; whoever comes then is told to come again."""
Check: TypeAlias = Callable[[bytes, bytes], bool]
_HASH = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}", re.ASCII)
"""Of the last character of a salt, two bits count; bcrypt takes no hash where others are set."""


class BusyError(Exception):
    """Too many passwords wait to be checked."""


def parse_hash(text: str) -> None:
    """Accept a bcrypt hash; raises :exc:`ParseError`, which does not repeat the text."""
    found = _HASH.fullmatch(text)
    if found is None:
        raise ParseError("is no bcrypt hash; make one with: htpasswd -nBC 10 '' | tr -d ':\\n'")
    if int(found[1]) not in COSTS:
        raise ParseError(f"has a bcrypt cost outside of {COSTS.start} to {COSTS.stop - 1}")


class Users:
    """Those who may enter, by name and bcrypt hash.

    A password that was right is remembered by a keyed digest, under a key that lives as long as
    this object: a scrape costs no bcrypt. One that was wrong is not, so that nobody can push the
    right ones out. Names that nobody has take as long as names that somebody has. *check* compares
    a password with a hash, in a thread.
    """

    def __init__(self, hashes: Mapping[str, str], *, check: Check = bcrypt.checkpw) -> None:
        self._check = check
        self._hashes = {name.encode(): text.encode() for name, text in hashes.items()}
        cost = max(int(text.split("$")[2]) for text in hashes.values())
        self._nobody = f"$2b${cost:02d}${'.' * 53}".encode()
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def admit(self, authorization: str) -> bool:
        """Tell whether an Authorization header names one of them with the right password.

        Raises :exc:`BusyError` where too many others wait for the same.
        """
        given = _credentials(authorization)
        if given is None:
            return False
        name, password = given
        known = self._hashes.get(name, self._nobody)
        digest = hashlib.blake2b(b"\0".join((name, known, password)), key=self._key).digest()
        if digest in self._right:
            self._right.move_to_end(digest)
            return True
        right = await self._compare(password, known) and name in self._hashes
        if right:
            self._right[digest] = None
            if len(self._right) > REMEMBERED:
                self._right.popitem(last=False)
        return right

    async def _compare(self, password: bytes, known: bytes) -> bool:
        """Ask bcrypt, in a thread and one at a time: it keeps a core busy for a while."""
        if self._waiting >= WAITING:
            raise BusyError
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(self._check, password, known)
        finally:
            self._waiting -= 1


def _credentials(authorization: str) -> tuple[bytes, bytes] | None:
    """Return name and password, or None where the header holds none that could be right."""
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    name, colon, password = decoded.partition(b":")
    fits = colon and b"\0" not in decoded and len(password) <= LONGEST
    return (name, password) if fits else None
