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
from dataclasses import dataclass, field
from typing import TypeAlias

import bcrypt

from exporter.domain.errors import ParseError
from exporter.runtime.web.turns import BusyError, Delays, Turns

LONGEST = 72
"""Bytes of a password that bcrypt looks at: what is longer would match by its beginning."""
COSTS = range(4, 17)
"""Costs that are taken; 16 keeps a core busy for some seconds."""
REMEMBERED = 100
WAITING = 64
"""Passwords of one client that wait for their turn; whoever comes then is told to come again."""
Check: TypeAlias = Callable[[bytes, bytes], bool]
_HASH = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}", re.ASCII)
"""Of the last character of a salt, two bits count; bcrypt takes no hash where others are set."""


def parse_hash(text: str) -> None:
    """Accept a bcrypt hash; raises :exc:`ParseError`, which does not repeat the text."""
    found = _HASH.fullmatch(text)
    if found is None:
        raise ParseError("is no bcrypt hash; make one with: htpasswd -nBC 10 '' | tr -d ':\\n'")
    if int(found[1]) not in COSTS:
        raise ParseError(f"has a bcrypt cost outside of {COSTS.start} to {COSTS.stop - 1}")


@dataclass(slots=True)
class Memory:
    """Passwords that were right, by a digest under a key that lives as long as this object.

    The hash is a part of what is digested: one that changes makes the password a new one.
    """

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    right: OrderedDict[bytes, None] = field(default_factory=OrderedDict)

    def digest(self, *, name: bytes, known: bytes, password: bytes) -> bytes:
        """Return what stands for a password of a user with the hash *known*."""
        return hashlib.blake2b(b"\0".join((name, known, password)), key=self.key).digest()

    def recalls(self, digest: bytes) -> bool:
        """Tell whether a password was right before."""
        if digest not in self.right:
            return False
        self.right.move_to_end(digest)
        return True

    def keep(self, digest: bytes) -> None:
        """Remember a password that is right, in place of the one that was used longest ago."""
        self.right[digest] = None
        if len(self.right) > REMEMBERED:
            self.right.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Admissions:
    """What outlives a reload of the users: who was right, whose turn it is, who has to wait."""

    memory: Memory = field(default_factory=Memory)
    turns: Turns = field(default_factory=lambda: Turns(WAITING))
    delays: Delays = field(default_factory=Delays)


class Users:
    """Those who may enter, by name and bcrypt hash.

    A password that was right is remembered: a scrape costs no bcrypt, and waits for nobody. One
    that was wrong is not, so that nobody can push the right ones out; who sent it waits for the
    answer, longer each time. Names that nobody has take as long as names that somebody has. *check*
    compares a password with a hash, in a thread.
    """

    def __init__(
        self,
        hashes: Mapping[str, str],
        *,
        check: Check = bcrypt.checkpw,
        admissions: Admissions | None = None,
    ) -> None:
        self._check = check
        self._hashes = {name.encode(): text.encode() for name, text in hashes.items()}
        cost = max(int(text.split("$")[2]) for text in hashes.values())
        self._nobody = f"$2b${cost:02d}${'.' * 53}".encode()
        self._admissions = admissions or Admissions()

    async def admit(self, authorization: str, *, client: str) -> bool:
        """Tell whether an Authorization header names one of them with the right password.

        Raises :exc:`BusyError` where too many others of the same *client* wait for that.
        """
        given = _credentials(authorization)
        if given is None:
            return False
        name, password = given
        known = self._hashes.get(name, self._nobody)
        memory = self._admissions.memory
        digest = memory.digest(name=name, known=known, password=password)
        if memory.recalls(digest):
            return True
        try:
            right = await self._compare(password, known, client=client) and name in self._hashes
        except BusyError:
            await self._delay(client)
            raise
        if right:
            memory.keep(digest)
        else:
            await self._delay(client)
        return right

    async def _compare(self, password: bytes, known: bytes, *, client: str) -> bool:
        """Ask bcrypt, in a thread and one at a time: it keeps a core busy for a while."""
        async with self._admissions.turns.turn(client):
            checking = asyncio.ensure_future(asyncio.to_thread(self._check, password, known))
            try:
                return await asyncio.shield(checking)
            except asyncio.CancelledError:
                await asyncio.wait([checking])  # a thread goes on: so long the turn is taken
                raise

    async def _delay(self, client: str) -> None:
        """Let a client wait that guesses; meanwhile others have their turns."""
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self._admissions.delays.next(client, now=now))


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
