"""Declared workloads, their placement, and the Applications that deliver them."""

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.declaration import (
    ApplicationKey,
    DeclaredApplication,
    DeclaredWorkload,
    WorkloadKey,
)
from exporter.domain.errors import ParseError
from exporter.domain.expectation import Bounds, Expectation
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.json import as_list, as_object, as_text
from exporter.domain.placement import pod_spec
from exporter.domain.templates import node_selection, tolerations
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
)
from exporter.report.availability import Verdicts, available, would_show
from exporter.report.rows import ApplicationRow, WorkloadRow


def subject_of(key: WorkloadKey) -> Subject:
    """Return a workload as the subject that checks name."""
    return Subject(key.kind, key.namespace, key.name)


def applications(facts: Facts, verdicts: Verdicts) -> Iterator[ApplicationRow]:
    """Yield the declared Applications, sorted."""
    declared, observed = facts.find(DeclaredApplications), available(facts, ObservedApplications)
    for key, application in sorted((declared.applications if declared else {}).items()):
        subject = Subject("Application", key.namespace, key.name)
        visible = observed is not None and would_show(facts, ObservedApplications, subject)
        have = observed.applications.get(key) if observed else None
        row = ApplicationRow(
            key=key,
            application_set=application.application_set,
            present=(key in observed) if observed and visible else None,
            paths=tuple(
                each.path or each.chart for each in application.sources if each.path or each.chart
            ),
            revisions=tuple(dict.fromkeys(source.revision for source in application.sources)),
            place=application.place,
            verdicts=verdicts.get(subject, {}),
        )
        yield _running(row, have) if have and visible else row


def _running(row: ApplicationRow, have: ObservedApplication) -> ApplicationRow:
    return replace(row, sync=have.sync, health=have.health, deployed=have.revisions)


def workloads(facts: Facts, verdicts: Verdicts) -> Iterator[WorkloadRow]:
    """Yield the declared workloads, sorted by namespace, kind and name."""
    declared = facts.find(DeclaredWorkloads)
    if declared is None:
        return
    view = _View(facts)
    for key, workload in sorted(declared.workloads.items()):
        row = view.declared(workload)
        yield replace(view.observed(row), verdicts=verdicts.get(subject_of(key), {}))


class _View:
    """The facts that rows of workloads are made from."""

    def __init__(self, facts: Facts) -> None:
        expected, applications = facts.find(Expectation), facts.find(DeclaredApplications)
        self._facts = facts
        self._replicas: Mapping[WorkloadKey, Bounds | None] = expected.replicas if expected else {}
        self._applications: Mapping[ApplicationKey, DeclaredApplication] = (
            applications.applications if applications else {}
        )
        self._workloads = available(facts, ObservedWorkloads)
        self._pods = available(facts, ObservedPods)

    def declared(self, workload: DeclaredWorkload) -> WorkloadRow:
        """Return the row as far as the code tells it."""
        spec = pod_spec(workload.manifest)
        containers = map(as_object, as_list(spec.get("containers")))
        bounds = self._replicas.get(workload.key)
        scheduling = _scheduling(workload)
        return WorkloadRow(
            key=workload.key,
            application=workload.application,
            overlay=self._overlay(workload),
            present=None,
            minimum=bounds.minimum if bounds else None,
            maximum=bounds.maximum if bounds else None,
            images=tuple(as_text(container.get("image")) for container in containers),
            node_selector=scheduling.selector,
            tolerations=scheduling.tolerations,
            place=workload.place,
        )

    def observed(self, row: WorkloadRow) -> WorkloadRow:
        """Return the row with what runs, as far as it was looked at."""
        subject = subject_of(row.key)
        if self._workloads is None or not would_show(self._facts, ObservedWorkloads, subject):
            return row
        have = self._workloads.workloads.get(row.key)
        if have is None:
            return replace(row, present=row.key in self._workloads)
        return replace(
            row,
            present=True,
            desired=have.replicas,
            ready=have.ready,
            placement=self._placement(have),
            waiting=self._waiting(have),
            told=tuple(self._pods.troubles.words.get(have.key, ())) if self._pods else (),
        )

    def _overlay(self, workload: DeclaredWorkload) -> str:
        application = self._applications.get(workload.application) if workload.application else None
        paths = (
            [source.path for source in application.sources if source.local] if application else []
        )
        return paths[0] if len(paths) == 1 else posixpath.dirname(workload.place.path)

    def _placement(self, have: ObservedWorkload) -> dict[str, int] | None:
        if self._pods is None:
            return None
        counts: Counter[str] = Counter()
        for group in self._pods.by_owner.get(have.key, ()):
            counts[group.node] += group.pods
        return dict(sorted(counts.items()))

    def _waiting(self, have: ObservedWorkload) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for group in self._pods.by_owner.get(have.key, ()) if self._pods else ():
            counts.update(group.waiting)
        return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class _Scheduling:
    selector: Mapping[str, str] | None = None
    tolerations: tuple[str, ...] | None = None


def _scheduling(workload: DeclaredWorkload) -> _Scheduling:
    """Return what a workload asks of its node; what is not understood is None."""
    spec = pod_spec(workload.manifest)
    try:
        selector = dict(sorted(node_selection(spec).labels.items()))
        return _Scheduling(selector, tuple(map(str, tolerations(spec))))
    except ParseError:
        return _Scheduling()
