"""The demo leaves nothing behind, however it is ended."""

import asyncio
import contextlib
import os
import signal
import sys

import pytest

GRACE = 60.0
"""Seconds for both processes to start, and again to end."""


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_the_exporter_ends_with_the_demo(ending: signal.Signals) -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.apiserver.demo", "--address", "127.0.0.1:0"),
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert demo.stderr is not None
    async with asyncio.timeout(GRACE):
        while b"listening on" not in await demo.stderr.readline():
            assert demo.returncode is None

    demo.send_signal(ending)

    try:
        async with asyncio.timeout(GRACE):
            await demo.stderr.read()  # ends when nobody has it, so neither has the exporter
            assert await demo.wait() == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(demo.pid, signal.SIGKILL)
