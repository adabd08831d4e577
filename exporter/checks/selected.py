"""The workloads whose pods a Service selects."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final, TypeAlias

from exporter.checks import subjects
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.fields import text_of
from exporter.domain.finding import Cause
from exporter.domain.json import JsonObject, as_list, as_object, as_text, dig
from exporter.domain.placement import pod_spec
from exporter.domain.references import CONTAINERS
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

Pair: TypeAlias = tuple[str, str]
TCP: Final = "TCP"


class Workloads:
    """Declared and observed workloads, found by the labels of their pods."""

    __slots__ = ("by_label", "declared", "observed")

    def __init__(self, facts: Facts) -> None:
        declared, observed = facts.find(DeclaredWorkloads), facts.find(ObservedWorkloads)
        self.declared = declared.workloads if declared else {}
        self.observed = observed.workloads if observed else {}
        labels = dict(_labels(self.declared, self.observed))
        sources = (*labels, *labels.values())
        self.by_label = facts.memory.once("pods by label", sources, partial(_index, labels))

    def selected(self, namespace: str, selector: JsonObject) -> list[WorkloadKey]:
        """Return the workloads whose pods bear all labels of *selector*, sorted.

        An empty *namespace* is any.
        """
        pairs = [(key, text_of(value)) for key, value in selector.items()]
        found = [self.by_label.get((namespace, pair), frozenset()) for pair in pairs]
        return sorted(frozenset.intersection(*found)) if found else []

    def template(self, key: WorkloadKey) -> JsonObject:
        """Return the pods' spec of a workload, as it runs, else as it is declared."""
        known = self.observed.get(key) or self.declared.get(key)
        return pod_spec(known.manifest) if known else {}

    def lacking(self, keys: Iterable[WorkloadKey]) -> Cause | None:
        """Return the finding about the first of these workloads that lacks pods, if one does."""
        for key in keys:
            have = self.observed.get(key)
            if key in self.declared and have is None:
                return Cause("workload_present", subjects.workload(key))
            if key in self.declared and have is not None and have.ready < have.replicas:
                return Cause("workload_ready", subjects.workload(key))
        return None

    def ready(self, keys: Iterable[WorkloadKey]) -> int:
        """Return how many pods of these workloads are ready."""
        return sum(self.observed[key].ready for key in keys if key in self.observed)

    def wanted(self, keys: Iterable[WorkloadKey]) -> int:
        """Return how many pods these workloads ask for."""
        return sum(self.observed[key].replicas for key in keys if key in self.observed)


def container_ports(spec: JsonObject) -> Iterator[tuple[str, int, str]]:
    """Yield name, number and protocol of each port that the containers of a pod's *spec* name."""
    for field in CONTAINERS:
        for container in map(as_object, as_list(spec.get(field))):
            for port in map(as_object, as_list(container.get("ports"))):
                number = port.get("containerPort")
                if isinstance(number, int):
                    yield as_text(port.get("name")), number, as_text(port.get("protocol")) or TCP


def _labels(
    declared: Mapping[WorkloadKey, DeclaredWorkload],
    observed: Mapping[WorkloadKey, ObservedWorkload],
) -> Iterator[tuple[WorkloadKey, JsonObject]]:
    """Yield the labels of the pods of each workload; what runs tells before code."""
    for key, known in declared.items():
        yield key, as_object(dig(known.manifest, "spec", "template", "metadata", "labels"))
    for key, have in observed.items():
        yield key, as_object(dig(have.manifest, "spec", "template", "metadata", "labels"))


def _index(
    labels: Mapping[WorkloadKey, JsonObject],
) -> dict[tuple[str, Pair], frozenset[WorkloadKey]]:
    """Return the workloads by namespace and label of their pods, and by label alone."""
    found: dict[tuple[str, Pair], set[WorkloadKey]] = {}
    for key, own in labels.items():
        for label, value in own.items():
            pair = (label, text_of(value))
            found.setdefault((key.namespace, pair), set()).add(key)
            found.setdefault(("", pair), set()).add(key)
    return {place: frozenset(keys) for place, keys in found.items()}
