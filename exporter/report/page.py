"""The status page: verdict, layers, sources and what deviates, readable without JavaScript."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict

LIMIT = 500
_SHOWN = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.SUPPRESSED, Verdict.WAIVED)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_resource("status.html"))


def _resource(name: str) -> str:
    return files("exporter.report").joinpath("templates", name).read_text("utf-8")


def style() -> bytes:
    """Return the page's style sheet."""
    return _resource("status.css").encode()


def page(outcome: Evaluation, *, telemetry_path: str) -> bytes:
    """Return the page for one evaluation; of the findings the first ``LIMIT``, worst first."""
    deviations = [one for verdict in _SHOWN for one in outcome.findings if one.verdict is verdict]
    text = _template().render(
        outcome=outcome,
        verdict=_verdict(outcome),
        verdicts=tuple(Verdict),
        deviations=deviations[:LIMIT],
        hidden=max(0, len(deviations) - LIMIT),
        telemetry_path=telemetry_path,
    )
    return text.encode()


def _verdict(outcome: Evaluation) -> str:
    """Say in one sentence whether the cluster conforms; what was not seen is said with it."""
    counts = [score.counts for score in outcome.layers.values()]
    failing = sum(one[Verdict.FAIL] for one in counts)
    unseen = sum(one[Verdict.UNKNOWN] for one in counts)
    said = f"{failing} subjects deviate" if failing else "No deviation found"
    return f"{said}; {unseen} could not be judged" if unseen else said
