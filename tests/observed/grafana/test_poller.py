"""Grafana is asked about what is declared; what it may not tell is told apart from what is not."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from exporter.domain.errors import Reason
from exporter.domain.monitoring.grafana import (
    MISSING,
    Asked,
    Dashboard,
    Datasource,
    GrafanaHealth,
    Missing,
    ObservedDashboards,
    ObservedDatasource,
    ObservedDatasources,
    Told,
    Untold,
)
from exporter.observed.endpoint import Endpoint
from exporter.observed.grafana import dashboards as module
from exporter.observed.grafana.poller import GrafanaPoller
from exporter.observed.polling import Answer
from exporter.settings.monitoring import (
    DashboardSettings,
    DatasourceSettings,
    GrafanaSettings,
)
from tests.grafana.server import VERSION, GrafanaServer

T = TypeVar("T")
TOKEN = "glsa_tests"
Fault = Callable[[GrafanaServer], None]


@asynccontextmanager
async def grafana(*, token: str = "") -> AsyncIterator[GrafanaServer]:
    """Give a Grafana that has what the tests declare."""
    async with GrafanaServer(token=token) as server:
        server.add_datasource("Prometheus", uid="prom", default=True)
        server.add_datasource("Loki", uid="logs")
        server.add_datasource("Alertmanager", uid="am", implementation="prometheus")
        server.add_datasource("Orders", uid="sql", kind="postgres")
        server.add_datasource("team a/b 100%", uid="odd", kind="prometheus")
        server.add_dashboard("Kubernetes / Cluster", uid="cluster", folder="Kubernetes")
        server.add_dashboard("Nodes", uid="nodes")
        server.add_dashboard("Nodes", uid="nodes-2", folder="Old")
        yield server


async def ask(server: GrafanaServer, folder: Path = Path(), **settings: Any) -> Answer:
    given = GrafanaSettings(url=server.url, **settings)
    questions = GrafanaPoller(Endpoint(given, folder=folder), given)
    try:
        return await questions.ask()
    finally:
        await questions.close()


def fact(answer: Answer, kind: type[T]) -> T:
    found = answer.facts[kind]
    assert isinstance(found, kind)
    return found


async def datasource(server: GrafanaServer, **declared: Any) -> ObservedDatasource:
    """Return what is seen of one declared datasource."""
    answer = await ask(server, datasources=(DatasourceSettings(**declared),))
    (seen,) = fact(answer, ObservedDatasources).datasources.values()
    return seen


async def dashboard(server: GrafanaServer, **declared: Any) -> tuple[Dashboard, ...] | Untold:
    """Return what is seen of one declared dashboard."""
    answer = await ask(server, dashboards=(DashboardSettings(**declared),))
    (seen,) = fact(answer, ObservedDashboards).dashboards.values()
    return seen


async def test_the_health_tells_database_and_version() -> None:
    async with grafana() as server:
        well = fact(await ask(server), GrafanaHealth)
        server.fail_database()
        failing = fact(await ask(server), GrafanaHealth)

    assert well == GrafanaHealth("ok", VERSION)
    assert (failing.database, failing.well) == ("failing", False)


@pytest.mark.parametrize(
    ("declared", "uid", "asked"),
    [
        pytest.param({"name": "Prometheus"}, "prom", Asked.QUERY, id="prometheus"),
        pytest.param({"uid": "prom", "type": "prometheus"}, "prom", Asked.QUERY, id="by uid"),
        pytest.param({"name": "Loki"}, "logs", Asked.QUERY, id="loki"),
        pytest.param({"name": "Alertmanager"}, "am", Asked.STATUS, id="alertmanager"),
        pytest.param({"name": "Orders"}, "sql", Asked.HEALTH, id="another type"),
        pytest.param({"name": "team a/b 100%"}, "odd", Asked.QUERY, id="odd name"),
    ],
)
async def test_each_type_of_datasource_is_asked_in_its_own_way(
    declared: dict[str, str], uid: str, asked: Asked
) -> None:
    async with grafana() as server:
        seen = await datasource(server, **declared)

    assert isinstance(seen.found, Datasource)
    assert (seen.found.uid, seen.answer) == (uid, Told(asked=asked))


async def test_the_declared_query_is_what_is_asked() -> None:
    async with grafana() as server:
        await datasource(server, name="Prometheus", query='up{job="api"}')
        await datasource(server, name="Prometheus")
        await datasource(server, name="Loki")

    queries = [document["queries"][0] for document in server.queries]
    assert [query["expr"] for query in queries] == ['up{job="api"}', "count(up)", "vector(1)"]
    assert queries[0]["datasource"] == {"uid": "prom", "type": "prometheus"}
    assert (queries[0]["refId"], queries[0]["instant"]) == ("A", True)
    assert queries[2]["queryType"] == "instant"
    assert {(one["from"], one["to"]) for one in server.queries} == {("now-5m", "now")}


async def test_the_alertmanager_of_mimir_answers_below_its_prefix() -> None:
    async with grafana() as server:
        server.add_datasource("Mimir", uid="m", kind="alertmanager", implementation="mimir")
        seen = await datasource(server, name="Mimir")

    assert seen.answer == Told(asked=Asked.STATUS)
    paths = [path for _, path in server.asked]
    assert "/api/datasources/proxy/uid/m/alertmanager/api/v2/status" in paths


@pytest.mark.parametrize(
    ("name", "fault", "trouble"),
    [
        pytest.param(
            "Prometheus",
            lambda one: one.break_datasource("Prometheus"),
            "connection refused",
            id="an error and a 400",
        ),
        pytest.param(
            "Prometheus",
            lambda one: one.break_datasource("Prometheus", gently=True),
            "connection refused",
            id="an error within a 200",
        ),
        pytest.param(
            "Prometheus",
            lambda one: one.forget_plugin("prometheus"),
            "Grafana answered 404: Plugin not found",
            id="no plugin",
        ),
        pytest.param(
            "Alertmanager",
            lambda one: one.break_datasource("Alertmanager"),
            "Grafana answered 502",
            id="nobody behind the proxy",
        ),
        pytest.param(
            "Orders",
            lambda one: one.break_datasource("Orders", error="no database"),
            "no database",
            id="a failing health check",
        ),
    ],
)
async def test_a_datasource_that_does_not_answer_is_troubled(
    name: str, fault: Fault, trouble: str
) -> None:
    async with grafana() as server:
        fault(server)
        declared = (DatasourceSettings(name=name), DatasourceSettings(name="Loki"))
        answer = await ask(server, datasources=declared)

    seen = fact(answer, ObservedDatasources).datasources
    assert isinstance(seen[name].found, Datasource)
    assert isinstance(seen[name].answer, Told)
    assert seen[name].answer.trouble == trouble  # type: ignore[union-attr] # told above
    assert answer.gaps == {}


async def test_a_query_that_takes_too_long_is_trouble_of_the_datasource_alone() -> None:
    async with grafana() as server:
        server.hang("/api/ds/query")
        declared = (DatasourceSettings(name="Prometheus"), DatasourceSettings(name="Orders"))
        answer = await ask(server, datasources=declared, timeout="2s")

    seen = fact(answer, ObservedDatasources).datasources
    assert seen["Prometheus"].answer == Told(asked=Asked.QUERY, trouble="no answer within 2 s")
    assert seen["Orders"].answer == Told(asked=Asked.HEALTH)
    assert answer.gaps == {}


async def test_an_answer_without_data_is_none() -> None:
    async with grafana() as server:
        server.add_datasource("Empty", uid="empty", kind="prometheus", values=())
        seen = await datasource(server, name="Empty")

    assert seen.answer == Told(asked=Asked.QUERY, trouble="the query gives no data")


@pytest.mark.parametrize("declared", [{"name": "Gone"}, {"uid": "gone", "type": "prometheus"}])
async def test_a_datasource_that_is_not_there_is_missing(declared: dict[str, str]) -> None:
    async with grafana() as server:
        seen = await datasource(server, **declared)

    assert seen == ObservedDatasource(MISSING, MISSING)


async def test_one_that_may_not_be_read_says_which_permission_is_needed() -> None:
    async with grafana() as server:
        server.deny("datasources:read")
        seen = await datasource(server, name="Prometheus")

    assert isinstance(seen.found, Untold)
    assert seen.found.message.startswith("Grafana answered 403: You'll need additional permissions")
    assert seen.found.message.endswith("; the token needs the permission datasources:read")
    assert seen.answer == seen.found


async def test_one_that_may_not_be_read_is_asked_where_uid_and_type_are_declared() -> None:
    async with grafana() as server:
        server.deny("datasources:read")
        seen = await datasource(server, uid="prom", type="prometheus")
        gone = await datasource(server, uid="gone", type="prometheus")

    assert isinstance(seen.found, Untold)
    assert seen.answer == Told(asked=Asked.QUERY)
    assert seen.is_there
    assert isinstance(gone.answer, Missing)


@pytest.mark.parametrize("name", ["Prometheus", "Alertmanager", "Orders"])
async def test_one_that_may_not_be_asked_says_which_permission_is_needed(name: str) -> None:
    async with grafana() as server:
        server.deny("datasources:query")
        seen = await datasource(server, name=name)

    assert isinstance(seen.found, Datasource)
    assert isinstance(seen.answer, Untold)
    assert seen.answer.message.endswith("the token needs the permission datasources:query")


async def test_a_plugin_without_a_health_check_leaves_open_how_it_is() -> None:
    async with grafana() as server:
        server.forget_plugin("postgres")
        seen = await datasource(server, name="Orders")

    assert isinstance(seen.answer, Untold)
    assert seen.answer.message.endswith("a datasource of type postgres has no health check")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param(
            {"uid": "cluster"},
            (Dashboard(uid="cluster", title="Kubernetes / Cluster",
                       folder_uid="folder-Kubernetes", folder="Kubernetes"),),
            id="by uid",
        ),
        pytest.param(
            {"title": "Kubernetes / Cluster"},
            (Dashboard(uid="cluster", title="Kubernetes / Cluster",
                       folder_uid="folder-Kubernetes", folder="Kubernetes"),),
            id="by title",
        ),
        pytest.param(
            {"title": "Nodes"},
            (Dashboard(uid="nodes", title="Nodes"),
             Dashboard(uid="nodes-2", title="Nodes", folder_uid="folder-Old", folder="Old")),
            id="two of a title",
        ),
        pytest.param({"uid": "gone"}, (), id="no such uid"),
        pytest.param({"title": "Node"}, (), id="part of a title"),
        pytest.param({"title": "nodes"}, (), id="other letters"),
    ],
)  # fmt: skip
async def test_dashboards_are_found_by_uid_or_by_their_whole_title(
    declared: dict[str, str], expected: tuple[Dashboard, ...]
) -> None:
    async with grafana() as server:
        assert await dashboard(server, **declared) == expected


async def test_all_pages_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    async with grafana() as server:
        titles = ("Kubernetes / Cluster", "Nodes", "Nothing")
        declared = tuple(DashboardSettings(title=title) for title in titles)
        seen = fact(await ask(server, dashboards=declared), ObservedDashboards).dashboards

    assert {title: len(found) for title, found in seen.items() if isinstance(found, tuple)} == {
        "Kubernetes / Cluster": 1,
        "Nodes": 2,
        "Nothing": 0,
    }
    assert sum("/api/search" in path for _, path in server.asked) == 2


async def test_more_dashboards_than_are_looked_through_are_not_taken_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PAGE", 1)
    monkeypatch.setattr(module, "MAX_PAGES", 2)
    async with grafana() as server:
        seen = await dashboard(server, title="Nodes")

    assert seen == Untold("there are more than 2 dashboards: declare it by its uid")


async def test_a_search_that_shows_nothing_is_a_lack_of_permission() -> None:
    async with grafana() as server:
        server.deny("dashboards:read")
        by_title = await dashboard(server, title="Nodes")
        by_uid = await dashboard(server, uid="nodes")

    for seen in (by_title, by_uid):
        assert isinstance(seen, Untold)
        assert seen.message.endswith("the token needs the permission dashboards:read")


async def test_the_title_of_a_folder_may_need_a_permission_of_its_own() -> None:
    async with grafana() as server:
        server.deny("folders:read")
        (seen,) = await dashboard(server, uid="cluster", folder="Kubernetes")  # type: ignore[misc] # not Untold
        (unasked,) = await dashboard(server, uid="cluster")  # type: ignore[misc] # not Untold

    assert isinstance(seen.folder, Untold)
    assert seen.folder.message.endswith("the token needs the permission folders:read")
    assert unasked.folder == ""


DECLARED: dict[str, Any] = {
    "datasources": (DatasourceSettings(name="Prometheus"),),
    "dashboards": (DashboardSettings(uid="nodes"), DashboardSettings(title="Nodes")),
}


@pytest.mark.parametrize(
    ("shown", "gaps"),
    [
        pytest.param(None, {ObservedDatasources, ObservedDashboards}, id="none"),
        pytest.param("glsa_other", {ObservedDatasources, ObservedDashboards}, id="wrong"),
        pytest.param(TOKEN, set(), id="right"),
    ],
)
async def test_without_a_valid_token_only_the_health_is_known(
    shown: str | None, gaps: set[type], tmp_path: Path
) -> None:
    settings = dict(DECLARED)
    if shown is not None:
        (tmp_path / "token").write_text(shown)
        settings["token_file"] = "token"

    async with grafana(token=TOKEN) as server:
        answer = await ask(server, tmp_path, **settings)

    assert set(answer.gaps) == gaps
    assert GrafanaHealth in answer.facts
    assert {failure.reason for failure in answer.gaps.values()} <= {Reason.FORBIDDEN}
    assert all("401" in failure.message for failure in answer.gaps.values())
    assert all("missing, wrong or expired" in failure.advice for failure in answer.gaps.values())
    assert TOKEN not in repr(answer)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        pytest.param(200, Reason.MALFORMED, id="a login page"),
        pytest.param(302, Reason.UNAVAILABLE, id="a redirection to one"),
    ],
)
async def test_a_login_page_is_no_answer_to_anything(status: int, reason: Reason) -> None:
    async with grafana() as server:
        server.ask_for_login(status)
        answer = await ask(server, **DECLARED)

    assert answer.facts == {}
    assert {failure.reason for failure in answer.gaps.values()} == {reason}
    assert all("login" in failure.advice for failure in answer.gaps.values())


async def test_an_ingress_that_finds_no_grafana_does_not_tell_what_grafana_has() -> None:
    async with grafana() as server:
        server.ask_for_login(404)
        answer = await ask(server, **DECLARED)

    assert answer.facts == {}
    assert {failure.reason for failure in answer.gaps.values()} == {Reason.MISSING}


async def test_a_grafana_that_is_gone_tells_nothing() -> None:
    async with grafana() as server:
        pass

    answer = await ask(server, **DECLARED)

    assert set(answer.gaps) == set(GrafanaPoller.kinds)
    assert {failure.reason for failure in answer.gaps.values()} == {Reason.UNAVAILABLE}


async def test_a_grafana_that_hangs_tells_nothing() -> None:
    async with grafana() as server:
        server.hang("/api/")
        answer = await ask(server, **DECLARED, timeout="200ms")

    assert set(answer.gaps) == set(GrafanaPoller.kinds)
    assert {failure.reason for failure in answer.gaps.values()} == {Reason.TIMEOUT}


async def test_errors_of_its_own_leave_everything_open() -> None:
    async with grafana() as server:
        server.fail(500)
        answer = await ask(server, **DECLARED)

    datasources = fact(answer, ObservedDatasources).datasources
    dashboards = fact(answer, ObservedDashboards).dashboards
    said = Untold("Grafana answered 500: Internal server error")
    assert datasources == {"Prometheus": ObservedDatasource(said, said)}
    assert dashboards == {"nodes": said, "Nodes": said}


async def test_what_was_found_is_counted() -> None:
    datasources = (DatasourceSettings(name="Prometheus"), DatasourceSettings(name="Gone"))
    dashboards = (DashboardSettings(uid="nodes"), DashboardSettings(uid="gone"))
    async with grafana() as server:
        answer = await ask(server, datasources=datasources, dashboards=dashboards)

    assert answer.items == {"datasources": 1, "dashboards": 1}
