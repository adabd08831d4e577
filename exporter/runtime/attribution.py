"""Who wrote the fields that findings are about: asked for, and told beside them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec.structs import replace

from exporter.domain.declaration import DeclaredManifest, WorkloadKey
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects
from exporter.domain.workloads import DeclaredWorkloads
from exporter.domain.writers import ObservedWriters, Writer

OF_WORKLOADS: Final = frozenset(
    {"workload_additions", "workload_pods", "workload_replicas", "workload_spec"}
)
OF_OBJECTS: Final = frozenset({"object_additions", "object_spec"})
OF_NODES: Final = frozenset({"node_labels", "node_taints"})
DRIFT: Final = OF_WORKLOADS | OF_OBJECTS | OF_NODES
"""The checks that speak of fields: what they observe is by pointer."""

_FAILED: Final = frozenset({Verdict.FAIL, Verdict.WAIVED})
_POINTERS: Final = {"workload_replicas": "/spec/replicas", "node_taints": "/spec/taints"}
"""Of checks that speak of one field, where it is."""
_LABELS: Final = "node_labels"
_MAX_NAMED: Final = 3
_OF_POD: Final = re.compile(r"pods/([^/*]+)(/.*)")
"""What is observed of a pod by its name."""


class _Declared(NamedTuple):
    """What tells of which objects a subject is made."""

    objects: DeclaredObjects | None
    nodes: DeclaredNodes | None

    @classmethod
    def of(cls, facts: Facts) -> "_Declared":
        return cls(facts.find(DeclaredObjects), facts.find(DeclaredNodes))

    def keys(self, finding: Finding) -> list[ObjectKey]:
        """Return the objects of which a finding speaks; of a node by the cluster's name."""
        subject = finding.subject
        if finding.check in OF_OBJECTS:
            objects = self.objects.by_subject.get(subject, ()) if self.objects else ()
            return [one.key for one in objects]
        if finding.check in OF_NODES:
            name = self.nodes.key_of(subject.name) if self.nodes else subject.name
            return [ObjectKey("", "Node", "", name)]
        return [ObjectKey("apps", subject.kind, subject.namespace, subject.name)]


def unattributed(outcome: Evaluation) -> dict[ObjectKey, frozenset[str]]:
    """Return the fields that failures are about, by the objects that have them."""
    declared = _Declared.of(outcome.facts)
    found: dict[ObjectKey, set[str]] = {}
    for check in DRIFT:
        for finding in outcome.by_check.get(check, ()):
            if finding.verdict in _FAILED:
                for key, pointer, _ in _fields(finding, declared):
                    found.setdefault(key, set()).add(pointer)
    return {key: frozenset(pointers) for key, pointers in found.items()}


def untraced(outcome: Evaluation, failing: Iterable[ObjectKey]) -> dict[str, frozenset[Subject]]:
    """Return which *failing* objects are of charts, by the Application that delivers them.

    Which of its values makes a field of one costs renderings, so nobody looks before.
    """
    workloads = outcome.facts.find(DeclaredWorkloads)
    objects = outcome.facts.find(DeclaredObjects)
    found: dict[str, set[Subject]] = {}
    for key in failing:
        of_pods = WorkloadKey(key.namespace, key.kind, key.name)
        one: DeclaredManifest | None = workloads.workloads.get(of_pods) if workloads else None
        one = one or (objects.objects.get(key) if objects else None)
        if one is not None and one.chart and one.application:
            subject = Subject(key.kind, key.namespace, key.name)
            found.setdefault(str(one.application), set()).add(subject)
    return {key: frozenset(subjects) for key, subjects in found.items()}


@dataclass(slots=True)
class Attribution:
    """Tells beside findings who wrote what they are about; the very same where nothing changed."""

    _last: dict[str, tuple[tuple[object, ...], tuple[Finding, ...]]] = field(default_factory=dict)

    def of(self, check: str, found: tuple[Finding, ...], facts: Facts) -> tuple[Finding, ...]:
        """Return what a *check* found, with the writers that are known."""
        writers = facts.find(ObservedWriters)
        if check not in DRIFT or writers is None or not writers.by_object:
            return found
        declared = _Declared.of(facts)
        last = self._last.get(check)
        sources = (found, writers, *declared)
        if last is None or any(
            one is not other for one, other in zip(last[0], sources, strict=True)
        ):
            told = tuple([_attributed(finding, writers, declared) for finding in found])
            last = self._last[check] = (sources, told)
        return last[1]


def _attributed(finding: Finding, writers: ObservedWriters, declared: _Declared) -> Finding:
    if finding.verdict is not Verdict.FAIL:
        return finding
    found: dict[str, Writer] = {}
    for key, pointer, shown in _fields(finding, declared):
        writer_of = writers.by_object.get(key)
        writer = writer_of(pointer) if writer_of else None
        if writer is not None:
            found[shown] = writer
    if not found:
        return finding
    detail = f"{finding.detail}; set by {_listed(found.values())}"
    set_by = {shown: str(writer) for shown, writer in found.items()}
    set_at = max((writer.at for writer in found.values() if writer.at), default=None)
    return replace(finding, detail=detail, set_by=set_by, set_at=set_at)


def _listed(writers: Iterable[Writer]) -> str:
    different = list(dict.fromkeys(map(str, writers)))
    more = len(different) - _MAX_NAMED
    shown = "; by ".join(different[:_MAX_NAMED])
    return f"{shown}; and by {more} more" if more > 0 else shown


def _fields(finding: Finding, declared: _Declared) -> Iterator[tuple[ObjectKey, str, str]]:
    """Yield object and pointer of what a finding is about, and what it is called there."""
    keys = declared.keys(finding)
    if finding.check in _POINTERS:
        pointer = _POINTERS[finding.check]
        yield from ((key, pointer, pointer) for key in keys)
        return
    for shown in finding.observed if isinstance(finding.observed, Mapping) else ():
        if finding.check == _LABELS:
            label = shown.replace("~", "~0").replace("/", "~1")
            yield from ((key, f"/metadata/labels/{label}", shown) for key in keys)
        elif shown.startswith("/"):
            yield from ((key, shown, shown) for key in keys)
        elif of_pod := _OF_POD.fullmatch(shown):
            key = ObjectKey("", "Pod", finding.subject.namespace, of_pod[1])
            yield key, of_pod[2], shown
