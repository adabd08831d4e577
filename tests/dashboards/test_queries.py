"""Every query runs on a real Prometheus, and every panel shows something where it should."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.dashboards.boards import (
    BOARDS,
    EXPORTER,
    FLEET,
    LAYER,
    OVERVIEW,
    SUBJECT,
    Json,
    interpolate,
    panels,
    variables,
)
from tests.dashboards.clusters import BROKEN, HAPPENING, HEALTHY, Cluster, Moment, play
from tests.dashboards.prometheus import Prometheus, running
from tests.programs import tool

SECONDS = 30
VIEWS = {
    "overview": (OVERVIEW, {}),
    "exporter": (EXPORTER, {}),
    "fleet": (FLEET, {}),
    "infrastructure": (LAYER, {"layer": "infrastructure"}),
    "configuration": (LAYER, {"layer": "configuration"}),
    "one check": (LAYER, {"layer": "configuration", "check": "node_taints"}),
    "applications": (LAYER, {"layer": "applications"}),
    "gitops": (LAYER, {"layer": "gitops"}),
    "observability": (LAYER, {"layer": "observability"}),
    "node": (SUBJECT, {"name": "k8s-api-auth"}),
    "workload": (SUBJECT, {"name": "auth-api"}),
    "application": (SUBJECT, {"name": "ecoeco-api-scan"}),
}
"""What people look at: a dashboard and what is chosen there."""


OF_MANY = "Replicas, or nodes of its group"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Why a panel is empty in the healthy cluster, and in which view of what it is not."""

    why: str
    happening: str = ""
    view: str = ""


EMPTY: dict[tuple[str, str], tuple[str, Elsewhere]] = {
    ("fleet", "Outliers: layers"): ("A", Elsewhere("one cluster is like itself")),
    ("fleet", "Outliers: checks"): ("A", Elsewhere("one cluster is like itself")),
    ("exporter", "Failures to read"): ("A", Elsewhere("nothing failed", BROKEN, "exporter")),
    ("exporter", "Lists and watches begun anew"): (
        "A",
        Elsewhere("no watch broke", "api-server-gone", "exporter"),
    ),
    ("exporter", "Freshness of each source"): (
        "C",
        Elsewhere("the repository is no Git checkout", BROKEN, "exporter"),
    ),
    ("exporter", "Checks that failed by themselves"): ("A", Elsewhere("no check has a bug")),
    ("exporter", "Requests to the cloud"): ("AB", Elsewhere("no cloud is looked at")),
    ("exporter", "Duration of looks at the cloud"): ("A", Elsewhere("no cloud is looked at")),
    ("infrastructure", "Findings"): (
        "AB",
        Elsewhere("everything passes", "node-loss", "infrastructure"),
    ),
    ("applications", "Findings"): (
        "AB",
        Elsewhere("what fails is waived", "pod-on-wrong-node", "applications"),
    ),
    ("gitops", "Findings"): ("AB", Elsewhere("what fails is waived", "out-of-sync", "gitops")),
    ("workload", "Findings"): (
        "AB",
        Elsewhere("what fails is waived", "pod-on-wrong-node", "workload"),
    ),
    ("node", OF_MANY): ("ABC", Elsewhere("a node has no replicas", HEALTHY, "workload")),
    ("workload", OF_MANY): ("DEF", Elsewhere("a workload has no group", HEALTHY, "node")),
    ("application", OF_MANY): (
        "ABCDEF",
        Elsewhere("an Application has neither replicas nor a group"),
    ),
}
"""The only queries that find nothing in the healthy cluster, by view and panel."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What happened to all clusters, as a Prometheus recorded it, and when."""

    prometheus: Prometheus
    moments: Mapping[str, Moment]

    def results(self, happening: str, view: str) -> dict[tuple[str, str], list[Any]]:
        """Return the answers to all queries of a dashboard, by panel and query."""
        return {
            (panel["title"], target["refId"]): self.answer(target, happening, view)
            for panel in panels(BOARDS[VIEWS[view][0]])
            for target in panel["targets"]
        }

    def answer(self, target: Json, happening: str, view: str) -> list[Any]:
        """Return the answer to one query, asked as Grafana would."""
        moment = self.moments[happening]
        expr = interpolate(target["expr"], chosen(moment.cluster, view))
        if target["instant"]:
            return self.prometheus.now(expr, moment.at)
        return self.prometheus.over(expr, start=moment.at - SECONDS, end=moment.at)

    def offered(self, query: str, view: str) -> list[str]:
        """Return what a variable's query offers, in the healthy cluster."""
        moment = self.moments[HEALTHY]
        match = re.fullmatch(r"label_values\((.+), (\w+)\)", query)
        assert match
        selector = interpolate(match[1], chosen(moment.cluster, view))
        return self.prometheus.values(match[2], selector)


def chosen(cluster: str, view: str) -> dict[str, str]:
    """Return the values of the variables; the name of a nameless cluster only alerts know."""
    return {
        "cluster": cluster or "north",
        "job": "conformance" if cluster else "unnamed",
        "check": ".+",
        "namespace": ".*",
        "__rate_interval": f"{SECONDS}s",
        "__range": f"{SECONDS}s",
        **VIEWS[view][1],
    }


@pytest.fixture(scope="module")
def recorded(kustomize: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """All that happens, recorded once for all tests."""
    assert kustomize
    folder = tmp_path_factory.mktemp("clusters")
    clusters = Cluster.all(folder)
    targets = tuple(target for one in clusters for target in one.targets)
    with running(tool("prometheus"), folder, targets) as prometheus:
        yield Recorded(prometheus, asyncio.run(play(clusters, prometheus)))


@pytest.mark.parametrize("view", VIEWS)
def test_no_panel_is_empty_where_there_is_something_to_show(recorded: Recorded, view: str) -> None:
    expected = {
        (title, ref) for (of, title), (refs, _) in EMPTY.items() if of == view for ref in refs
    }

    found = recorded.results(HEALTHY, view)

    assert {key for key, answer in found.items() if not answer} == expected


@pytest.mark.parametrize(
    ("title", "refs", "elsewhere"),
    [(title, *rest) for (_, title), rest in EMPTY.items() if rest[1].happening],
    ids=[f"{view} - {title}" for (view, title), rest in EMPTY.items() if rest[1].happening],
)
def test_a_panel_that_is_empty_here_is_not_where_it_matters(
    recorded: Recorded, title: str, refs: str, elsewhere: Elsewhere
) -> None:
    found = recorded.results(elsewhere.happening, elsewhere.view)

    assert all(found[title, ref] for ref in refs)


@pytest.mark.parametrize("happening", HAPPENING)
def test_no_query_fails_whatever_happens_and_every_state_has_a_text(
    recorded: Recorded, happening: str
) -> None:
    for view, (uid, _) in VIEWS.items():
        found = recorded.results(happening, view)
        for panel in panels(BOARDS[uid]):
            if (texts := texts_of(panel)) is not None:
                assert values(found[panel["title"], "A"]) <= texts.keys(), (view, panel["title"])


def test_a_check_that_fails_in_one_of_many_clusters_is_an_outlier(recorded: Recorded) -> None:
    moment = recorded.moments["application-deleted"]
    (panel,) = (one for one in panels(BOARDS[FLEET]) if one["title"] == "Outliers: checks")
    everywhere = chosen(moment.cluster, "fleet") | {"cluster": ".*", "job": ".+"}

    found = recorded.prometheus.now(interpolate(panel["targets"][0]["expr"], everywhere), moment.at)

    unlike = {(one["metric"].get("cluster"), one["metric"]["check"]) for one in found}
    assert (moment.cluster, "application_present") in unlike


@pytest.mark.parametrize(
    ("happening", "view", "state"),
    [
        pytest.param(HEALTHY, "overview", "Deviates", id="the reference cluster"),
        pytest.param(HEALTHY, "infrastructure", "Conforms", id="its lowest layer"),
        pytest.param(HEALTHY, "applications", "Partly unknown", id="kinds that are not compared"),
        pytest.param("node-loss", "overview", "Critical", id="a lost node"),
        pytest.param("node-loss", "infrastructure", "Critical", id="the layer of a lost node"),
        pytest.param("node-added", "infrastructure", "Deviates", id="an unknown node"),
        pytest.param("application-deleted", "gitops", "Critical", id="a lost Application"),
        pytest.param(BROKEN, "infrastructure", "Conforms", id="a broken file"),
        pytest.param(HEALTHY, "node", "Deviates", id="a node with a taint set by hand"),
        pytest.param("image-fixed", "workload", "Conforms", id="a workload that found its image"),
    ],
)
def test_the_verdict_is_what_happened(
    recorded: Recorded, happening: str, view: str, state: str
) -> None:
    (first, *_) = panels(BOARDS[VIEWS[view][0]])

    (value,) = values(recorded.results(happening, view)[first["title"], "A"])

    texts = texts_of(first)
    assert texts is not None
    assert texts[value] == state


@pytest.mark.parametrize("view", VIEWS)
def test_replicas_are_shown_once(recorded: Recorded, view: str) -> None:
    found = recorded.results(HEALTHY, view)

    assert not {label for answer in found.values() for one in answer for label in one["metric"]} & {
        "pod",
        "container",
        "endpoint",
    }
    for (title, ref), answer in found.items():
        labels = [tuple(sorted(one["metric"].items())) for one in answer]
        assert len(labels) == len(set(labels)), (title, ref)


def test_the_layer_of_configuration_counts_labels_and_taints_of_nodes(recorded: Recorded) -> None:
    found = recorded.results(HEALTHY, "configuration")

    counted = [
        {one["metric"]["what"]: one["value"][1] for one in found["Expected against observed", ref]}
        for ref in "AC"
    ]
    assert counted[0].keys() == counted[1].keys() == {"labels of nodes", "taints of nodes"}
    assert (counted[0]["taints of nodes"], counted[1]["taints of nodes"]) == ("14", "7")


@pytest.mark.parametrize("uid", BOARDS)
def test_what_may_explain_a_change_can_be_asked(recorded: Recorded, uid: str) -> None:
    for annotation in BOARDS[uid]["annotations"]["list"]:
        expr = interpolate(annotation["expr"], chosen("", "overview"))
        recorded.prometheus.now(expr, recorded.moments[HEALTHY].at)


def test_replicas_count_once(recorded: Recorded) -> None:
    found = recorded.results(HEALTHY, "infrastructure")["Expected against observed", "A"]

    expected = {one["metric"]["what"]: one["value"][1] for one in found}

    assert expected == {
        "nodes of master": "1",
        "nodes of api": "7",
        "nodes of worker": "2",
        "nodes of infrastructure": "4",
    }


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_chosen_is_among_what_can_be_chosen(recorded: Recorded, view: str) -> None:
    uid, wanted = VIEWS[view]

    for name, variable in variables(BOARDS[uid]).items():
        if variable["type"] == "query":
            offered = recorded.offered(variable["query"], view)
            assert offered or name == "cluster", name
            assert wanted.get(name, "") in {*offered, ""}


def test_clusters_can_be_chosen_where_they_have_a_name(recorded: Recorded) -> None:
    variable = variables(BOARDS[OVERVIEW])["cluster"]

    assert recorded.offered(variable["query"], "overview") == ["b", "c", "d"]


def test_a_source_that_cannot_be_read_is_told_beside_the_verdict(recorded: Recorded) -> None:
    title = "Can all sources be read?"
    (panel,) = (one for one in panels(BOARDS[OVERVIEW]) if one["title"] == title)

    (value,) = values(recorded.results(BROKEN, "overview")[title, "A"])

    assert (texts_of(panel) or {})[value] == "Not all"


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "exporter"])
def test_without_an_exporter_the_verdict_is_unknown(recorded: Recorded, view: str) -> None:
    (first, *_) = panels(BOARDS[VIEWS[view][0]])
    (unknown,) = (value for value, text in (texts_of(first) or {}).items() if text == "Unknown")
    expr = interpolate(first["targets"][0]["expr"], chosen("", view))

    recorded.prometheus.until(f"max({expr}) == bool {unknown}")


def test_an_exporter_that_is_gone_does_not_seem_to_answer(recorded: Recorded) -> None:
    (first, *_) = panels(BOARDS[EXPORTER])
    (answers,) = (value for value, text in (texts_of(first) or {}).items() if text == "Answers")
    expr = interpolate(first["targets"][0]["expr"], chosen("", "exporter"))

    recorded.prometheus.until(f"max({expr}) != bool {answers}")


def texts_of(panel: Json) -> dict[str, str] | None:
    """Return the text of each state that a panel can show; None where it shows no states."""
    defaults = panel["fieldConfig"]["defaults"]
    if panel["type"] == "table" or "unit" in defaults or not defaults.get("mappings"):
        return None
    options = defaults["mappings"][0]["options"]
    return {value: result["text"] for value, result in options.items()}


def values(answer: list[Any]) -> set[str]:
    """Return all values of an answer."""
    return {
        point[1]
        for one in answer
        for point in ([one["value"]] if "value" in one else one["values"])
    }
