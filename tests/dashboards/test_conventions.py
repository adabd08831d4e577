"""What every dashboard keeps to; most are the rules of Grafana's linter of dashboards."""

import itertools
import json
import re
from collections.abc import Iterator

import promql_parser
import pytest

from dashboards.generate import links, states
from exporter.domain.items import ItemState
from exporter.metrics.families import FAMILIES
from exporter.metrics.family import PREFIX
from tests.dashboards.boards import (
    BOARDS,
    FOLDER,
    LAYER,
    PANELS,
    ROOT,
    TARGETS,
    Json,
    interpolate,
    name_of,
    panels,
    variables,
)
from tests.rules.shipped import ALERTS, FILES, RECORDS, rules

COLOURS = {"#5794F2", "#FADE2A", "#C4162A", "#8E8E8E"}
COLOURLESS = {"text", "transparent"}
INFO = "#B877D9"
NOT_COMPARED = {text for text, colour in states.ITEM_STATES.values() if colour == states.GREY}
VALUES = {
    "datasource": "prometheus",
    "cluster": "north",
    "job": "conformance",
    "layer": "gitops",
    "check": "application_synced",
    "namespace": "api",
    "name": "auth-api",
    "runbooks": "https://runbooks.invalid/",
    "status_page": "https://status.invalid/",
    "__rate_interval": "1m",
    "__range": "1h",
}
UNITS = {"short", "none", "string", "s", "percentunit", "bytes", "cps"}
EXPOSED = {f"{PREFIX}{one.name}" for one in FAMILIES} | {
    *("up", "ALERTS", "process_resident_memory_bytes", "process_cpu_seconds_total"),
    *("process_open_fds", "process_max_fds", "process_start_time_seconds"),
}

each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=name_of)
each_panel = pytest.mark.parametrize(("uid", "panel"), PANELS, ids=name_of)
each_query = pytest.mark.parametrize(("uid", "panel", "target"), TARGETS, ids=name_of)


def parsed(expr: str) -> promql_parser.Expr:
    return promql_parser.parse(interpolate(expr, VALUES))


def parts(expr: object) -> Iterator[object]:
    """Yield a parsed expression and all that it is made of."""
    yield expr
    for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
        if (part := getattr(expr, name, None)) is not None:
            yield from parts(part)
    for part in getattr(expr, "args", None) or ():
        yield from parts(part)


def selectors(expr: str) -> list[promql_parser.VectorSelector]:
    found = (one for one in parts(parsed(expr)) if isinstance(one, promql_parser.VectorSelector))
    return list(found)


def names(selector: promql_parser.VectorSelector) -> set[str]:
    """Return the metrics that a selector takes: one, or those that match its pattern."""
    if selector.name:
        return {selector.name}
    (pattern,) = (one.value for one in selector.matchers.matchers if one.name == "__name__")
    return {name for name in EXPOSED if re.fullmatch(pattern, name)} or {pattern}


def urls(value: object) -> Iterator[str]:
    """Yield all addresses in a piece of a dashboard."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "url" and one:
                yield one
            else:
                yield from urls(one)
    elif isinstance(value, list):
        for one in value:
            yield from urls(one)


def colours(value: object) -> Iterator[str]:
    """Yield all colours in a piece of a dashboard."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in {"color", "fixedColor"} and isinstance(one, str):
                yield one
            else:
                yield from colours(one)
    elif isinstance(value, list):
        for one in value:
            yield from colours(one)


def results(panel: Json) -> Iterator[Json]:
    """Yield the texts and colours that values of a panel are mapped to."""
    overrides = (
        one["value"]
        for override in panel["fieldConfig"]["overrides"]
        for one in override["properties"]
        if one["id"] == "mappings"
    )
    for mapping in itertools.chain(
        panel["fieldConfig"]["defaults"].get("mappings", ()), *overrides
    ):
        if mapping["type"] == "value":
            yield from mapping["options"].values()
        else:
            yield mapping["options"]["result"]


def shows_states(panel: Json) -> bool:
    defaults = panel["fieldConfig"]["defaults"]
    return panel["type"] != "table" and bool(defaults.get("mappings")) and "unit" not in defaults


def test_there_are_five_dashboards_with_fixed_names() -> None:
    assert BOARDS.keys() == {*_in_order()}
    assert all(board["uid"] == uid for uid, board in BOARDS.items())


@each_board
def test_a_dashboard_is_classic_small_and_not_edited_by_hand(board: Json) -> None:
    assert 39 <= board["schemaVersion"] <= 42
    assert board["editable"] is False
    assert "__inputs" not in board
    assert (FOLDER / f"{board['uid']}.json").stat().st_size < 256 * 1024


@each_board
def test_ids_of_panels_are_unique(board: Json) -> None:
    ids = [panel["id"] for panel in board["panels"]]

    assert all(ids)
    assert len(ids) == len(set(ids))


@each_board
def test_panels_fill_the_grid_without_overlap(board: Json) -> None:
    cells = [
        (x, y)
        for position in (panel["gridPos"] for panel in board["panels"])
        for x in range(position["x"], position["x"] + position["w"])
        for y in range(position["y"], position["y"] + position["h"])
    ]

    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))
    assert len(cells) == 24 * len({y for _, y in cells})


@each_board
def test_the_variables_are_those_that_the_linter_wants(board: Json) -> None:
    known = variables(board)
    queries = [one for one in known.values() if one["type"] == "query"]

    assert list(known)[:3] == ["datasource", "cluster", "job"]
    assert known["datasource"]["query"] == "prometheus"
    for name, every in (("cluster", ".*"), ("job", ".+")):
        assert known[name]["multi"] is known[name]["includeAll"] is True
        assert known[name]["allValue"] == every
        assert known[name]["label"] == name.capitalize()
    assert all(one["refresh"] == 2 for one in queries), "not refreshed with the time range"
    assert all(one["datasource"]["uid"] == "${datasource}" for one in queries)


@each_panel
def test_a_panel_says_what_it_shows(uid: str, panel: Json) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["targets"], uid


@each_panel
def test_a_panel_asks_the_chosen_data_source(uid: str, panel: Json) -> None:
    chosen = {"type": "prometheus", "uid": "${datasource}"}

    assert panel["datasource"] == chosen, uid
    assert all(target["datasource"] == chosen for target in panel["targets"])


@each_panel
def test_a_value_has_a_unit_or_a_text(uid: str, panel: Json) -> None:
    defaults = panel["fieldConfig"]["defaults"]

    assert defaults.get("unit") in UNITS or defaults["mappings"], uid


@each_panel
def test_no_threshold_is_left_to_grafana(uid: str, panel: Json) -> None:
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]

    assert steps[0]["value"] is None, uid
    assert 80 not in {step["value"] for step in steps}


@each_panel
def test_colours_are_those_that_differ_for_everybody(uid: str, panel: Json) -> None:
    assert set(colours(panel)) <= COLOURS | COLOURLESS | {INFO}, uid


@each_panel
def test_a_colour_never_stands_without_a_text(uid: str, panel: Json) -> None:
    assert all(one["text"] for one in results(panel)), uid


@each_panel
def test_unknown_is_grey_and_nothing_else_is(uid: str, panel: Json) -> None:
    grey = {one["text"] for one in results(panel) if one.get("color") == "#8E8E8E"}
    unknown = {one["text"] for one in results(panel) if "unknown" in one["text"].lower()}

    assert unknown <= grey, uid
    assert grey <= unknown | NOT_COMPARED | {"Nothing judged", "Nothing declared", "Never"}


def test_what_is_not_compared_is_grey_and_nothing_else_of_an_account_is() -> None:
    assert states.ITEM_STATES.keys() == set(ItemState)
    assert {
        state for state, (_, colour) in states.ITEM_STATES.items() if colour == states.GREY
    } == {one for one in ItemState if one.is_reason}


@pytest.mark.parametrize(
    ("uid", "panel"), [one for one in PANELS if shows_states(one[1])], ids=name_of
)
def test_what_no_text_is_given_for_is_grey_where_states_are_shown(uid: str, panel: Json) -> None:
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]

    assert steps == [{"value": None, "color": "#8E8E8E"}], uid


def test_every_state_that_is_recorded_has_a_text_and_one_of_the_four_colours() -> None:
    recorded = {
        int(number)
        for name in (
            "layer:cluster_conformance_state:max",
            "layer_check:cluster_conformance_state:max",
        )
        for number in re.findall(r"\* 0(?: \+ (\d))?", RECORDS[name]["expr"])
        if number
    } | {0}

    assert states.STATES.keys() == recorded
    assert {colour for _, colour in states.STATES.values()} == COLOURS
    assert len({text for text, _ in states.STATES.values()}) == len(recorded)


@each_board
def test_freshness_stands_beside_the_verdict(board: Json) -> None:
    first, second, *_ = panels(board)

    assert (first["type"], first["gridPos"]["y"]) == ("stat", 0)
    assert (second["title"], second["gridPos"]["y"]) == ("Age of the answer", 0)


@each_board
def test_a_verdict_is_unknown_where_there_is_no_data(board: Json) -> None:
    texts = {4: "Unknown", 1: "Unknown"}
    verdicts = [
        panel
        for panel in panels(board)
        if panel["type"] == "stat" and panel["fieldConfig"]["defaults"].get("mappings")
        if panel["title"].endswith("?")
    ]

    assert verdicts
    for panel in verdicts:
        (absent,) = re.findall(r" or on \(\) vector\((\d)\)$", panel["targets"][0]["expr"])
        mapped = panel["fieldConfig"]["defaults"]["mappings"][0]["options"][absent]
        assert (mapped["text"], mapped["color"]) == (texts[int(absent)], "#8E8E8E")


@each_query
def test_a_query_is_valid_and_asks_for_the_chosen_clusters(
    uid: str, panel: Json, target: Json
) -> None:
    for selector in selectors(target["expr"]):
        chosen = {one.name: one.value for one in selector.matchers.matchers}
        assert chosen["cluster"] == "north|", (uid, panel["title"])
        if names(selector) != {"ALERTS"}:  # an alert that nobody is left to raise has no job
            assert chosen["job"] == "conformance"


@each_query
def test_a_query_reads_only_what_is_exposed_or_recorded(
    uid: str, panel: Json, target: Json
) -> None:
    read = set().union(*(names(one) for one in selectors(target["expr"])))

    assert read <= EXPOSED | RECORDS.keys(), (uid, panel["title"])


@each_query
def test_replicas_are_one_series(uid: str, panel: Json, target: Json) -> None:
    aggregated = re.findall(r"(?:max|min|sum|count|group) by \(([^)]*)\)", target["expr"])

    assert aggregated, (uid, panel["title"])
    for labels in aggregated:
        of_the_target = {"pod", "container", "endpoint", "namespace", "service"}
        assert not of_the_target & set(labels.split(", "))


@each_query
def test_rates_take_the_interval_that_fits(uid: str, panel: Json, target: Json) -> None:
    windows = re.findall(r"(?:rate|irate)\([^\[]*\[([^\]]*)\]", target["expr"])

    assert set(windows) <= {"$__rate_interval"}, (uid, panel["title"])


@each_query
def test_counters_are_read_as_rates(uid: str, panel: Json, target: Json) -> None:
    counters = {f"{PREFIX}{one.name}" for one in FAMILIES if one.type == "counter"}
    counters.add("process_cpu_seconds_total")

    read = {name for one in selectors(target["expr"]) for name in names(one) if name in counters}

    for name in read:
        assert re.search(rf"(?:rate|increase)\({name}\b", target["expr"]), (uid, panel["title"])


@each_panel
def test_the_queries_of_a_panel_have_names_of_their_own(uid: str, panel: Json) -> None:
    refs = [target["refId"] for target in panel["targets"]]

    assert refs == [chr(ord("A") + number) for number in range(len(refs))], uid


@each_board
def test_links_lead_to_dashboards_and_variables_that_exist(board: Json) -> None:
    for url in urls(board):
        if url.startswith("${"):
            assert re.match(r"\$\{(\w+):raw\}", url)[1] in variables(board)  # type: ignore[index] # None fails the test
            continue
        uid, _, query = url.removeprefix("/d/").partition("?")
        set_there = re.findall(r"var-(\w+)=", query)
        assert set(set_there) <= variables(BOARDS[uid]).keys()


@each_board
def test_links_to_dashboards_keep_time_and_variables(board: Json) -> None:
    kept = {"datasource", "cluster", "job", "runbooks", "status_page"}
    cells = [url for url in urls(board["panels"]) if url.startswith("/d/")]

    for link in board["links"]:
        if link["url"].startswith("/d/"):
            assert link["includeVars"] is link["keepTime"] is True
    for url in cells:
        assert "${__url_time_range}" in url
        assert kept <= set(re.findall(r"\$\{(\w+):queryparam\}", url))


@each_board
def test_every_dashboard_leads_to_the_others_and_to_the_status_page(board: Json) -> None:
    leads = [link["url"] for link in board["links"]]

    assert leads == [
        *(f"/d/{uid}" for uid in map(str, _in_order()) if uid != board["uid"]),
        "${status_page:raw}",
    ]


def _in_order() -> list[str]:
    return [links.OVERVIEW, links.LAYER, links.SUBJECT, links.EXPORTER, links.FLEET]


def test_the_findings_lead_to_the_runbook_of_each_check() -> None:
    tables = [panel for _, panel in PANELS if panel["title"] == "Findings"]
    runbooks = {
        match[1]: name
        for name, rule in ALERTS.items()
        if (match := re.search(r'finding_since_timestamp_seconds\{check="(\w+)"\}', rule["expr"]))
    }

    assert tables
    for panel in tables:
        shown = {
            check: result["text"]
            for override in panel["fieldConfig"]["overrides"]
            if override["matcher"]["options"] == "Runbook"
            for one in override["properties"]
            if one["id"] == "mappings"
            for check, result in one["value"][0]["options"].items()
        }
        assert shown == runbooks
        assert "${runbooks:raw}${__value.text}.md" in set(urls(panel))


@pytest.mark.parametrize(
    ("layer", "alert"),
    [(path.stem, rule) for path in FILES for rule in rules(path) if "alert" in rule],
    ids=lambda value: value["alert"] if isinstance(value, dict) else "",
)
def test_an_alert_leads_to_a_dashboard_and_variables_that_exist(layer: str, alert: Json) -> None:
    url = alert["annotations"]["dashboard_url"].removeprefix("https://grafana.invalid/d/")
    uid, _, query = url.partition("?")
    chosen = dict(re.findall(r"var-(\w+)=([^&]*)", query))

    assert chosen.keys() <= variables(BOARDS[uid]).keys()
    assert "cluster" in chosen
    if match := re.search(r'finding_since_timestamp_seconds\{check="(\w+)"\}', alert["expr"]):
        assert (uid, chosen["layer"], chosen["check"]) == (LAYER, layer, match[1])


@each_board
def test_nothing_but_placeholders_is_an_address(board: Json) -> None:
    assert set(re.findall(r"https?://[^\"$]*", json.dumps(board))) <= {
        "https://runbooks.invalid/",
        "https://status.invalid/",
    }


@each_panel
def test_the_documentation_tells_what_each_panel_shows(uid: str, panel: Json) -> None:
    chapters = (ROOT / "docs" / "dashboards.md").read_text().split("\n### ")
    title = uid.removeprefix("cluster-conformance-").capitalize()
    (chapter,) = (one for one in chapters if one.startswith(f"{title}\n"))

    assert f"\n| {panel['title']} | {panel['description']} |\n" in chapter
