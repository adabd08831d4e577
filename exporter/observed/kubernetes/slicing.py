"""Long work in short slices, so that the event loop is never held for long."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")


async def sliced(items: Iterable[T], *, seconds: float) -> AsyncIterator[T]:
    """Yield *items*; let others run whenever that has gone on for so many *seconds*."""
    clock = time.perf_counter
    end = clock() + seconds
    for item in items:
        yield item
        if clock() >= end:
            await asyncio.sleep(0)
            end = clock() + seconds
