"""The demo as a browser sees it: the exporter in a process of its own, on a simulated cluster."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.apiserver.demo import EXAMPLE, write_settings
from tests.apiserver.server import ApiServer
from tests.monitoring.recorded import RecordedStack

WEB = "https://git.example/iac/blob/{revision}/{path}#L{line}"
GRACE = 60.0
"""Seconds for the exporter to start and to look at everything."""
_LISTENING = re.compile(rb"listening on (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True, slots=True)
class Demo:
    """A cluster that can be changed, and the exporter that follows it."""

    api: ApiServer
    exporter: asyncio.subprocess.Process
    url: str


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[Demo]:
    """Serve the reference cluster from *folder*; its repository seems to be on the web."""
    async with ApiServer() as api, RecordedStack(api.objects) as stack:
        api.load_snapshot(EXAMPLE / "snapshot")
        settings = write_settings(folder, url=api.url, monitoring=stack)
        text = settings.read_text()
        assert "  path: repository\n" in text
        settings.write_text(
            text.replace("  path: repository\n", f'  path: repository\n  web: "{WEB}"\n')
        )
        exporter = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "exporter", "serve", "--config.file", str(settings)),
            *("--web.listen-address", "127.0.0.1:0"),
            stderr=asyncio.subprocess.PIPE,
        )
        assert exporter.stderr is not None
        try:
            async with asyncio.timeout(GRACE):
                url = await _address(exporter.stderr)
                reading = asyncio.create_task(exporter.stderr.read(), name="log")
                await _ready(url)
            yield Demo(api, exporter, url)
        finally:
            if exporter.returncode is None:
                exporter.terminate()
            await exporter.wait()
        await reading


async def _address(log: asyncio.StreamReader) -> str:
    """Return where the exporter listens, as it says in its log."""
    output = b""
    while line := await log.readline():
        output += line
        if match := _LISTENING.search(line):
            return match[1].decode()
    raise AssertionError(output.decode())


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{url}/-/ready") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.1)  # until everything has been looked at
