"""A simulated API server and the exporter, each a process of its own, and what they take."""

import gzip
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.processes import below

GZIP = {"Accept-Encoding": "gzip"}
ROOT = Path(__file__).parents[2]
WATCHED = """
from exporter.declared.confined import Workers
workers = Workers.start()  # first of all, as the command does

import asyncio, sys, time
from pathlib import Path
from exporter.app import ServeOptions, serve
from exporter.log import configure

EVERY = 0.005

async def beat(path):
    clock, written, longest = time.perf_counter, time.time(), 0.0
    with open(path, "w", buffering=1) as file:
        while True:
            due = clock() + EVERY
            await asyncio.sleep(EVERY)
            longest = max(longest, clock() - due)
            if (now := time.time()) > written + 0.2:
                print(now, longest, file=file)
                written, longest = now, 0.0

async def main():
    configure(level="info", form="logfmt")
    beating = asyncio.create_task(beat(Path(sys.argv[3]))) if sys.argv[3] else None
    address = ("127.0.0.1", int(sys.argv[2]))
    await serve(ServeOptions(settings=Path(sys.argv[1]), addresses=(address,)), workers=workers)

asyncio.run(main())
"""
"""``serve``, and how late a task that wakes every 5 ms does, the most in each fifth of a second."""


@dataclass(slots=True)
class Simulated:
    """A simulated API server, with a line of commands."""

    process: subprocess.Popen[str]

    def tell(self, command: str) -> str:
        """Give a command; return the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    @property
    def version(self) -> int:
        """How many changes there have been."""
        return int(self.tell("version"))


@dataclass(slots=True)
class Serving:
    """A program that serves metrics."""

    process: subprocess.Popen[str]
    address: str

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far, of user and system, its workers and programs included."""
        own = self.process.pid
        return sum(map(_cpu, (own, *below(own))))

    @property
    def pss(self) -> float:
        """MiB of memory now, its workers and programs included, shared pages counted once."""
        own = self.process.pid
        return sum(map(_pss, (own, *below(own)))) / 1024

    def memory(self, name: str = "VmRSS") -> float:
        """MiB of memory now, or the most so far (``VmHWM``)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return _kib(status, name) / 1024

    def get(self, path: str, **headers: str) -> bytes | None:
        """Return what is served, or None where that is nothing yet."""
        request = urllib.request.Request(f"{self.address}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return bytes(answer.read())
        except (urllib.error.HTTPError, urllib.error.URLError):
            return None

    @property
    def metrics(self) -> bytes:
        """What is served to Prometheus, which takes it compressed."""
        body = self.get("/metrics", **GZIP)
        assert body is not None
        return gzip.decompress(body)

    def wait_for(self, path: str, *, seconds: float = 300) -> None:
        """Wait until *path* is served."""
        end = time.monotonic() + seconds
        while self.get(path) is None:
            assert self.process.poll() is None, "it ended"
            assert time.monotonic() < end, f"{path} is not served"
            time.sleep(0.05)  # what is asked more often is what is measured


@dataclass(slots=True)
class Exporter(Serving):
    """The exporter as it serves."""

    beats: Path

    def stalls(self, start: float, end: float) -> list[float]:
        """Return the longest stalls of the event loop between two instants, fifth by fifth."""
        written = [line.split() for line in self.beats.read_text().splitlines()]
        return [float(stall) for at, stall in written if start + 0.2 < float(at) < end]


def _cpu(pid: int) -> float:
    """Return the seconds that a process took, with those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0  # it has just ended: its parent has them
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> int:
    """Return the KiB of a process's memory, of shared pages its part."""
    try:
        return _kib(Path(f"/proc/{pid}/smaps_rollup").read_text(), "Pss")
    except OSError:
        return 0  # it has just ended


def _kib(text: str, name: str) -> int:
    found = next(line for line in text.splitlines() if line.startswith(f"{name}:"))
    return int(found.split()[1])


@contextmanager
def api_server(kubeconfig: Path, *options: str | int) -> Iterator[Simulated]:
    """Run a simulated API server; *kubeconfig* is written when it listens."""
    command = [sys.executable, "-m", "tests.apiserver", "--kubeconfig", kubeconfig, *options]
    with running(command, stdin=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http")
        yield Simulated(process)


@contextmanager
def exporter(settings: Path, *, port: int, watched: bool = True) -> Iterator[Exporter]:
    """Serve by *settings*; to be *watched* for stalls takes CPU of its own."""
    beats = settings.with_name("beats")
    beats.touch()
    bytecode = {"PYTHONPYCACHEPREFIX": str(settings.with_name("bytecode"))}
    _compile(bytecode)
    command: list[str | Path | int] = [
        sys.executable,
        "-c",
        WATCHED,
        settings,
        port,
        beats if watched else "",
    ]
    with running(command, environment=bytecode) as process:
        yield Exporter(process, f"http://127.0.0.1:{port}", beats)


def _compile(bytecode: Mapping[str, str]) -> None:
    """Compile what is imported, as pip does when it installs; else each start would pay for it."""
    command = [sys.executable, "-c", "import exporter.app, kubernetes.aio.config"]
    subprocess.run(command, cwd=ROOT, env=_environment(bytecode), check=True)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, **more}


@contextmanager
def running(
    command: Sequence[str | Path | int],
    *,
    stdin: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [str(one) for one in command],
        cwd=ROOT,
        env=None if environment is None else _environment(environment),
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE if stdin else None,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
