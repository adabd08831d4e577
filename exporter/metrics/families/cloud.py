"""What it costs to look at the cloud."""

from collections.abc import Iterator

from exporter.domain.cloud import CloudCalls
from exporter.metrics.chunks import Sample
from exporter.metrics.family import family
from exporter.metrics.view import View


@family(
    name="cloud_requests",
    help="Requests that the last look at the cloud took, repeated ones included, by action.",
    labels=("action",),
)
def cloud_requests(view: View) -> Iterator[Sample]:
    known = view.evaluation.facts.find(CloudCalls)
    for action, count in known.calls.items() if known else ():
        yield (action,), count


@family(
    name="cloud_requests_limit",
    help="Requests that one look at the cloud may take: observed.cloud.aws.calls.",
)
def cloud_requests_limit(view: View) -> Iterator[Sample]:
    known = view.evaluation.facts.find(CloudCalls)
    if known:
        yield (), known.budget


@family(
    name="cloud_look_duration_seconds",
    help="How long the last look at the cloud took.",
)
def cloud_look_duration(view: View) -> Iterator[Sample]:
    known = view.evaluation.facts.find(CloudCalls)
    if known:
        yield (), known.seconds
