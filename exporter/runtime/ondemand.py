"""Views of what is published, made when somebody asks for them: each once, one at a time."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from typing import TypeAlias

from exporter.domain.published import Answer, Asked, Body, Published, View

MOST_WAITING = 32
MOST_KEPT = 32 << 20
"""Bytes of bodies, as they are and compressed, that are kept at most."""

_Key: TypeAlias = tuple[str, Asked]


class BusyError(Exception):
    """Too many are waiting for a view already."""


@dataclass(frozen=True, slots=True)
class Made:
    """An answer with its body in both forms, and what tells it from any other answer."""

    answer: Answer
    body: Body
    tag: str

    @property
    def size(self) -> int:
        """How many bytes are kept of it."""
        return len(self.answer.body) + len(self.body.gzip)


class OnDemand:
    """Makes views in a thread, one at a time, and keeps them while their evaluation is current.

    Whoever asks for what is being made for somebody else waits for the same one.
    """

    def __init__(self) -> None:
        self._published: Published | None = None
        self._made: dict[_Key, asyncio.Task[Made]] = {}
        self._one = asyncio.Lock()

    async def get(self, published: Published, *, path: str, asked: Asked) -> Made:
        """Return the view at *path* of what is *published*.

        Raises :exc:`BusyError` where too many wait already, and whatever the view raises.
        """
        if published is not self._published:
            self._published, self._made = published, {}
        key = path, asked
        making = self._made.pop(key, None)
        if making is None or (making.done() and making.exception() is not None):
            if sum(not one.done() for one in self._made.values()) >= MOST_WAITING:
                raise BusyError
            making = asyncio.create_task(self._make(published.views[path], asked), name=path)
        self._made[key] = making  # the last that was asked for stands last
        made = await asyncio.shield(making)
        self._forget()
        return made

    async def _make(self, view: View, asked: Asked) -> Made:
        async with self._one:
            return await asyncio.to_thread(lambda: made(view(asked)))

    def _forget(self) -> None:
        """Drop what was not asked for since longest, until little enough is kept."""
        done = {
            key: one.result().size
            for key, one in self._made.items()
            if one.done() and one.exception() is None
        }
        excess = sum(done.values()) - MOST_KEPT
        for key, size in done.items():
            if excess <= 0:
                return
            del self._made[key]
            excess -= size


def made(answer: Answer) -> Made:
    """Compress *answer*, and name it by what it says."""
    kind = hashlib.sha256(answer.content_type.encode()).digest()
    tag = hashlib.blake2b(answer.body, key=kind, digest_size=16).hexdigest()
    return Made(answer, replace(Body.of(answer.body), kept=answer.body), tag)
