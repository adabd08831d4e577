"""What happens to an exporter in its life: commits, reloads, scrapes, readers of pages."""

import asyncio
import json
import signal
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from tests.chaos.exporter import Exporter
from tests.chaos.trouble import Chaos

PAGES = (
    "/",
    "/?verdict=fail&page=2",
    "/report",
    "/report?format=html&lang=ko",
    "/report?format=sarif",
    "/api/v1/findings",
    "/api/v1/findings?verdict=unknown",
    "/api/v1/layers",
    "/api/v1/declared",
    "/nowhere",
)
_GIT = ("git", "-c", "user.name=Soak", "-c", "user.email=soak@example.org", "-c", "gc.auto=0")


@dataclass(slots=True)
class Life:
    """Everything that happens to an *exporter* with its settings and repository in *folder*."""

    exporter: Exporter
    chaos: Chaos
    folder: Path
    random: Random = field(default_factory=lambda: Random(11))  # noqa: S311 - the same each time
    done: dict[str, int] = field(default_factory=dict)

    async def go_on(self, seconds: float) -> None:
        """Let everything happen for so many seconds."""
        tasks = [
            asyncio.create_task(self._again(self.commit, every=2)),
            asyncio.create_task(self._again(self.reload, every=5)),
            asyncio.create_task(self._again(self.scrape, every=0.5)),
            asyncio.create_task(self._again(self.look, every=0.7)),
        ]
        try:
            await self.chaos.run(seconds)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _again(self, what: Callable[[], Awaitable[None]], *, every: float) -> None:
        while True:
            await what()
            self.done[what.__name__] = self.done.get(what.__name__, 0) + 1
            await asyncio.sleep(every)

    async def commit(self) -> None:
        """Change what the code declares; now and then into what cannot be read."""
        number = self.random.randrange(5)
        path = self.folder / "repository" / "apps" / str(number) / "manifests.yaml"
        documents = [json.loads(one) for one in first_text(path).split("\n---\n")]
        self.random.choice(documents)["spec"]["replicas"] = self.random.randrange(9)
        text = "\n---\n".join(map(json.dumps, documents))
        broken = self.random.random() < 0.1
        path.write_text("{broken" if broken else text)
        inventory = self.folder / "repository" / "inventory.yml"
        content: dict[str, Any] = json.loads(inventory.read_text())
        groups = content["all"]["children"]
        groups["pool-3"]["vars"]["node_labels"]["tier"] = str(self.random.randrange(100))
        inventory.write_text(json.dumps(content))
        await asyncio.to_thread(commit, self.folder / "repository")

    async def reload(self) -> None:
        """Change the settings, and let all be read again."""
        path = self.folder / "conformance.yaml"
        text = path.read_text().partition("interval:")[0]
        path.write_text(f"{text}interval: {self.random.randrange(20, 60)}s\n")
        self.exporter.process.send_signal(signal.SIGHUP)

    async def scrape(self) -> None:
        """Scrape the metrics."""
        await self._get("/metrics")

    async def look(self) -> None:
        """Look at a page."""
        await self._get(self.random.choice(PAGES))

    async def _get(self, path: str) -> None:
        connector = aiohttp.TCPConnector(force_close=True)
        with suppress(aiohttp.ClientConnectionError):
            async with (
                aiohttp.ClientSession(connector=connector) as session,
                session.get(f"{self.exporter.address}{path}") as answer,
            ):
                await answer.read()
                assert answer.status in {200, 404, 503}, f"{path}: {answer.status}"


def first_text(path: Path) -> str:
    """Return the text of a file as it was when it was first committed."""
    done = subprocess.run(
        ["git", "log", "--format=%H", "--reverse"], cwd=path.parent, capture_output=True, check=True
    )
    first = done.stdout.split()[0].decode()
    return subprocess.run(
        ["git", "show", f"{first}:./{path.name}"],
        cwd=path.parent,
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def commit(repository: Path) -> None:
    """Commit whatever there is in *repository*, which is made one where it is none."""
    if not (repository / ".git").exists():
        subprocess.run(["git", "init", "--quiet"], cwd=repository, check=True)
    subprocess.run([*_GIT, "add", "--all"], cwd=repository, check=True)
    subprocess.run(
        [*_GIT, "commit", "--quiet", "--allow-empty", "-m", "Change"], cwd=repository, check=True
    )
