"""The simulated server as a program, for demos and benchmarks."""

import argparse
import asyncio
import gc
import shlex
import signal
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path

from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.load import Load, Size, fill
from tests.apiserver.options import StreamingLists
from tests.apiserver.scenarios import SCENARIOS, run
from tests.apiserver.server import ApiServer
from tests.apiserver.tls import server_context

COMMANDS = """\
Commands on standard input, each answered by a line: rate EVENTS (per second; 0 is none),
compact, drop (open connections), stop, start, scenario NAME, version (the resource version).
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_until_terminated(serve(_parser().parse_args(arguments))))


async def _until_terminated(program: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(program, name="server")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.apiserver",
        description="A simulated Kubernetes API server on loopback.",
        epilog=COMMANDS,
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 is any that is free (default)")
    add("--snapshot", type=Path, help="folder of lists that kubectl wrote, to begin with")
    add("--scenario", choices=sorted(SCENARIOS), help="what happens to the cluster")
    add("--after", type=float, default=20, help="seconds before it happens (default 20)")
    add("--nodes", type=int, default=0, help="size of a made-up cluster")
    add("--pods", type=int, default=0)
    add("--workloads", type=int, default=0, help="default: one for 50 pods")
    add("--applications", type=int, default=0)
    add("--objects", type=int, default=0, help="Services, and objects of other kinds with them")
    add("--pod-bytes", type=int, default=8192)
    add("--events-per-second", type=float, default=0, help="changes of pods of that cluster")
    add("--bookmark-period", type=float, default=60, help="seconds")
    add(
        "--streaming-lists",
        type=StreamingLists,
        choices=list(StreamingLists),
        default=StreamingLists.SERVED,
    )
    add("--tls", action="store_true", help="with a certificate made for this run")
    add("--token", help="the bearer token to ask for")
    add("--kubeconfig", type=Path, help="file to write, by which clients find the server")
    return parser


async def serve(options: argparse.Namespace) -> None:
    """Run the server, and what happens to it, until cancelled."""
    with tempfile.TemporaryDirectory() as folder:
        api = ApiServer(
            port=options.port,
            tls=server_context(Path(folder)) if options.tls else None,
            streaming=options.streaming_lists,
            bookmark_period=options.bookmark_period,
        )
        if options.token:
            api.access.tokens[options.token] = "admin"
        if options.snapshot:
            api.load_snapshot(options.snapshot)
        load = _load(api, options)
        gc.freeze()  # what there is now stays: the collector need not look at it again and again
        async with api:
            if options.kubeconfig:
                authority = Path(folder) / "ca.crt" if options.tls else None
                write_kubeconfig(
                    options.kubeconfig, url=api.url, token=options.token, authority=authority
                )
            _say(api.url)
            await _Program(api, load).run(options)


def _load(api: ApiServer, options: argparse.Namespace) -> Load | None:
    if not (options.nodes or options.pods):
        return None
    size = Size(
        nodes=options.nodes,
        pods=options.pods,
        workloads=options.workloads,
        applications=options.applications,
        objects=options.objects,
        pod_bytes=options.pod_bytes,
    )
    return fill(api.store, size)


class _Program:
    """What goes on beside serving: changes, a scenario, commands."""

    def __init__(self, api: ApiServer, load: Load | None) -> None:
        self._api = api
        self._load = load
        self._changes: asyncio.Task[int] | None = None
        self._commands: dict[str, Callable[[str], Awaitable[str]]] = {
            "rate": self._set_rate,
            "compact": self._compact,
            "drop": self._drop,
            "stop": self._stop,
            "start": self._start,
            "scenario": self._play,
            "version": self._version,
        }

    async def run(self, options: argparse.Namespace) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if options.events_per_second:
                await self._set_rate(str(options.events_per_second))
            if options.scenario:
                tasks.create_task(self._later(options.scenario, options.after), name="scenario")
            tasks.create_task(self._obey(), name="commands")
            await asyncio.Event().wait()

    async def _later(self, scenario: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        _say(await run(scenario, self._api))

    async def _obey(self) -> None:
        """Carry out the commands that come on standard input."""
        lines = _lines(asyncio.get_running_loop())
        while line := await lines.get():
            name, *arguments = shlex.split(line) or [""]
            command = self._commands.get(name)
            if command is None:
                _say(f"unknown command; there are {', '.join(self._commands)}")
                continue
            try:
                _say(await command(" ".join(arguments)))
            except (ValueError, LookupError) as error:
                _say(f"error: {error}")

    async def _set_rate(self, rate: str) -> str:
        if self._load is None:
            raise LookupError("there is no made-up cluster to change (--nodes, --pods)")
        if self._changes is not None:
            self._changes.cancel()
        wanted = float(rate)
        self._changes = asyncio.create_task(self._load.run(wanted), name="changes")
        return f"rate {wanted:g}"

    async def _compact(self, _: str) -> str:
        self._api.compact()
        return "compacted"

    async def _drop(self, _: str) -> str:
        self._api.drop_connections()
        return "dropped"

    async def _stop(self, _: str) -> str:
        await self._api.stop()
        return "stopped"

    async def _start(self, _: str) -> str:
        await self._api.start()
        return self._api.url

    async def _play(self, name: str) -> str:
        return await run(name, self._api)

    async def _version(self, _: str) -> str:
        return str(self._api.store.number)


def _lines(loop: asyncio.AbstractEventLoop) -> asyncio.Queue[str]:
    """Return the lines of standard input as they come, "" at the end.

    They are read in a thread that nobody waits for, as a read cannot be cancelled.
    """
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        with open(0, closefd=False) as file:
            for line in iter(file.readline, ""):
                loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, name="commands", daemon=True).start()
    return lines


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
