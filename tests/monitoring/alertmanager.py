"""A real Alertmanager on loopback, for tests that want its own answers.

::

    async with Alertmanager(config, program=tool("prometheus-alertmanager")) as url:
        await answering(f"{url}/api/v2/status", lambda answer: answer["cluster"])
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.real.processes import free_port

VERSIONS = (
    pytest.param("prometheus-alertmanager", id="debian13"),
    pytest.param("prometheus-alertmanager-bookworm", id="debian12"),
)
"""The programs of two versions, to parametrize tests with."""
SILENT: Mapping[str, Any] = {"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}
"""A configuration that tells nobody."""
GRACE = 30.0
_CHECK = 0.05


def unpacked(program: Path, folder: Path) -> Path:
    """Return a copy of Debian's program in *folder* that runs without being installed.

    It looks for its templates below ``/usr/share``; the copy looks below its working directory,
    by a path of the same length. That directory is ``program.parents[2]``.
    """
    copy = folder / "alertmanager"
    wanted, own = b"/usr/share/prometheus/", b"usr//share/prometheus/"
    copy.write_bytes(program.read_bytes().replace(wanted, own))
    copy.chmod(0o755)
    return copy


@dataclass(slots=True)
class Alertmanager:
    """An Alertmanager that runs inside of ``async with``, which gives its URL.

    *config* is ``alertmanager.yml``, as data or as text. It gossips where *cluster* is an address.
    """

    config: Mapping[str, Any] | str = field(default_factory=lambda: SILENT)
    program: str = "prometheus-alertmanager"
    cluster: str = ""
    flags: tuple[str, ...] = ()
    address: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    _folder: tempfile.TemporaryDirectory[str] | None = None
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://{self.address}"

    async def __aenter__(self) -> str:
        """Start it and wait until it is ready."""
        self._folder = tempfile.TemporaryDirectory(prefix="alertmanager-")
        try:
            await self._start(Path(self._folder.name))
            await self._answers()
        except BaseException:
            await self.stop()
            raise
        return self.url

    async def __aexit__(self, *_: object) -> None:
        """End it; its data goes with it."""
        await self.stop()

    async def stop(self) -> None:
        """End it before ``async with`` does, as an Alertmanager that has died."""
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    async def post(self, path: str, document: Any) -> Any:
        """Return what it answers to *document*, as ``/api/v2/alerts`` takes it."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url + path, json=document) as answer,
        ):
            assert answer.status == 200, await answer.text()
            return json.loads(await answer.read() or b"null")

    async def _start(self, folder: Path) -> None:
        written = self.config if isinstance(self.config, str) else json.dumps(self.config)
        (folder / "alertmanager.yml").write_text(written)
        program = Path(self.program)
        self._process = await asyncio.create_subprocess_exec(
            str(unpacked(program, folder)),
            f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/data",
            f"--web.listen-address={self.address}",
            f"--cluster.listen-address={self.cluster}",
            *self.flags,
            cwd=program.parents[2],
            env={"PATH": os.environ["PATH"]},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def _answers(self) -> None:
        """Wait until it answers; fails where it ends instead."""
        async with asyncio.timeout(GRACE), aiohttp.ClientSession() as session:
            while True:
                if self._process is None or self._process.returncode is not None:
                    pytest.fail("Alertmanager ended at once")
                try:
                    async with session.get(f"{self.url}/-/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(_CHECK)
