"""Which cluster an Application delivers to: the one that is looked at, or another."""

from collections.abc import Iterable
from dataclasses import dataclass

from exporter.domain.declaration import DeclaredApplication

IN_CLUSTER = "https://kubernetes.default.svc"
"""The address of the cluster in which Argo CD itself runs; its name there is ``in-cluster``."""


def address(server: str, name: str) -> str:
    """Return the address of a destination, or the name of one whose address is not known."""
    if server:
        return server.rstrip("/")
    return IN_CLUSTER if name in {"", "in-cluster"} else name


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster that is looked at, by the names and *addresses* that Applications use for it.

    Where the settings give these, what goes to another cluster is out of scope by decision. *name*
    is what the settings call it otherwise, as Cluster API may. *identity* is its name and server to
    Argo CD, where the settings give one of each.
    """

    addresses: frozenset[str] = frozenset({IN_CLUSTER})
    given: bool = False
    name: str = ""
    identity: tuple[str, str] | None = None

    @classmethod
    def called(cls, destinations: Iterable[str]) -> "Cluster":
        """Return the cluster that the settings call so."""
        called = [one.rstrip("/") for one in destinations]
        names = {one for one in called if "://" not in one}
        servers = {one for one in called if "://" in one}
        servers |= {IN_CLUSTER} & {address("", one) for one in names}
        known = (names.pop(), servers.pop()) if len(names) == len(servers) == 1 else None
        return cls(frozenset(address("", one) for one in called), given=True, identity=known)

    def receives(self, application: DeclaredApplication) -> bool:
        """Tell whether an Application is delivered to this cluster."""
        return application.destination_server in self.addresses
