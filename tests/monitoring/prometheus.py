"""A real Prometheus on loopback, for tests that want its own answers.

::

    config = {"scrape_configs": [scrape("node-exporter", "127.0.0.1:9100")]}
    async with Prometheus(config, [{"groups": [...]}], program=tool("prometheus")) as url:
        await answering(f"{url}/api/v1/targets", lambda answer: answer["data"]["activeTargets"])

It scrapes and evaluates every 200 ms unless *config* says otherwise. Its address is known before
it is started, so that it can scrape itself; :meth:`Prometheus.load` gives a running one others.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.real.processes import free_port

VERSIONS = (
    pytest.param("prometheus", id="debian13"),
    pytest.param("prometheus-bookworm", id="debian12"),
)
"""The programs of two versions, to parametrize tests with."""
OFTEN = "200ms"
GRACE = 30.0
"""Seconds to wait for a condition; a busy machine is slow."""
_CHECK = 0.05
_SAID = 2000


def scrape(job: str, *targets: str, **labels: str) -> dict[str, Any]:
    """Return the scrape configuration of one job; *labels* are put on each of its targets."""
    return {
        "job_name": job,
        "static_configs": [{"targets": list(targets), "labels": labels}],
    }


@dataclass(slots=True)
class Prometheus:
    """A Prometheus that runs inside of ``async with``, which gives its URL.

    *config* is ``prometheus.yml`` without ``rule_files``; *rules* are the documents of rule files.
    *flags* are further ones of the command line.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    rules: Sequence[Mapping[str, Any]] = ()
    program: str = "prometheus"
    flags: Sequence[str] = ()
    address: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    _folder: tempfile.TemporaryDirectory[str] | None = None
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://{self.address}"

    async def __aenter__(self) -> str:
        """Start it and wait until it is ready."""
        self._folder = tempfile.TemporaryDirectory(prefix="prometheus-")
        folder = Path(self._folder.name)
        self._write(folder)
        with (folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                self.program,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self.address}",
                "--web.enable-lifecycle",
                "--scrape.discovery-reload-interval=100ms",  # else up to 5 s more to wait
                *self.flags,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            await self._ready(folder)
        except BaseException:
            await self.stop()
            raise
        return self.url

    async def __aexit__(self, *_: object) -> None:
        """End it; its data goes with it."""
        await self.stop()

    async def load(
        self, config: Mapping[str, Any], rules: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Let the running Prometheus take over another configuration and other rules."""
        assert self._folder is not None
        self.config, self.rules = config, rules
        self._write(Path(self._folder.name))
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/-/reload") as response,
        ):
            assert response.status == HTTPStatus.OK, await response.text()

    async def stop(self) -> None:
        """End it before ``async with`` does, as a Prometheus that has died."""
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def _write(self, folder: Path) -> None:
        """Write the configuration; JSON is YAML."""
        often = {"scrape_interval": OFTEN, "scrape_timeout": OFTEN, "evaluation_interval": OFTEN}
        for old in folder.glob("rules-*.yml"):
            old.unlink()
        for number, document in enumerate(self.rules):
            (folder / f"rules-{number}.yml").write_text(json.dumps(document), encoding="utf-8")
        whole = {
            **self.config,
            "global": {**often, **self.config.get("global", {})},
            "rule_files": ["rules-*.yml"],
        }
        (folder / "prometheus.yml").write_text(json.dumps(whole), encoding="utf-8")

    async def _ready(self, folder: Path) -> None:
        process = self._process
        assert process is not None
        async with aiohttp.ClientSession() as session, asyncio.timeout(GRACE):
            while True:
                if process.returncode is not None:
                    log = (folder / "log").read_text(errors="replace")[-_SAID:]
                    pytest.fail(f"{self.program} ended with {process.returncode}:\n{log}")
                try:
                    async with session.get(f"{self.url}/-/ready") as response:
                        if response.status == HTTPStatus.OK:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(_CHECK)


async def answering(url: str, condition: Callable[[Any], Any], *, grace: float = GRACE) -> Any:
    """Return the JSON that *url* answers as soon as it meets *condition*."""
    answer: Any = None
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(grace):
            while True:
                async with session.get(url) as response:
                    answer = await response.json(content_type=None)
                if condition(answer):
                    return answer
                await asyncio.sleep(_CHECK)
    except TimeoutError:
        pytest.fail(f"{url} kept answering {answer}")
