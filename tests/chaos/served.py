"""The exporter as it serves, but that it writes down what it knows when it gets SIGUSR1."""

import asyncio
import copyreg
import pickle
import signal
import sys
from pathlib import Path
from types import MappingProxyType

from exporter.app.service import ServeOptions, Service, serve_as
from exporter.domain.facts import Facts
from exporter.domain.nodes import ObservedNodes
from exporter.foreign.clock import SYSTEM
from exporter.log import configure
from exporter.observed.kubernetes.live import Live

Known = dict[str, object]


Report = tuple[Known, tuple[str, ...]]
"""What an exporter knows of a cluster, and the names of its tasks."""


def comparable(facts: Facts) -> Known:
    """Return what facts say of the cluster, by the names of their types, as plain values."""
    return {
        kind.__name__: fact.nodes if isinstance(fact, ObservedNodes) else fact
        for kind, fact in facts.known.items()
    }


def main(settings: str, port: str, report: str) -> None:
    """Serve until SIGTERM."""
    configure(level="warn", form="logfmt")
    copyreg.pickle(MappingProxyType, lambda proxy: (dict, (dict(proxy),)))  # type: ignore[arg-type, return-value]  # as equal
    options = ServeOptions(settings=Path(settings), addresses=(("127.0.0.1", int(port)),))
    asyncio.run(_serve(options, Path(report)))


async def _serve(options: ServeOptions, path: Path) -> None:
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, asked.set)
    service = Service(options)
    reporting = asyncio.create_task(_report(service, asked, path), name="report")
    try:
        await serve_as(service)
    finally:
        reporting.cancel()


async def _report(service: Service, asked: asyncio.Event, path: Path) -> None:
    while await asked.wait():
        asked.clear()
        assert isinstance(service.current.observed, Live)
        state = await service.current.observed.read(at=SYSTEM.now())
        tasks = tuple(sorted(one.get_name() for one in asyncio.all_tasks()))
        whole = path.with_suffix(".part")
        whole.write_bytes(pickle.dumps((comparable(state.facts), tasks)))
        whole.rename(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
