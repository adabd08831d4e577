"""Prometheus must keep its samples for as long as the code says."""

from collections.abc import Iterator

from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Check
from exporter.domain.errors import ParseError
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.instants import parse_duration
from exporter.domain.monitoring.prometheus.server import PrometheusRuntime, Retention, parse_size
from exporter.domain.monitoring.stack import Component, DeclaredStack, StackValue
from exporter.domain.provenance import Located

ID = "prometheus_retention"
SUBJECT = Subject("Prometheus", "", Component.PROMETHEUS)
SETTLES = "observed.prometheus.retention can say it"
_VALUES = (StackValue.RETENTION, StackValue.RETENTION_SIZE)


def declared_retention(facts: Facts) -> list[Subject]:
    """Return Prometheus, if any retention is declared, or may be."""
    return [SUBJECT] if _declared(facts) or _hidden(facts, *_VALUES) else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare time and size, each as far as it is declared.

    One that may be declared otherwise, where nobody can tell, does not fail, and without it nothing
    passes.
    """
    declared, runtime = _declared(facts), facts.get(PrometheusRuntime)
    hidden = _hidden(facts, *_VALUES)
    sure = {name: one for name, one in declared.items() if not _hidden(facts, name)}
    if not declared and hidden is None:
        return
    verdict, detail = _verdict(sure, runtime) if sure else (Verdict.UNKNOWN, "")
    doubt = None if verdict is Verdict.FAIL else hidden
    if doubt is not None:
        verdict = Verdict.UNKNOWN
        detail = f"what is declared is not known: {doubt.message}; {SETTLES}"
    started = runtime.started.isoformat() if runtime.started else None
    yield Finding(
        check=ID,
        subject=SUBJECT,
        verdict=verdict,
        detail=detail,
        declared={name.rpartition(".")[2]: one.value for name, one in declared.items()},
        observed={"retention": runtime.retention, "started": started},
        provenance=tuple(dict.fromkeys(one.place for one in declared.values())),
        cause=Cause(doubt.source) if doubt else None,
    )


def _hidden(facts: Facts, *names: StackValue) -> Gap | None:
    known = facts.find(DeclaredStack)
    return known.hidden(*names) if known else None


def _declared(facts: Facts) -> dict[StackValue, Located[str]]:
    known = facts.find(DeclaredStack)
    values = known.values if known else {}
    return {name: values[name] for name in _VALUES if name in values}


def _verdict(
    declared: dict[StackValue, Located[str]], runtime: PrometheusRuntime
) -> tuple[Verdict, str]:
    """Judge by what the texts mean: ``15d`` is ``360h``."""
    if runtime.unserved or not runtime.retention:
        return Verdict.UNKNOWN, runtime.unserved or "the server tells no retention"
    try:
        have, wanted = Retention.parse(runtime.retention), _meaning(declared)
    except ParseError as error:
        return Verdict.UNKNOWN, excerpt(error.message)
    time_differs = wanted.time is not None and wanted.time != have.time
    size_differs = wanted.size is not None and wanted.size != have.size
    if not time_differs and not size_differs:
        return Verdict.PASS, ""
    said = " or ".join(one.value for one in declared.values())
    return Verdict.FAIL, f"keeps {runtime.retention}, declared is {excerpt(said)}"


def _meaning(declared: dict[StackValue, Located[str]]) -> Retention:
    time, size = (declared.get(name) for name in _VALUES)
    return Retention(
        time=parse_duration(time.value) if time else None,
        size=parse_size(size.value) if size else None,
    )


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Prometheus keeps samples for as long as declared",
    needs=(DeclaredStack, PrometheusRuntime),
    subjects=declared_retention,
    judge=judge,
    aspect="retention",
    component=Component.PROMETHEUS,
    advice="Make the retention of Prometheus and its declaration agree.",
    alert=Alert(
        name="PrometheusRetentionMismatch",
        after="15m",
        summary="Prometheus keeps samples for another time than declared.",
        description=(
            "The retention of {{ $labels.object_name }}{of_cluster} is not the declared one: "
            "history is lost earlier, or the volume fills up later, than the code says. Next: "
            "compare the flags of the running Prometheus with its declaration, and apply that."
        ),
    ),
)
