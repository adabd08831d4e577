"""Every declared datasource must be in Grafana, and answer through it."""

from collections.abc import Iterator

from exporter.checks import grafana_available
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import Json
from exporter.domain.monitoring.grafana import (
    Asked,
    Datasource,
    DeclaredDatasource,
    DeclaredDatasources,
    GrafanaHealth,
    Missing,
    ObservedDatasource,
    ObservedDatasources,
    Told,
    Untold,
)
from exporter.domain.monitoring.stack import Component
from exporter.domain.provenance import Source

ID = "grafana_datasources"
ABSENT = "Grafana has no such datasource"
UNASKED = ObservedDatasource(Untold("it was not asked for yet"), Untold("it was not asked yet"))


def subjects(facts: Facts) -> list[Subject]:
    """Return the declared datasources, sorted."""
    declared = facts.find(DeclaredDatasources)
    return [_subject(key) for key in sorted(declared.datasources)] if declared else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare every declared datasource with Grafana's description, and look at its answer."""
    observed = facts.get(ObservedDatasources).datasources
    health = facts.find(GrafanaHealth)
    well = health is None or health.well
    cause = (
        Cause(Source.GRAFANA) if well else Cause(grafana_available.ID, grafana_available.GRAFANA)
    )
    for key, declared in sorted(facts.get(DeclaredDatasources).datasources.items()):
        have = observed.get(key, UNASKED)
        verdict, detail = _verdict(declared, have)
        yield Finding(
            check=ID,
            subject=_subject(key),
            verdict=verdict,
            detail=excerpt(detail),
            declared=_declared(declared),
            observed=_observed(have),
            provenance=(declared.place,),
            cause=cause if verdict is Verdict.UNKNOWN else None,
        )


def _verdict(declared: DeclaredDatasource, have: ObservedDatasource) -> tuple[Verdict, str]:
    """Judge by what was seen; what is seen amiss counts more than what could not be seen."""
    if isinstance(have.found, Missing) or isinstance(have.answer, Missing):
        return Verdict.FAIL, ABSENT
    found, answer = have.found, have.answer
    troubles = list(_differences(declared, found)) if isinstance(found, Datasource) else []
    if isinstance(answer, Told) and answer.trouble:
        troubles.append(f"asked by {answer.asked.value}: {answer.trouble}")
    if troubles:
        return Verdict.FAIL, "; ".join(troubles)
    if isinstance(answer, Untold):
        return Verdict.UNKNOWN, answer.message
    if isinstance(found, Untold) and (declared.default or declared.name):
        return Verdict.UNKNOWN, found.message
    only = answer.asked is Asked.HEALTH
    return Verdict.PASS, f"asked by {answer.asked.value}" if only else ""


def _differences(declared: DeclaredDatasource, found: Datasource) -> Iterator[str]:
    if declared.name and declared.name != found.name:
        yield f"its name is {found.name}"
    if declared.type and declared.type != found.type:
        yield f"its type is {found.type}, {declared.type} is declared"
    if declared.default and not found.default:
        yield "it is not the default"


def _declared(declared: DeclaredDatasource) -> Json:
    given = {"name": declared.name, "uid": declared.uid, "type": declared.type}
    stated: dict[str, Json] = {key: value for key, value in given.items() if value}
    return {**stated, **({"default": True} if declared.default else {})}


def _observed(have: ObservedDatasource) -> Json:
    found = have.found
    if not isinstance(found, Datasource):
        return None
    return {
        "name": excerpt(found.name),
        "uid": excerpt(found.uid),
        "type": excerpt(found.type),
        "default": found.default,
    }


def _subject(key: str) -> Subject:
    return Subject("Datasource", "", key)


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Declared datasources answer through Grafana",
    needs=(DeclaredDatasources, ObservedDatasources),
    weighs=(GrafanaHealth,),
    subjects=subjects,
    judge=judge,
    aspect="datasource",
    component=Component.GRAFANA,
    headline=True,
    advice="Repair the datasources that do not answer a query.",
    alert=Alert(
        name="GrafanaDatasourceBroken",
        after="10m",
        summary="A declared datasource is missing in Grafana, or does not answer.",
        description=(
            "The datasource {{ $labels.object_name }}{of_cluster} is missing in Grafana, or a "
            "query through it fails: the dashboards on it are empty. Next: Grafana, Connections, "
            "Data sources, Save and test."
        ),
    ),
)
