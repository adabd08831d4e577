"""What code says of the monitoring stack as a whole, wherever it says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from exporter.domain.errors import ParseError
from exporter.domain.gaps import Gap
from exporter.domain.integers import parse_integer
from exporter.domain.provenance import Located, Place


class Component(StrEnum):
    """The parts of a monitoring stack. The values are label values: a public contract."""

    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    KUBE_STATE_METRICS = "kube-state-metrics"


class StackValue(StrEnum):
    """What a declaration may say of the stack, by the name that messages call it."""

    RETENTION = "prometheus.retention"
    """As Prometheus writes durations: ``15d``."""
    RETENTION_SIZE = "prometheus.retentionSize"
    """As Prometheus writes sizes: ``50GB``, of which each unit is a power of 1024."""
    STORAGE = "prometheus.storage"
    """A Kubernetes quantity: what the volume claim asks for."""
    PROMETHEUS_REPLICAS = "prometheus.replicas"
    ALERTMANAGER_REPLICAS = "alertmanager.replicas"


@dataclass(frozen=True, slots=True)
class StackStatement:
    """What one declaration says of the stack; *owner* names the object or release it speaks of."""

    name: StackValue
    value: Located[str]
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackGap:
    """What a declaration may say of the stack, and nobody can tell: any of the values *names*."""

    place: Place
    message: str
    names: frozenset[StackValue] = frozenset(StackValue)

    @property
    def gap(self) -> Gap:
        """Return it as what a finding tells."""
        return Gap(self.place.source, f"{self.place.where}: {self.message}")


@dataclass(frozen=True, slots=True)
class DeclaredStack:
    """What the settings and the repository declare of the stack; each value with its place.

    A value that nobody declares is not in it. *incomplete* says why a value may be declared, or
    declared otherwise, where nobody can tell.
    """

    values: Mapping[StackValue, Located[str]] = field(default_factory=dict)
    incomplete: Mapping[StackValue, Gap] = field(default_factory=dict)

    def hidden(self, *names: StackValue) -> Gap | None:
        """Return why one of the values *names* is not known, if so."""
        return next((self.incomplete[name] for name in names if name in self.incomplete), None)

    def count(self, name: StackValue) -> Located[int] | None:
        """Return a value that counts something; None where nobody declares it, or no number."""
        stated = self.values.get(name)
        try:
            return Located(parse_integer(stated.value), stated.place) if stated else None
        except ParseError:
            return None
