"""The HTTP side as its options choose it: servers for everybody, and one for probes alone."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aiohttp import web

from exporter.foreign.supervisor import Supervisor
from exporter.runtime.listening import Address, Listening, listen
from exporter.runtime.web import gate, prefix, reload
from exporter.runtime.web.limits import Limits
from exporter.runtime.web.places import affordable, of_probes
from exporter.runtime.web.protection import Guard

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """The part of the command line that is about HTTP; *prefix* is "" or begins with a slash."""

    config: Path | None = None
    probes: tuple[Address, ...] = ()
    prefix: str = ""
    lifecycle: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Servers:
    """Everything that listens."""

    listening: Sequence[Listening]

    async def close(self) -> None:
        """Accept no more, and let the answers under way be taken."""
        for site in self.listening:
            await site.close()


async def open_servers(
    app: web.Application,
    *,
    probes: web.Application,
    addresses: Sequence[Address],
    options: WebOptions,
    guard: Guard,
    supervisor: Supervisor,
) -> Servers:
    """Serve *app*, and *probes* in plain text; raises :exc:`OSError` where an address is taken."""
    served = prefix.mounted(app, prefix=options.prefix)
    limits = affordable(options.limits)
    gate.install(served, guard=guard, limits=limits)
    opening = partial(listen, supervisor=supervisor, limits=limits)
    public = await opening(served, addresses=addresses, guard=guard)
    _tell(public, scheme="http" if guard.current().tls is None else "https", what="listening on")
    if not options.probes:
        return Servers([public])
    open_guard = Guard()
    few = of_probes(limits)
    gate.install(probes, guard=open_guard, limits=few)
    try:
        small = await opening(probes, addresses=options.probes, guard=open_guard, limits=few)
    except OSError:
        await public.close()
        raise
    _tell(small, scheme="http", what="answering probes on")
    return Servers([public, small])


def allow_reload(app: web.Application, *, options: WebOptions, call: reload.Reload) -> None:
    """Add ``POST /-/reload`` to *app*; it does something where the options enable it."""
    reload.install(app, reload=call if options.lifecycle else None)


def _tell(listening: Listening, *, scheme: str, what: str) -> None:
    for host, port in listening.addresses:
        shown = f"[{host}]" if ":" in host else host
        logger.info("%s %s://%s:%d", what, scheme, shown, port)
