"""Lists that do not end, or lead in a circle: few requests, little memory, and a failure."""

import asyncio
import tracemalloc
from dataclasses import replace

import pytest

from exporter.domain.errors import Reason
from exporter.domain.watches import Restart
from exporter.observed.kinds import node
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.content import Content
from exporter.observed.kubernetes.limits import Limits
from exporter.observed.kubernetes.listing import MOST_BARREN, read_list
from exporter.observed.kubernetes.reflector import Reflector
from exporter.observed.kubernetes.store import Store
from tests.apiserver.client import node as an_object
from tests.apiserver.faults import Circle, Endless
from tests.apiserver.options import StreamingLists
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.following import FAST, As

KIND = replace(node.KIND, most=1000)
PATIENT = replace(FAST, connect=60, page=60, page_items=100, stall=60, longest_wait=120)


def changed() -> None:
    """Do without being told."""


async def stepped(api: ApiServer, limits: Limits = PATIENT) -> tuple[Store, float]:
    """List and watch until something interrupts that; return the pause after it, too."""
    store = Store(KIND)
    access = Api(As(api.url), limits)
    try:
        async with asyncio.timeout(120):
            return store, await Reflector(access, store, changed=changed).step()
    finally:
        await access.close()


def requests(api: ApiServer) -> int:
    return sum(entry.resource == "nodes" for entry in api.log)


@pytest.mark.parametrize(
    ("fault", "reason", "most"),
    [
        pytest.param(Endless(), Reason.TOO_LARGE, 11, id="more and more objects"),
        pytest.param(
            Endless(growing=False), Reason.TOO_LARGE, MOST_BARREN + 2, id="the same objects"
        ),
        pytest.param(Circle(("A",)), Reason.MALFORMED, 2, id="the same token"),
        pytest.param(Circle(), Reason.MALFORMED, 3, id="two tokens in turn"),
        pytest.param(Circle(tuple("ABCDEFG")), Reason.MALFORMED, 8, id="seven tokens in turn"),
    ],
)
async def test_pages_without_end_are_given_up_after_few_requests(
    api: ApiServer, fault: Endless | Circle, reason: Reason, most: int
) -> None:
    api.streaming = StreamingLists.OFF
    api.faults.inject(fault)
    access = Api(As(api.url), PATIENT)
    before = requests(api)

    with pytest.raises(Exception, match=r"circles|without another object|more than") as caught:
        await read_list(access, Store(KIND), page_items=100)
    await access.close()

    assert caught.value.reason is reason  # type: ignore[attr-defined] # of a WatchError
    assert requests(api) - before <= most


@pytest.mark.parametrize("growing", [True, False])
async def test_a_stream_without_end_is_given_up(api: ApiServer, *, growing: bool) -> None:
    api.faults.inject(Endless(growing=growing))
    tracemalloc.start()

    store, pause = await stepped(api)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert store.content is None
    assert store.trouble is not None
    assert store.trouble.reason is Reason.TOO_LARGE
    assert store.restarts[Restart.MALFORMED] == 1
    assert pause == PATIENT.longest_wait
    assert peak < 32 << 20


async def test_what_was_known_is_not_replaced_by_a_list_without_end(api: ApiServer) -> None:
    api.put(an_object("a"))
    store = Store(KIND)
    store.replace(Content(KIND), at=0.0)
    api.faults.inject(Endless())
    access = Api(As(api.url), PATIENT)

    await Reflector(access, store, changed=changed).step()
    await access.close()

    assert store.content is not None
    assert store.content.size == 0
    assert store.trouble is not None


async def test_all_is_well_again_when_the_server_is(api: ApiServer) -> None:
    api.put(an_object("a"))
    store = Store(KIND)
    access = Api(As(api.url), replace(PATIENT, watch=(1, 1)))
    reflector = Reflector(access, store, changed=changed)
    endless = api.faults.inject(Endless())
    await reflector.step()

    endless.clear()
    async with asyncio.timeout(120):
        await reflector.step()
    await access.close()

    assert store.content is not None
    assert store.content.size == 1


async def test_a_watch_cannot_grow_what_is_known_without_end(api: ApiServer) -> None:
    few = replace(KIND, most=10)
    store = Store(few)
    access = Api(As(api.url), replace(PATIENT, watch=(5, 5)))
    reflector = Reflector(access, store, changed=changed)
    step = asyncio.create_task(reflector.step())
    while store.content is None:
        await asyncio.wait([step], timeout=0.01)

    for number in range(20):
        api.put(an_object(f"late-{number}"))
    async with asyncio.timeout(120):
        pause = await step
    await access.close()

    assert pause == PATIENT.longest_wait
    assert store.trouble is not None
    assert "more than 10 objects" in store.trouble.message
