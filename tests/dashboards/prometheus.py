"""A Prometheus on loopback that scrapes every second and has the shipped rules."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.rules.shipped import FILES

GRACE = 300
PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Target:
    """What is scraped: an address, as which job, with which other labels."""

    address: str
    job: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus that is asked; each question raises where it answers with an error."""

    url: str

    def now(self, expr: str, at: float | None = None) -> list[Any]:
        """Return the samples of an instant query."""
        return self._vector("query", query=expr, time=at or time.time())

    def over(self, expr: str, *, start: float, end: float) -> list[Any]:
        """Return the series of a range query, a point every second."""
        return self._vector("query_range", query=expr, start=start, end=end, step=1)

    def values(self, label: str, selector: str) -> list[str]:
        """Return the values of a label."""
        found: list[str] = self._ask(f"label/{label}/values", {"match[]": selector})
        return found

    def until(self, expr: str) -> None:
        """Wait until a query has a sample that is not 0."""
        deadline = time.monotonic() + GRACE
        while not any(float(one["value"][1]) for one in self.now(expr)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"never true: {expr}")
            time.sleep(PAUSE)

    def _vector(self, path: str, **parameters: object) -> list[Any]:
        found: list[Any] = self._ask(path, parameters)["result"]
        return found

    def _ask(self, path: str, parameters: Mapping[str, object]) -> Any:
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                document = json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error
        assert not document.get("warnings"), document
        return document["data"]


@contextmanager
def running(program: str, folder: Path, targets: tuple[Target, ...]) -> Iterator[Prometheus]:
    """Run a Prometheus as long as the context lasts."""
    address = f"127.0.0.1:{free_port()}"
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(_config(targets)))
    command = [
        program,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={address}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env={"PATH": os.environ["PATH"]}, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(f"http://{address}/-/ready", folder / "log")
        yield Prometheus(f"http://{address}")
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _config(targets: tuple[Target, ...]) -> dict[str, Any]:
    jobs: dict[str, list[Any]] = {}
    for one in targets:
        group = {"targets": [one.address], "labels": dict(one.labels)}
        jobs.setdefault(one.job, []).append(group)
    return {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(path) for path in FILES],
        "scrape_configs": [
            {"job_name": name, "static_configs": groups} for name, groups in jobs.items()
        ],
    }


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + GRACE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError as error:
            if time.monotonic() > deadline:
                raise TimeoutError(log.read_text()) from error
            time.sleep(PAUSE)
