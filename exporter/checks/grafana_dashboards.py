"""Every declared dashboard must be in Grafana, in its folder."""

from collections.abc import Iterator

from exporter.checks import grafana_available
from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import Json
from exporter.domain.monitoring.grafana import (
    Dashboard,
    Dashboards,
    DeclaredDashboard,
    DeclaredDashboards,
    GrafanaHealth,
    ObservedDashboards,
    Untold,
)
from exporter.domain.monitoring.stack import Component
from exporter.domain.provenance import Source

ID = "grafana_dashboards"
UNASKED = Untold("it was not asked for yet")


def subjects(facts: Facts) -> list[Subject]:
    """Return the declared dashboards, sorted."""
    declared = facts.find(DeclaredDashboards)
    return [_subject(key) for key in sorted(declared.dashboards)] if declared else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare every declared dashboard with those that Grafana shows."""
    observed = facts.get(ObservedDashboards).dashboards
    health = facts.find(GrafanaHealth)
    well = health is None or health.well
    cause = (
        Cause(Source.GRAFANA) if well else Cause(grafana_available.ID, grafana_available.GRAFANA)
    )
    for key, declared in sorted(facts.get(DeclaredDashboards).dashboards.items()):
        have = observed.get(key, UNASKED)
        verdict, detail = _verdict(declared, have)
        yield Finding(
            check=ID,
            subject=_subject(key),
            verdict=verdict,
            detail=excerpt(detail),
            declared=_declared(declared),
            observed=None if isinstance(have, Untold) else [_show(one) for one in have[:10]],
            provenance=(declared.place,),
            cause=cause if verdict is Verdict.UNKNOWN else None,
        )


def _verdict(declared: DeclaredDashboard, have: Dashboards | Untold) -> tuple[Verdict, str]:
    if isinstance(have, Untold):
        return Verdict.UNKNOWN, have.message
    if not have:
        hidden = "" if declared.uid else " that the token may read"
        return Verdict.FAIL, f"Grafana has no such dashboard{hidden}"
    titled = [one for one in have if declared.title in {"", one.title}]
    if not titled:
        return Verdict.FAIL, f"its title is {have[0].title}"
    if not declared.folder or any(_lies_in(one, declared.folder) for one in titled):
        return Verdict.PASS, ""
    for one in titled:
        if isinstance(one.folder, Untold):
            return Verdict.UNKNOWN, one.folder.message
    folders = listing(sorted({_folder(one) for one in titled}))
    return Verdict.FAIL, f"it lies in {folders}, {declared.folder} is declared"


def _lies_in(dashboard: Dashboard, folder: str) -> bool:
    if not dashboard.folder_uid:
        return folder == Dashboard.ROOT
    return folder in {dashboard.folder, dashboard.folder_uid}


def _folder(dashboard: Dashboard) -> str:
    """Return what people call the folder of a dashboard."""
    if not dashboard.folder_uid:
        return Dashboard.ROOT
    title = dashboard.folder
    return dashboard.folder_uid if isinstance(title, Untold) or not title else title


def _declared(declared: DeclaredDashboard) -> Json:
    given = {"uid": declared.uid, "title": declared.title, "folder": declared.folder}
    return {key: value for key, value in given.items() if value}


def _show(dashboard: Dashboard) -> Json:
    return {
        "uid": excerpt(dashboard.uid),
        "title": excerpt(dashboard.title),
        "folder": excerpt(_folder(dashboard)),
    }


def _subject(key: str) -> Subject:
    return Subject("Dashboard", "", key)


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Declared dashboards are in Grafana",
    needs=(DeclaredDashboards, ObservedDashboards),
    weighs=(GrafanaHealth,),
    subjects=subjects,
    judge=judge,
    aspect="dashboard",
    component=Component.GRAFANA,
    advice="Provide the missing dashboards in Grafana.",
    alert=Alert(
        name="GrafanaDashboardMissing",
        after="15m",
        summary="A declared dashboard is not in Grafana.",
        description=(
            "The dashboard {{ $labels.object_name }}{of_cluster} is not in Grafana, or not in its "
            "folder: the links that lead to it are dead. Next: the ConfigMap that holds it, and "
            "the log of the sidecar."
        ),
    ),
)
