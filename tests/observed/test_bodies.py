"""Many large answers at once take no more memory than one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from exporter.domain.errors import ReadError, Reason
from exporter.observed.bodies import LARGE, Bodies

PART = bytes(LARGE // 2)
LIMIT = 4 * LARGE


@dataclass
class Server:
    """Sends answers of so many parts; *under_way* has how much was taken of each."""

    under_way: dict[int, int] = field(default_factory=dict)
    most: int = 0

    async def answer(self, number: int, *, parts: int) -> AsyncIterator[bytes]:
        for sent in range(parts):
            yield PART
            self.under_way[number] = sent + 1
            self.most = max(self.most, sum(self.under_way.values()))
            await asyncio.sleep(0)
        del self.under_way[number]


async def test_only_one_answer_at_a_time_grows_large() -> None:
    bodies, server = Bodies(), Server()

    found = await asyncio.gather(
        *(
            bodies.whole(server.answer(number, parts=8), limit=LIMIT, path="/")
            for number in range(10)
        )
    )

    assert {len(body) for body in found} == {8 * len(PART)}
    assert server.most <= 8 + 9 * 2


async def test_small_answers_wait_for_none() -> None:
    bodies = Bodies()
    last = asyncio.Event()

    async def held() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield PART
        await last.wait()

    large = asyncio.create_task(bodies.whole(held(), limit=LIMIT, path="/"))
    small = await bodies.whole(Server().answer(1, parts=2), limit=LIMIT, path="/")
    last.set()

    assert (len(small), len(await large)) == (LARGE, 2 * LARGE)


async def test_one_that_is_too_large_keeps_nobody_waiting() -> None:
    bodies, server = Bodies(), Server()

    with pytest.raises(ReadError) as caught:
        await bodies.whole(server.answer(1, parts=9), limit=LIMIT, path="/a")
    body = await bodies.whole(server.answer(2, parts=8), limit=LIMIT, path="/b")

    assert (caught.value.reason, caught.value.path) == (Reason.TOO_LARGE, "/a")
    assert len(body) == LIMIT
