"""Who may take how many places at once, of connections and of requests; the slowest gives way."""

import logging
import resource
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Generic, Protocol, TypeVar

from exporter.runtime.web.limits import Limits

logger = logging.getLogger(__name__)

RESERVED = 128
"""File descriptors that the exporter keeps for all but its clients: watches, workers, files, and
the connections of those who probe by an address of its own."""
PROBING = 32
"""How many of these last there are at once."""


class Holder(Protocol):
    """Somebody who has a place."""

    @property
    def client(self) -> str:
        """Return what it counts for."""

    def drop(self) -> None:
        """Give the place up."""


H = TypeVar("H", bound=Holder)


@dataclass(slots=True)
class Places(Generic[H]):
    """So many places, and so many for each client.

    Where there is none for a newcomer, a holder that *may_yield* gives way: one of the same client
    where that has its share, else one of the client that has most. *may_yield* returns what orders
    them, first the one that yields first, and None for one that does not yield.
    """

    most: int
    per_client: int
    may_yield: Callable[[H], tuple[float, ...] | None]
    holders: set[H] = field(default_factory=set)

    def take(self, holder: H) -> bool:
        """Give a place to *holder*, if there is one or one can be had."""
        crowd = self._crowd(holder.client)
        if crowd and not self._clear(crowd):
            return False
        self.holders.add(holder)
        return True

    def leave(self, holder: H) -> None:
        """Take a place back."""
        self.holders.discard(holder)

    def _crowd(self, client: str) -> Collection[H]:
        """Return those among whom somebody must yield for another one of *client*."""
        taken = Counter(holder.client for holder in self.holders)
        if taken[client] >= self.per_client:
            return self._of({client})
        if len(self.holders) < self.most:
            return ()
        largest = max(taken.values())
        return self._of({name for name, count in taken.items() if count == largest})

    def _of(self, clients: Collection[str]) -> list[H]:
        return [holder for holder in self.holders if holder.client in clients]

    def _clear(self, crowd: Iterable[H]) -> bool:
        """Let the first of *crowd* go; tell whether there was one."""
        orders = ((self.may_yield(holder), holder) for holder in crowd)
        yielding = [(order, holder) for order, holder in orders if order is not None]
        if not yielding:
            return False
        _, holder = min(yielding, key=lambda pair: pair[0])
        self.leave(holder)
        holder.drop()
        return True


def client_of(address: str) -> str:
    """Return what counts as one client: an address, or 2^64 of IPv6, as one machine has them."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else parsed
    if isinstance(mapped, IPv4Address):
        return str(mapped)
    return str(IPv6Network((int(parsed), 64), strict=False))


def of_probes(limits: Limits) -> Limits:
    """Return *limits* for a server that answers nothing but probes; it needs few connections."""
    return replace(
        limits,
        connections=min(limits.connections, PROBING),
        connections_per_client=min(limits.connections_per_client, PROBING // 2),
    )


def affordable(limits: Limits) -> Limits:
    """Return *limits* with no more connections than this process may open files (``ulimit -n``)."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return limits
    most = max(1, files - min(RESERVED, files // 2))
    if most >= limits.connections:
        return limits
    logger.warning(
        "no more than %d connections at once instead of %d: this process may open %d files; "
        "raise that (ulimit -n, LimitNOFILE=)",
        most,
        limits.connections,
        files,
    )
    return replace(
        limits,
        connections=most,
        connections_per_client=min(limits.connections_per_client, max(1, most // 2)),
    )
