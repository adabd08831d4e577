"""The exporter as it serves, but that it writes down how it is when it gets SIGUSR1."""

import asyncio
import copyreg
import gc
import pickle
import signal
import sys
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from exporter.app.service import ServeOptions, Service, serve_as
from exporter.declared.confined import Workers
from exporter.domain.facts import Facts
from exporter.domain.nodes import ObservedNodes
from exporter.foreign.clock import SYSTEM
from exporter.log import configure
from exporter.observed.kubernetes.live import Live

Known = dict[str, object]


class Report(NamedTuple):
    """What an exporter knows of a cluster, the names of its tasks, and how much it has in memory.

    *blocks* is what Python has allocated, after all was looked through for garbage, what was spared
    from that included (:mod:`exporter.app.garbage`). *hidden* is the largest part of what stays
    that was garbage beside it so far.
    """

    known: Known
    tasks: tuple[str, ...]
    blocks: int
    hidden: float


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
    workers = Workers.start()
    try:
        asyncio.run(_serve(options, Path(report), workers))
    finally:
        workers.template.stop()


async def _serve(options: ServeOptions, path: Path, workers: Workers) -> None:
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, asked.set)
    service = Service(options, run_reader=workers.read)
    reporting = asyncio.create_task(_report(service, asked, path), name="report")
    try:
        await serve_as(service)
    finally:
        reporting.cancel()


async def _report(service: Service, asked: asyncio.Event, path: Path) -> None:
    hidden = 0.0
    while await asked.wait():
        asked.clear()
        assert isinstance(service.current.observed, Live)
        state = await service.current.observed.read(at=SYSTEM.now())
        tasks = tuple(sorted(one.get_name() for one in asyncio.all_tasks()))
        whole = path.with_suffix(".part")
        hidden = max(hidden, swept())
        blocks = sys.getallocatedblocks()
        whole.write_bytes(pickle.dumps((comparable(state.facts), tasks, blocks, hidden)))
        whole.rename(path)


def swept() -> float:
    """Look through all for garbage; return how much there was among what was spared, as a part.

    What is lost after it was spared is hidden until a tenth has come: how much of that there is
    when somebody asks differs from one time to the next, and is no growth.
    """
    spared = gc.get_freeze_count()
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return spared / gc.get_freeze_count() - 1


if __name__ == "__main__":
    main(*sys.argv[1:])
