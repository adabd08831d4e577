import pytest

from exporter.checks import grafana_dashboards
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.monitoring.grafana import (
    Dashboard,
    DeclaredDashboard,
    DeclaredDashboards,
    GrafanaHealth,
    ObservedDashboards,
    Untold,
)
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.INVENTORY, "conformance.yaml")
REFUSED = Untold("Grafana answered 403; the token needs the permission dashboards:read")
IN_ROOT = Dashboard(uid="nodes", title="Nodes")
IN_OLD = Dashboard(uid="nodes-2", title="Nodes", folder_uid="f1", folder="Old")
HIDDEN = Dashboard(uid="nodes-3", title="Nodes", folder_uid="f2", folder=Untold("folders:read"))


def judge(
    have: tuple[Dashboard, ...] | Untold | None, *, database: str = "ok", **declared: str
) -> Finding:
    one = DeclaredDashboard(place=PLACE, **declared)
    key = one.title or one.uid
    known = (
        DeclaredDashboards({key: one}),
        ObservedDashboards({key: have} if have is not None else {}),
        GrafanaHealth(database),
    )
    (finding,) = grafana_dashboards.judge(Facts({type(one): one for one in known}))
    return finding


@pytest.mark.parametrize(
    ("have", "declared"),
    [
        pytest.param((IN_OLD,), {"uid": "nodes-2"}, id="uid"),
        pytest.param((IN_ROOT, IN_OLD), {"title": "Nodes"}, id="title"),
        pytest.param((IN_ROOT, IN_OLD), {"title": "Nodes", "folder": "Old"}, id="one in it"),
        pytest.param((IN_OLD,), {"title": "Nodes", "folder": "f1"}, id="the folder's uid"),
        pytest.param((IN_ROOT,), {"title": "Nodes", "folder": "General"}, id="no folder"),
        pytest.param((HIDDEN,), {"uid": "nodes-3", "folder": "f2"}, id="uid of a hidden folder"),
        pytest.param((HIDDEN, IN_OLD), {"title": "Nodes", "folder": "Old"}, id="seen beside it"),
    ],
)
def test_a_dashboard_where_it_belongs_passes(
    have: tuple[Dashboard, ...], declared: dict[str, str]
) -> None:
    finding = judge(have, **declared)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.declared == declared


@pytest.mark.parametrize(
    ("have", "declared", "detail"),
    [
        pytest.param((), {"uid": "x"}, "Grafana has no such dashboard", id="no such uid"),
        pytest.param(
            (),
            {"title": "Nodes"},
            "Grafana has no such dashboard that the token may read",
            id="no such title",
        ),
        pytest.param(
            (IN_ROOT,),
            {"uid": "nodes", "title": "All nodes"},
            "its title is Nodes",
            id="another title",
        ),
        pytest.param(
            (IN_ROOT, IN_OLD),
            {"title": "Nodes", "folder": "New"},
            "it lies in General, Old, New is declared",
            id="other folders",
        ),
        pytest.param(
            (IN_OLD,),
            {"title": "Nodes", "folder": "General"},
            "it lies in Old, General is declared",
            id="in a folder",
        ),
    ],
)
def test_what_lacks_or_lies_elsewhere_fails(
    have: tuple[Dashboard, ...], declared: dict[str, str], detail: str
) -> None:
    finding = judge(have, **declared)

    assert (finding.verdict, finding.detail, finding.cause) == (Verdict.FAIL, detail, None)


@pytest.mark.parametrize(
    ("have", "declared", "detail"),
    [
        pytest.param(REFUSED, {"uid": "nodes"}, REFUSED.message, id="refused"),
        pytest.param(
            (HIDDEN,), {"title": "Nodes", "folder": "Old"}, "folders:read", id="folder refused"
        ),
        pytest.param(None, {"uid": "nodes"}, "it was not asked for yet", id="not asked for yet"),
    ],
)
def test_what_could_not_be_seen_is_unknown(
    have: tuple[Dashboard, ...] | Untold | None, declared: dict[str, str], detail: str
) -> None:
    finding = judge(have, **declared)

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, detail)
    assert finding.cause == Cause(Source.GRAFANA)


def test_a_failing_database_is_the_cause_of_what_is_unknown() -> None:
    cause = judge(REFUSED, database="failing", uid="nodes").cause

    assert cause == Cause("grafana_available", Subject("Grafana", "", "grafana"))


def test_a_finding_is_called_by_the_title_where_one_is_declared() -> None:
    assert judge((IN_ROOT,), uid="nodes", title="Nodes").subject == Subject(
        "Dashboard", "", "Nodes"
    )
    assert judge((IN_ROOT,), uid="nodes").subject == Subject("Dashboard", "", "nodes")
