"""The one place around readers that catches what they did not foresee."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.provenance import Place, Source

T = TypeVar("T")

logger = logging.getLogger(__name__)


async def guarded(reading: Awaitable[T], *, source: Source, otherwise: Callable[[Failure], T]) -> T:
    """Return what *reading* gives, or *otherwise* of a failure if it breaks.

    A reader returns what goes wrong as values. What it raises is a fault of ours: its source is
    down then, the traceback is in the log, and the other sources go on.
    """
    try:
        return await reading
    except Exception as error:
        logger.exception("the reader of %s failed", source)
        message = f"the reader itself failed ({type(error).__name__}); see the log"
        return otherwise(Failure(Place(source, ""), Reason.INTERNAL, message))


async def unfailing(
    run: Callable[[], Awaitable[None]],
    *,
    name: str,
    pause: Callable[[], float],
    broke: Callable[[], None],
) -> NoReturn:
    """Await *run* again and again, until cancelled.

    What it raises is a fault of ours: the traceback is in the log, *broke* is called, and after
    *pause* seconds it runs again.
    """
    while True:
        try:
            await run()
        except Exception:
            logger.exception("the %s failed", name)
            broke()
        await asyncio.sleep(pause())
