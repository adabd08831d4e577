"""Argo CD's Applications."""

from collections.abc import Iterator
from functools import partial

from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.availability import available, would_show
from exporter.domain.finding import Subject
from exporter.metrics.aspects import Findings, by_aspect, judged
from exporter.metrics.chunks import Chunk, Chunked, Sample
from exporter.metrics.family import family
from exporter.metrics.view import View

APPLICATION = frozenset({"Application"})


@family(
    name="applications_expected",
    help="Argo CD Applications that the code declares.",
)
def applications_expected(view: View) -> Iterator[Sample]:
    declared = view.evaluation.facts.find(DeclaredApplications)
    if declared is not None:
        yield (), len(declared.applications)


@family(
    name="applications_observed",
    help="Declared Applications that the cluster has; absent while that is unknown.",
)
def applications_observed(view: View) -> Iterator[Sample]:
    facts = view.evaluation.facts
    declared, observed = facts.find(DeclaredApplications), available(facts, ObservedApplications)
    if declared is None or observed is None:
        return
    absent = [key for key in declared.applications if key not in observed]
    subjects = (Subject("Application", key.namespace, key.name) for key in absent)
    if all(would_show(facts, ObservedApplications, subject) for subject in subjects):
        yield (), len(declared.applications) - len(absent)


@family(
    name="application_match",
    help="Whether an Application conforms (1) or not (0); absent while that is unknown.",
    labels=("object_namespace", "object_name", "aspect"),
)
@Chunked
def application_match(view: View) -> Iterator[Chunk]:
    for aspect, findings in by_aspect(view):
        yield Chunk((findings,), partial(_application_match, aspect, findings))


def _application_match(aspect: str, findings: Findings) -> Iterator[Sample]:
    for subject, conforms in judged(findings, APPLICATION):
        yield (subject.namespace, subject.name, aspect), conforms
