"""Rules, tests, runbooks, checks, metrics and the table of alerts name the same things."""

import re
from pathlib import Path

import pytest
import yaml

from docs.generate import pages
from exporter.checks import ALL
from exporter.domain.check import OF_CLUSTER, Check
from exporter.domain.items import ItemState
from exporter.domain.monitoring.alertmanager import SILENCED
from exporter.domain.provenance import Source
from exporter.metrics.families import FAMILIES
from exporter.metrics.family import PREFIX
from exporter.observed.alertmanager.poller import AlertmanagerPoller
from exporter.observed.grafana.poller import GrafanaPoller
from exporter.observed.prometheus.poller import PrometheusPoller
from rules.generate.files import written
from rules.generate.rule import SUBJECT
from tests.rules.scenario import DASHBOARDS, RUNBOOKS, minutes
from tests.rules.shipped import ALERTS, ALL_RULES, FILES, RECORDS, ROOT, TOLD, Rule, rules

DOCS = ROOT / "docs"
TABLE = (DOCS / "alerts.md").read_text()
ROW = re.compile(r"^\| \[(\w+)\]\(runbooks/(\w+)\.md\) \|(.*)\|$", re.MULTILINE)
HEADINGS = ["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"]
LABELS_OF = {f"{PREFIX}{one.name}": {*one.labels} for one in FAMILIES}
OF_THE_TARGET = {"cluster", "job"}
OTHER_METRICS = {"up", "process_start_time_seconds"}
SPOKEN = "{{ with or $labels.cluster $externalLabels.cluster }} of cluster {{ . }}{{ end }}"
REPLICA = "without (instance, pod, container, endpoint"
BY_CHECK = {check.id: ALERTS[check.alert.full_name] for check in ALL if check.alert}

each_alert = pytest.mark.parametrize("rule", ALERTS.values(), ids=lambda rule: rule["alert"])


def metrics(rule: Rule) -> set[str]:
    """Return the names of the metrics that an expression reads."""
    return set(re.findall(r"(?<![\w:])(?:cluster_conformance_\w+|process_\w+|up\b)", rule["expr"]))


def resting_on(rule: Rule) -> set[str]:
    """Return the names of the metrics that an expression reads, by way of recorded series, too."""
    recorded = re.findall(r"\w+:(\w+):\w+", rule["expr"])
    return {*metrics(rule), *(name for name in recorded if name in LABELS_OF)}


def rows() -> dict[str, list[str]]:
    """Return the table of alerts: the cells after the first by the alert's name."""
    return {
        match[1]: [cell.strip() for cell in match[3].split("|")] for match in ROW.finditer(TABLE)
    }


def test_every_alert_has_a_name_of_its_own_with_the_common_first_word() -> None:
    names = [rule["alert"] for rule in ALL_RULES if "alert" in rule]

    assert len(names) == len(set(names))
    others = [
        name for name in names if not re.fullmatch(r"ClusterConformance(?:[A-Z][a-z]+)+", name)
    ]
    assert others == [SILENCED]  # it has to be heard where all others are silenced


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_alert_is_told_once_in_the_file_of_its_rule(path: Path) -> None:
    document = yaml.safe_load((TOLD / path.name).read_text()).get("alerts", [])

    assert sorted(case["alert"] for case in document) == sorted(
        rule["alert"] for rule in rules(path) if "alert" in rule
    )


def test_the_files_are_what_follows_from_the_checks() -> None:
    assert {path: path.read_text() for path in written()} == written(), "make rules"


def summary(rule: Rule) -> str:
    """Return what an alert says beside what it is about."""
    text: str = rule["annotations"]["summary"]
    return text.removeprefix(f"{SUBJECT}: ")


def test_every_alert_about_one_subject_names_it_first() -> None:
    of_subjects = {name for name, rule in ALERTS.items() if "finding_since" in rule["expr"]}

    assert of_subjects == {
        name for name, rule in ALERTS.items() if summary(rule) != rule["annotations"]["summary"]
    }


def test_every_recorded_series_has_a_test() -> None:
    document = "".join((TOLD / f"{file}.yaml").read_text() for file in ("recording", "slo"))

    assert {name for name in RECORDS if f"expr: {name}\n" not in document} == set()


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {path.stem for path in (DOCS / "runbooks").iterdir()} == ALERTS.keys()


@each_alert
def test_a_runbook_says_what_is_meant_what_it_does_and_what_to_do(rule: Rule) -> None:
    text = (DOCS / "runbooks" / f"{rule['alert']}.md").read_text()

    assert text.startswith(f"# {rule['alert']}\n\n{summary(rule)} ")
    assert re.findall(r"^## .*$", text, re.MULTILINE) == HEADINGS
    assert "```\n" in text.partition("## Diagnosis")[2]


@each_alert
def test_a_runbook_leads_to_its_check_and_its_metric_with_one_click(rule: Rule) -> None:
    opening = (DOCS / "runbooks" / f"{rule['alert']}.md").read_text().partition("## ")[0]
    checks = [check for check, one in BY_CHECK.items() if one is rule]

    assert re.search(r"\[`(\w+)`\]\(\.\./metrics\.md\)", opening)[1] in resting_on(rule)  # type: ignore[index] # None fails the test
    assert re.findall(r"\(\.\./checks/(\w+)\.md\)", opening) == checks
    assert f"Severity {rule['labels']['severity']}, " in opening


@pytest.mark.parametrize("page", [DOCS / "alerts.md", *sorted((DOCS / "runbooks").iterdir())])
def test_every_link_of_the_documentation_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", page.read_text())

    assert [one for one in targets if not (page.parent / one).exists()] == []


def test_the_table_lists_every_alert_as_it_is() -> None:
    expected = {
        name: [rule["labels"]["severity"], rule["for"], summary(rule)]
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
    assert PREFIX + metric.split("`")[1] in resting_on(rule)


def test_the_readme_leads_to_the_table() -> None:
    assert "(docs/alerts.md)" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(("path", "text"), [pytest.param(*one, id=one[0].stem) for one in pages()])
def test_what_is_generated_of_the_documentation_is_up_to_date(path: Path, text: str) -> None:
    assert path.read_text() == text, "make docs"


def test_the_table_lists_every_recorded_series() -> None:
    assert set(re.findall(r"^\| `([\w:]+)` \|", TABLE, re.MULTILINE)) == RECORDS.keys()


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_every_check_has_an_alert_of_its_severity_in_the_file_of_its_layer(check: Check) -> None:
    rule = BY_CHECK[check.id]

    assert rule["labels"]["severity"] == check.severity
    assert rule in rules(ROOT / "rules" / f"{check.layer or 'exporter'}.yaml")


def test_every_check_that_rules_name_exists() -> None:
    named = re.findall(r'check="(\w+)"', str([rule["expr"] for rule in ALERTS.values()]))

    assert set(named) <= {check.id for check in ALL}


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_rules_read_only_what_the_exporter_exposes(rule: Rule) -> None:
    recorded = set(re.findall(r"\w+:\w+:\w+", rule["expr"]))

    assert metrics(rule) <= LABELS_OF.keys() | OTHER_METRICS
    assert recorded <= RECORDS.keys()
    assert metrics(rule) or recorded


@each_alert
def test_descriptions_speak_of_labels_that_the_alert_has(rule: Rule) -> None:
    spoken = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
    known = set().union(*(LABELS_OF.get(name, set()) for name in resting_on(rule)))

    assert spoken <= known | OF_THE_TARGET


def test_what_is_observed_is_no_declaration() -> None:
    left_out = re.findall(
        r'source!~"([\w|]+)"', ALERTS["ClusterConformanceDeclarationStale"]["expr"]
    )

    asked = {PrometheusPoller.source, AlertmanagerPoller.source, GrafanaPoller.source}
    assert {frozenset(one.split("|")) for one in left_out} == {
        frozenset({*asked, Source.KUBERNETES})
    }


def test_every_reason_why_something_is_not_compared_is_one_alert() -> None:
    expression = ALERTS["ClusterConformanceDeclarationNotCompared"]["expr"]
    (silent,) = re.findall(r'state!~"([\w|]+)"', expression)

    told_otherwise = {ItemState.UNREADABLE}  # by the alert about what is broken
    settled = {one for one in ItemState if not one.is_reason}
    assert set(silent.split("|")) == settled | told_otherwise


@each_alert
def test_an_alert_says_what_is_so_and_what_to_do_next(rule: Rule) -> None:
    annotations = rule["annotations"]

    assert list(annotations) == ["summary", "description", "runbook_url", "dashboard_url"]
    assert "{{" not in summary(rule)
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
    alike = REPLICA in rule["expr"] or "group by (cluster)" in rule["expr"]
    assert alike or not metrics(rule)  # what is recorded is one series for all replicas


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_an_alert_says_what_its_check_does(check: Check) -> None:
    alert, rule = check.alert, BY_CHECK[check.id]

    assert alert
    assert summary(rule) == alert.summary
    assert rule["annotations"]["description"] == alert.description.replace(OF_CLUSTER, SPOKEN)
    assert (rule["for"], rule["keep_firing_for"]) == (alert.after, alert.keep)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_line_is_broken_within_a_placeholder(path: Path) -> None:
    lines = path.read_text().splitlines()

    assert [line for line in lines if line.count("{{") != line.count("}}")] == []


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
    assert re.fullmatch(r"min|max|sum|avg\d+[mhd]", operation)
