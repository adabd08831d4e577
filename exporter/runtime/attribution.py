"""Who wrote the fields that findings are about: asked for, and told beside them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from exporter.domain.declaration import DeclaredManifest, WorkloadKey
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects
from exporter.domain.workloads import DeclaredWorkloads
from exporter.domain.writers import ObservedWriters, Writer

OF_WORKLOADS: Final = frozenset(
    {"workload_additions", "workload_pods", "workload_replicas", "workload_spec"}
)
OF_OBJECTS: Final = frozenset({"object_additions", "object_spec"})
DRIFT: Final = OF_WORKLOADS | OF_OBJECTS
"""The checks that speak of fields: what they observe is by pointer."""

_FAILED: Final = frozenset({Verdict.FAIL, Verdict.WAIVED})
_REPLICAS: Final = "/spec/replicas"
_MAX_NAMED: Final = 3
_OF_POD: Final = re.compile(r"pods/([^/*]+)(/.*)")
"""What is observed of a pod by its name."""


def unattributed(outcome: Evaluation) -> dict[ObjectKey, frozenset[str]]:
    """Return the fields that failures are about, by the objects that have them."""
    objects = outcome.facts.find(DeclaredObjects)
    found: dict[ObjectKey, set[str]] = {}
    for check in DRIFT:
        for finding in outcome.by_check.get(check, ()):
            if finding.verdict in _FAILED:
                for key, pointer, _ in _fields(finding, objects):
                    found.setdefault(key, set()).add(pointer)
    return {key: frozenset(pointers) for key, pointers in found.items()}


def untraced(outcome: Evaluation) -> dict[str, frozenset[Subject]]:
    """Return the objects of charts that failures are about, by the Application that delivers them.

    Which of its values makes a field of one costs renderings, so nobody looks before.
    """
    workloads = outcome.facts.find(DeclaredWorkloads)
    objects = outcome.facts.find(DeclaredObjects)
    found: dict[str, set[Subject]] = {}
    for key in unattributed(outcome):
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
        objects = facts.find(DeclaredObjects)
        last = self._last.get(check)
        sources = (found, writers, objects)
        if last is None or any(
            one is not other for one, other in zip(last[0], sources, strict=True)
        ):
            told = tuple([_attributed(finding, writers, objects) for finding in found])
            last = self._last[check] = (sources, told)
        return last[1]


def _attributed(
    finding: Finding, writers: ObservedWriters, objects: DeclaredObjects | None
) -> Finding:
    if finding.verdict is not Verdict.FAIL:
        return finding
    found: dict[str, Writer] = {}
    for key, pointer, shown in _fields(finding, objects):
        writer_of = writers.by_object.get(key)
        writer = writer_of(pointer) if writer_of else None
        if writer is not None:
            found[shown] = writer
    if not found:
        return finding
    detail = f"{finding.detail}; set by {_listed(found.values())}"
    set_by = {shown: str(writer) for shown, writer in found.items()}
    return replace(finding, detail=detail, set_by=set_by)


def _listed(writers: Iterable[Writer]) -> str:
    different = list(dict.fromkeys(map(str, writers)))
    more = len(different) - _MAX_NAMED
    shown = "; by ".join(different[:_MAX_NAMED])
    return f"{shown}; and by {more} more" if more > 0 else shown


def _fields(
    finding: Finding, objects: DeclaredObjects | None
) -> Iterator[tuple[ObjectKey, str, str]]:
    """Yield object and pointer of what a finding is about, and what it is called there."""
    subject = finding.subject
    if finding.check == "workload_replicas":
        yield ObjectKey("apps", *_named(finding)), _REPLICAS, _REPLICAS
        return
    keys = [ObjectKey("apps", *_named(finding))]
    if finding.check in OF_OBJECTS:
        declared = objects.by_subject.get(subject, ()) if objects else ()
        keys = [one.key for one in declared]
    for shown in finding.observed if isinstance(finding.observed, Mapping) else ():
        if shown.startswith("/"):
            yield from ((key, shown, shown) for key in keys)
        elif of_pod := _OF_POD.fullmatch(shown):
            key = ObjectKey("", "Pod", subject.namespace, of_pod[1])
            yield key, of_pod[2], shown


def _named(finding: Finding) -> tuple[str, str, str]:
    subject = finding.subject
    return subject.kind, subject.namespace, subject.name
