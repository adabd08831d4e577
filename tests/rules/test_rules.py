"""Rules, tests, runbooks, checks, metrics and the table of alerts name the same things."""

import re
from pathlib import Path

import pytest
import yaml

from exporter.checks import ALL
from exporter.domain.check import Check
from exporter.domain.provenance import Source
from exporter.metrics.families import FAMILIES, PREFIX
from exporter.observed.alertmanager.questions import AlertmanagerQuestions
from exporter.observed.grafana.questions import GrafanaQuestions
from exporter.observed.prometheus.questions import PrometheusQuestions
from tests.rules.scenario import DASHBOARDS, RUNBOOKS, minutes
from tests.rules.shipped import ALERTS, ALL_RULES, FILES, RECORDS, ROOT, TOLD, Rule, rules

DOCS = ROOT / "docs"
TABLE = (DOCS / "alerts.md").read_text()
ROW = re.compile(r"^\| \[(\w+)\]\(runbooks/(\w+)\.md\) \|(.*)\|$", re.MULTILINE)
README_ROWS = {
    match[1]: [cell.strip() for cell in match[3].split("|")]
    for match in re.finditer(
        r"^\| \[(\w+)\]\(docs/runbooks/ClusterConformance(\1)\.md\) \|(.*)\|$",
        (ROOT / "README.md").read_text(),
        re.MULTILINE,
    )
}
HEADINGS = ["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"]
LABELS_OF = {f"{PREFIX}{one.name}": {*one.labels} for one in FAMILIES}
OF_THE_TARGET = {"cluster", "job"}
OTHER_METRICS = {"up", "process_start_time_seconds"}
REPLICA = "without (instance, pod, container, endpoint"
BY_CHECK = {
    match[1]: rule
    for rule in ALERTS.values()
    if (match := re.search(r'finding_since_timestamp_seconds\{check="(\w+)"\}', rule["expr"]))
}

each_alert = pytest.mark.parametrize("rule", ALERTS.values(), ids=lambda rule: rule["alert"])


def metrics(rule: Rule) -> set[str]:
    """Return the names of the metrics that an expression reads."""
    return set(re.findall(r"(?<![\w:])(?:cluster_conformance_\w+|process_\w+|up\b)", rule["expr"]))


def rows() -> dict[str, list[str]]:
    """Return the table of alerts: the cells after the first by the alert's name."""
    return {
        match[1]: [cell.strip() for cell in match[3].split("|")] for match in ROW.finditer(TABLE)
    }


def test_every_alert_has_a_name_of_its_own_with_the_common_first_word() -> None:
    names = [rule["alert"] for rule in ALL_RULES if "alert" in rule]

    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"ClusterConformance(?:[A-Z][a-z]+)+", name) for name in names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_alert_is_told_beside_the_tests_in_the_order_of_the_rules(path: Path) -> None:
    told = yaml.safe_load((TOLD / path.name).read_text()).get("alerts", [])

    assert [case["alert"] for case in told] == [
        rule["alert"] for rule in rules(path) if "alert" in rule
    ]


def test_every_recorded_series_has_a_test() -> None:
    told = (TOLD / "recording.yaml").read_text()

    assert {name for name in RECORDS if f"expr: {name}\n" not in told} == set()


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {path.stem for path in (DOCS / "runbooks").iterdir()} == ALERTS.keys()


@each_alert
def test_a_runbook_says_what_is_meant_what_it_does_and_what_to_do(rule: Rule) -> None:
    text = (DOCS / "runbooks" / f"{rule['alert']}.md").read_text()

    assert text.startswith(f"# {rule['alert']}\n\n{rule['annotations']['summary']} ")
    assert re.findall(r"^## .*$", text, re.MULTILINE) == HEADINGS
    assert "```\n" in text.partition("## Diagnosis")[2]


@each_alert
def test_a_runbook_leads_to_its_check_and_its_metric_with_one_click(rule: Rule) -> None:
    opening = (DOCS / "runbooks" / f"{rule['alert']}.md").read_text().partition("## ")[0]
    checks = [check for check, one in BY_CHECK.items() if one is rule]

    assert re.search(r"\[`(\w+)`\]\(\.\./metrics\.md\)", opening)[1] in metrics(rule)  # type: ignore[index] # None fails the test
    assert re.findall(r"\(\.\./checks/(\w+)\.md\)", opening) == checks
    assert f"Severity {rule['labels']['severity']}, " in opening


@pytest.mark.parametrize("page", [DOCS / "alerts.md", *sorted((DOCS / "runbooks").iterdir())])
def test_every_link_of_the_documentation_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", page.read_text())

    assert [one for one in targets if not (page.parent / one).exists()] == []


def test_the_table_lists_every_alert_as_it_is() -> None:
    expected = {
        name: [rule["labels"]["severity"], rule["for"], rule["annotations"]["summary"]]
        for name, rule in ALERTS.items()
    }

    assert {name: cells[:3] for name, cells in rows().items()} == expected
    assert all(alert == runbook for alert, runbook, _ in ROW.findall(TABLE))


@each_alert
def test_the_table_leads_to_the_check_and_the_metric(rule: Rule) -> None:
    check, metric = rows()[rule["alert"]][3:]

    assert re.findall(r"checks/(\w+)\.md", check) == [
        name for name, one in BY_CHECK.items() if one is rule
    ]
    assert PREFIX + metric.split("`")[1] in metrics(rule)


@each_alert
def test_the_readme_leads_from_an_alert_to_runbook_check_and_metric(rule: Rule) -> None:
    short = rule["alert"].removeprefix("ClusterConformance")
    severity, lasts, threshold, check, metric = README_ROWS[short]

    assert [severity, lasts] == [rule["labels"]["severity"], rule["for"]]
    assert [f"docs/{one}" for one in _links(rows()[rule["alert"]])] == _links([check, metric])
    assert all(number in rule["expr"] for number in _numbers(threshold))
    assert (ROOT / "docs" / "runbooks" / f"{rule['alert']}.md").exists()


def _links(cells: list[str]) -> list[str]:
    return [link for cell in cells for link in re.findall(r"\]\(([^)]+)\)", cell)]


def _numbers(threshold: str) -> list[str]:
    """Return what a threshold compares with, as the rule has to."""
    return [
        match[1] or match[2] for match in re.finditer(r"([<>=]=? [\d.]+)|([\d.]+) s\b", threshold)
    ]


def test_the_readme_lists_every_alert() -> None:
    assert {f"ClusterConformance{name}" for name in README_ROWS} == ALERTS.keys()


def test_the_table_lists_every_recorded_series() -> None:
    assert set(re.findall(r"^\| `([\w:]+)` \|", TABLE, re.MULTILINE)) == RECORDS.keys()


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_every_check_has_an_alert_of_its_severity_in_the_file_of_its_layer(check: Check) -> None:
    rule = BY_CHECK[check.id]

    assert rule["labels"]["severity"] == check.severity
    assert rule in rules(ROOT / "rules" / f"{check.layer}.yaml")


def test_every_check_that_rules_name_exists() -> None:
    assert BY_CHECK.keys() == {check.id for check in ALL}


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_rules_read_only_what_the_exporter_exposes(rule: Rule) -> None:
    recorded = set(re.findall(r"\w+:\w+:\w+", rule["expr"]))

    assert metrics(rule) <= LABELS_OF.keys() | OTHER_METRICS
    assert recorded <= RECORDS.keys()
    assert metrics(rule) or recorded


@each_alert
def test_descriptions_speak_of_labels_that_the_alert_has(rule: Rule) -> None:
    spoken = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
    known = set().union(*(LABELS_OF.get(name, set()) for name in metrics(rule)))

    assert spoken <= known | OF_THE_TARGET


@pytest.mark.parametrize("name", ["DeclarationStale", "DeclarationShrank"])
def test_what_is_observed_is_no_declaration(name: str) -> None:
    left_out = re.findall(r'source!~"([\w|]+)"', ALERTS[f"ClusterConformance{name}"]["expr"])

    asked = {PrometheusQuestions.source, AlertmanagerQuestions.source, GrafanaQuestions.source}
    assert {frozenset(one.split("|")) for one in left_out} == {
        frozenset({*asked, Source.KUBERNETES})
    }


@each_alert
def test_an_alert_says_what_is_so_and_what_to_do_next(rule: Rule) -> None:
    annotations = rule["annotations"]

    assert list(annotations) == ["summary", "description", "runbook_url", "dashboard_url"]
    assert "{{" not in annotations["summary"]
    assert annotations["summary"].endswith(".")
    assert " Next: " in annotations["description"]
    assert annotations["runbook_url"] == f"{RUNBOOKS}{rule['alert']}.md"
    assert annotations["dashboard_url"].startswith(f"{DASHBOARDS}cluster-conformance-")


@each_alert
def test_an_alert_waits_for_two_evaluations_and_does_not_flap(rule: Rule) -> None:
    assert minutes(rule["for"]) >= 2
    assert minutes(rule["keep_firing_for"]) >= 5


@each_alert
def test_an_alert_compares_and_is_one_for_all_replicas(rule: Rule) -> None:
    assert re.search(r"[<>=]=? *(?:[\d.]+|max)", rule["expr"])
    assert REPLICA in rule["expr"] or "group by (cluster)" in rule["expr"]


@each_alert
def test_the_only_label_of_a_rule_is_a_severity(rule: Rule) -> None:
    assert rule["labels"].keys() == {"severity"}
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_groups_need_nothing_newer_than_prometheus_2_42(path: Path) -> None:
    groups = yaml.safe_load(path.read_text())["groups"]

    assert [group.keys() for group in groups] == [{"name", "rules"}]
    assert groups[0]["name"] == f"cluster-conformance-{path.stem}"


def test_an_answer_is_recorded_as_stale_by_what_its_alert_compares() -> None:
    alert = ALERTS["ClusterConformanceEvaluationStale"]["expr"]
    record = RECORDS["cluster:cluster_conformance_evaluation_stale:max"]["expr"]

    assert record.replace("> bool ", "> ").split() == alert.removesuffix("> 0\n").split()


@pytest.mark.parametrize("name", RECORDS)
def test_a_recorded_series_says_its_level_metric_and_operation(name: str) -> None:
    level, metric, operation = name.split(":")

    assert re.fullmatch(r"[a-z_]+", level)
    assert metric.startswith(PREFIX)
    assert operation in {"min", "max", "sum"}
