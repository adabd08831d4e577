"""Checks and layers, and how they came out."""

from collections.abc import Iterator

from exporter.domain.finding import Verdict
from exporter.metrics.chunks import Sample
from exporter.metrics.family import CHECK, family
from exporter.metrics.view import View


@family(
    name="check_subjects",
    help="Subjects of each check by verdict, at the last evaluation.",
    labels=(*CHECK, "verdict"),
)
def check_subjects(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        for layer in check.layers:
            counts = view.evaluation.count(check, layer)
            for verdict in Verdict:
                yield (layer, check.id, verdict), counts[verdict]


@family(
    name="check_info",
    help="Severity and title of each check; always 1.",
    labels=(*CHECK, "severity", "title"),
)
def check_info(view: View) -> Iterator[Sample]:
    for check in view.evaluation.checks:
        for layer in check.layers:
            yield (layer, check.id, check.severity, check.title), 1


@family(
    name="layer_ratio",
    help="Passing subjects of a layer per judged ones (pass and fail); NaN if none was judged.",
    labels=("layer",),
)
def layer_ratio(view: View) -> Iterator[Sample]:
    for layer, score in view.evaluation.layers.items():
        yield (layer,), float("nan") if score.ratio is None else score.ratio


@family(
    name="layer_coverage_ratio",
    help="How much of what a layer declares could be judged; absent if it declares nothing.",
    labels=("layer",),
)
def layer_coverage(view: View) -> Iterator[Sample]:
    for layer, score in view.evaluation.layers.items():
        if score.coverage is not None:
            yield (layer,), score.coverage


@family(
    name="evaluation_duration_seconds",
    help="How long the last evaluation took.",
)
def evaluation_seconds(view: View) -> Iterator[Sample]:
    yield (), view.evaluation.seconds


@family(
    name="evaluation_timestamp_seconds",
    help="When the last evaluation was made.",
)
def evaluation_timestamp(view: View) -> Iterator[Sample]:
    yield (), view.evaluation.at.timestamp()
