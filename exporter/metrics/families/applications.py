"""Argo CD's Applications."""

from collections.abc import Iterable, Iterator
from functools import partial

from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.availability import available, would_show
from exporter.domain.finding import Subject
from exporter.domain.flow import ApplicationFlow
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


@family(
    name="gitops_step_timestamp_seconds",
    help="When the commit that an Application shall have took each step of its way, as far as that "
    "is known: commit, seen by Argo CD, synced, rolled_out, ready, endpoints, scraped.",
    labels=("object_namespace", "object_name", "step"),
)
def gitops_steps(view: View) -> Iterator[Sample]:
    for flow in _flows(view):
        for reached in flow.reached:
            if reached.at is not None:
                yield (*_named(flow), reached.step), reached.at.timestamp()


@family(
    name="gitops_lag_commits",
    help="How many commits of its branch an Application has yet to deploy; absent while unknown.",
    labels=("object_namespace", "object_name"),
)
def gitops_lag_commits(view: View) -> Iterator[Sample]:
    for flow in _flows(view):
        if flow.behind is not None:
            yield _named(flow), flow.behind


@family(
    name="gitops_lag_seconds",
    help="How old the first commit is that an Application has yet to deploy, 0 where it has all; "
    "absent while unknown.",
    labels=("object_namespace", "object_name"),
)
def gitops_lag(view: View) -> Iterator[Sample]:
    for flow in _flows(view):
        if flow.late is not None:
            yield _named(flow), flow.late.total_seconds()


def _flows(view: View) -> Iterable[ApplicationFlow]:
    return view.evaluation.flows.values() if view.detail == "full" else ()


def _named(flow: ApplicationFlow) -> tuple[str, str]:
    return flow.application.namespace, flow.application.name


def _application_match(aspect: str, findings: Findings) -> Iterator[Sample]:
    for subject, conforms in judged(findings, APPLICATION):
        yield (subject.namespace, subject.name, aspect), conforms
