"""A root task that ends by itself is in the log, and ends all; one that is stopped just ends."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from exporter.domain.errors import TaskError
from exporter.foreign.supervisor import supervised

Run = Callable[[], Awaitable[None]]


async def wait() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise ValueError("broken")


async def end() -> None:
    pass


async def lose() -> None:
    """Await something that was cancelled, though nobody cancels us."""
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    lost.cancel()
    await lost


async def be_cancelled() -> None:
    """Be cancelled by somebody who does not say that this was to end."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await wait()


async def beside(run: Run) -> None:
    """Run *run* as the task ``one`` beside another, for as long as both run."""
    async with supervised() as supervisor:
        supervisor.start(wait, name="other")
        supervisor.start(run, name="one")
        await wait()


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        pytest.param(fail, "ValueError: broken", id="fails"),
        pytest.param(end, "it returned", id="returns"),
        pytest.param(lose, "it was cancelled", id="awaits what was cancelled"),
        pytest.param(be_cancelled, "it was cancelled", id="is cancelled"),
    ],
)
async def test_a_root_task_that_ends_by_itself_ends_all_with_its_reason(
    run: Run, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TaskError, match=r"^the task one ended; see the log$"):
        await beside(run)

    assert not {"one", "other"} & {task.get_name() for task in asyncio.all_tasks()}
    assert [one.getMessage() for one in caplog.records] == [f"the task one ended: {reason}"]


async def test_what_was_wrong_is_in_the_log_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(TaskError):
        await beside(fail)

    assert 'raise ValueError("broken")' in caplog.text


async def test_a_root_task_that_is_stopped_ends_nothing_else() -> None:
    async with supervised() as supervisor:
        one, other = (supervisor.start(wait, name=name) for name in ("one", "other"))

        await one.stop()

        assert one.task.cancelled()
        assert not other.task.done()


async def test_a_root_task_that_fails_while_it_is_stopped_is_in_the_log_and_ends_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    began = asyncio.Event()

    async def end_badly() -> None:
        began.set()
        try:
            await wait()
        finally:
            raise ValueError("broken")

    async with supervised() as supervisor:
        other = supervisor.start(wait, name="other")
        one = supervisor.start(end_badly, name="one")
        await began.wait()

        await one.stop()

        assert not other.task.done()
    assert "broken" in caplog.text


async def test_the_end_of_the_block_stops_all() -> None:
    async with supervised() as supervisor:
        one = supervisor.start(wait, name="one")

    assert one.task.cancelled()


async def test_what_the_block_raises_comes_out_as_it_is() -> None:
    async def listen() -> None:
        async with supervised() as supervisor:
            supervisor.start(wait, name="one")
            raise OSError("in use")

    with pytest.raises(OSError, match="in use"):
        await listen()
