"""Facts about Services: who answers behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.objects import ObjectName


class Endpoints(Struct, frozen=True, gc=False):
    """How many endpoints a Service has, and how many of them get traffic."""

    ready: int = 0
    total: int = 0

    def __add__(self, other: "Endpoints") -> "Endpoints":
        return Endpoints(self.ready + other.ready, self.total + other.total)


NONE = Endpoints()


@dataclass(frozen=True, slots=True)
class ObservedEndpoints:
    """The endpoints of all Services, by namespace and name.

    *unreadable* are EndpointSlices of which nobody can tell whom they belong to.
    """

    services: Mapping[ObjectName, Endpoints]
    unreadable: Mapping[ObjectName, Gap] = field(default_factory=dict)

    @property
    def has_gaps(self) -> bool:
        """Whether any EndpointSlice cannot be read."""
        return bool(self.unreadable)

    def of(self, namespace: str, name: str) -> Endpoints:
        """Return the endpoints of a Service; none where no EndpointSlice is of it."""
        return self.services.get((namespace, name), NONE)

    def hidden(self, namespace: str) -> Gap | None:
        """Return why a Service of *namespace* may have further endpoints, if so."""
        return next(
            (gap for (where, _), gap in self.unreadable.items() if where == namespace), None
        )

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: an endpoint that is ready is so, whatever else there is."""
        del subject, aspect
        return None

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: further endpoints make no pass wrong."""
        del subject, aspect
        return None
