"""Where alerts go, and which of them are silent because another one says why."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from exporter.checks import ALL
from tests.rules.inhibitions import (
    APPLICATION,
    HEARD,
    INHIBITED,
    NODE,
    WORKLOAD,
    Labels,
    alert,
)
from tests.rules.shipped import ALERTS, EXAMPLE, FILES, TOLD

CONFIG: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text())
KINDS = {
    "node_": {"Node"},
    "workload_": {"Deployment", "StatefulSet", "DaemonSet"},
    "application_": {"Application"},
}
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"(.*)"')


def alert_labels() -> list[Labels]:
    """Return the labels that the tests of the rules expect of each alert."""
    files = [yaml.safe_load((TOLD / path.name).read_text()) for path in FILES]
    return [
        {"alertname": case["alert"], "cluster": "north", **case["labels"]}
        for file in files
        for case in file.get("alerts", [])
    ]


def named(labels: Labels) -> Labels:
    """Return what of some labels is that of the alert itself, and not of its object."""
    return {name: value for name, value in labels.items() if not name.startswith("object_")}


def matches(labels: Labels, matchers: list[str]) -> bool:
    """Tell whether all *matchers* hold, as Alertmanager means them: anchored, absent is empty."""
    for matcher in matchers:
        name, operator, value = MATCHER.fullmatch(matcher).groups()  # type: ignore[union-attr] # amtool checked it
        have = labels.get(name, "")
        equal = bool(re.fullmatch(value, have)) if "~" in operator else have == value
        if equal == operator.startswith("!"):
            return False
    return True


def inhibits(source: Labels, target: Labels) -> bool:
    """Tell whether *target* is silent while *source* fires."""
    return any(
        matches(source, rule["source_matchers"])
        and matches(target, rule["target_matchers"])
        and all(source.get(name, "") == target.get(name, "") for name in rule["equal"])
        for rule in CONFIG["inhibit_rules"]
    )


def test_alertmanager_accepts_the_example(amtool: str) -> None:
    done = subprocess.run(
        [amtool, "check-config", str(EXAMPLE)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        pytest.param(alert("NodeMissing"), "on-call", id="critical"),
        pytest.param(alert("NodeLabelsMismatch"), "tickets", id="warning"),
        pytest.param(alert("WaiverUnused"), "digest", id="info"),
        pytest.param({"alertname": "Other", "severity": "critical"}, "default", id="not ours"),
    ],
)
def test_alerts_are_routed_by_severity(labels: Labels, receiver: str, amtool: str) -> None:
    pairs = [f"{name}={value}" for name, value in labels.items()]
    command = [amtool, "config", "routes", "test", f"--config.file={EXAMPLE}"]

    done = subprocess.run(
        [*command, f"--verify.receivers={receiver}", *pairs],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("source", "of", "target", "on"), INHIBITED)
def test_a_consequence_is_silent_while_its_cause_fires(
    source: str, of: Labels, target: str, on: Labels
) -> None:
    assert inhibits(alert(source, **of), alert(target, **on))


@pytest.mark.parametrize(("source", "of", "target", "on"), HEARD)
def test_what_has_a_cause_of_its_own_is_heard(
    source: str, of: Labels, target: str, on: Labels
) -> None:
    assert not inhibits(alert(source, **of), alert(target, **on))


@pytest.mark.parametrize("changed", [{}, NODE, WORKLOAD, APPLICATION, {"source": "repository"}])
def test_no_two_alerts_silence_each_other(changed: Labels) -> None:
    alerts = [
        {**labels, **{name: value for name, value in changed.items() if name in labels}}
        for labels in alert_labels()
    ]

    assert [
        (one["alertname"], other["alertname"])
        for one in alerts
        for other in alerts
        if one is not other and inhibits(one, other) and inhibits(other, one)
    ] == []


@pytest.mark.parametrize("present", ["node_present", "workload_present", "application_present"])
def test_whatever_another_check_says_of_a_missing_object_is_silent(present: str) -> None:
    by_check = {one["check"]: one for one in alert_labels() if "object_kind" in one}
    missing, kind = by_check[present], present.removesuffix("present")
    others = [
        labels
        for check, labels in by_check.items()
        if check.startswith(kind) and check != present and labels["object_kind"] in KINDS[kind]
    ]

    assert others
    assert [one["check"] for one in others if not inhibits({**one, **named(missing)}, one)] == []


def test_what_no_code_declares_is_silent_where_the_code_lost_most() -> None:
    shrank = alert("DeclarationShrank")
    by_check = {one["check"]: one for one in alert_labels() if "object_kind" in one}
    strays = [one for one in ALL if one.layer and not one.covers and not one.only_amiss]

    assert strays
    assert [one.id for one in strays if not inhibits(shrank, by_check[one.id])] == []


def test_inhibitions_keep_to_one_cluster_and_to_our_alerts() -> None:
    for rule in CONFIG["inhibit_rules"]:
        assert "cluster" in rule["equal"]
        for matchers in (rule["source_matchers"], rule["target_matchers"]):
            named = [one for one in matchers if one.startswith("alertname")]
            assert any(matches({"alertname": name}, named) for name in ALERTS)
            assert not matches({"alertname": "Other"}, named)


def test_every_alert_that_an_inhibition_names_exists() -> None:
    matchers = [
        one
        for rule in CONFIG["inhibit_rules"]
        for one in (*rule["source_matchers"], *rule["target_matchers"])
    ]
    lists = [match for one in matchers if (match := re.search(r"(\w*)\(([\w|]+)\)(\w*)", one))]
    names = {
        f"{head}{part}{tail}" for head, parts, tail in (match.groups() for match in lists)
        for part in parts.split("|")
    }  # fmt: skip
    plain = {match[1] for one in matchers if (match := re.fullmatch(r'alertname!?="(\w+)"', one))}

    assert lists
    assert names | plain <= ALERTS.keys()
