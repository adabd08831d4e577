"""Argo CD's Applications."""

from collections.abc import Iterator
from functools import partial

from exporter.domain.applications import DeclaredApplications, ObservedApplications
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
    declared, observed = facts.find(DeclaredApplications), facts.find(ObservedApplications)
    if declared is not None and observed is not None:
        yield (), sum(key in observed for key in declared.applications)


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
