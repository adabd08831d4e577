"""Bodies of answers, read so that all of one server's at once take no more memory than a few."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.files import MIB

LARGE: Final = 4 * MIB
"""Bytes from which on an answer waits for its turn; its server waits with it."""


@dataclass(slots=True)
class Bodies:
    """Reads the bodies of one server's answers: small ones as they come, large ones in turn.

    A server is asked many things at once, and each answer may be as large as the largest.
    """

    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def whole(self, parts: AsyncIterator[bytes], *, limit: int, path: str) -> bytes:
        """Return a body of at most *limit* bytes; raises :exc:`ReadError` for a larger one."""
        kept: list[bytes] = []
        size, large = 0, False
        async with AsyncExitStack() as stack:
            async for part in parts:
                size += len(part)
                if size > limit:
                    message = f"the answer is larger than {limit // MIB} MiB"
                    raise ReadError(message, reason=Reason.TOO_LARGE, path=path)
                if size > LARGE and not large:
                    await stack.enter_async_context(self._turn)
                    large = True
                kept.append(part)
            return b"".join(kept)
