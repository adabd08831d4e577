"""What is denied of a cloud turns no failure into a pass, and takes none away unsaid."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exporter.checks import ALL
from exporter.domain.check import Chapter
from exporter.domain.cloud import (
    CloudAttribute,
    CloudResource,
    InstanceHealth,
    ObservedInstances,
    ObservedRouteTables,
    ObservedSecurityGroups,
    ObservedVolumes,
)
from exporter.domain.cloud_services import ObservedTargets
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.runtime.decisions import Decisions
from exporter.runtime.evaluate import evaluate
from tests.checks import of_cloud
from tests.checks.of_cloud import EMPTY, HEALTHY, NODES, OPEN, RUNNING, TAGS, TARGETED, facts

NOW = datetime(2025, 11, 12, tzinfo=UTC)
CHECKS = [one for one in ALL if one.chapter is Chapter.CLOUD]
SPARE = CloudResource(id="vol-9", state="available", tags=TAGS)
BY_HAND = replace(RUNNING, id="i-9", name="by-hand")
RULES = {**NODES.values, CloudAttribute.RULES: (*NODES.values[CloudAttribute.RULES], OPEN)}
TABLE = facts().get(ObservedRouteTables).resources["rtb-1"]
LOST = {**TABLE.values, CloudAttribute.ROUTES: ()}
LARGER = {**RUNNING.values, CloudAttribute.TYPE: ("t3.large",)}
DRIFT = [
    pytest.param(ObservedInstances({"i-1": replace(RUNNING, state="stopped")}), id="stopped"),
    pytest.param(ObservedInstances(), id="terminated"),
    pytest.param(ObservedInstances({"i-1": replace(RUNNING, values=LARGER)}), id="type changed"),
    pytest.param(ObservedInstances({"i-1": RUNNING, "i-9": BY_HAND}), id="extra instance"),
    pytest.param(InstanceHealth({"i-1": "impaired"}), id="impaired"),
    pytest.param(ObservedVolumes({"vol-9": SPARE}), id="idle volume"),
    pytest.param(ObservedSecurityGroups({"sg-1": replace(NODES, values=RULES)}), id="rule added"),
    pytest.param(ObservedSecurityGroups(), id="group gone"),
    pytest.param(ObservedRouteTables({"rtb-1": replace(TABLE, values=LOST)}), id="route lost"),
    pytest.param(
        ObservedTargets({TARGETED.id: (replace(HEALTHY, state="unhealthy"),)}),
        id="unhealthy target",
    ),
]
FACTS = [pytest.param(kind, id=kind.__name__) for kind in EMPTY]


def found(
    *others: object, denied: type | None = None, old: bool = False
) -> dict[tuple[str, Subject], Finding]:
    """Judge the facts with *others* among them; what is *denied* may still be known as it was."""
    given = facts(*others, denied=denied)
    if old:
        given = Facts(facts(*others).known, given.gaps)
    made = evaluate(
        CHECKS,
        facts=given,
        decisions=Decisions(),
        sources=(),
        at=NOW,
    )
    assert made.errors == ()
    return {(one.check, one.subject): one for one in made.findings}


def failing(findings: dict[tuple[str, Subject], Finding]) -> set[tuple[str, Subject]]:
    return {key for key, one in findings.items() if one.verdict is Verdict.FAIL}


@pytest.mark.parametrize("drift", DRIFT)
def test_each_drift_fails(drift: object) -> None:
    assert failing(found()) == set()
    assert failing(found(drift))


@pytest.mark.parametrize("denied", FACTS)
@pytest.mark.parametrize("drift", DRIFT)
def test_a_denied_fact_turns_no_failure_into_a_pass(drift: object, denied: type) -> None:
    blinded = found(drift, denied=denied)

    passing = {key for key, one in blinded.items() if one.verdict is Verdict.PASS}
    assert failing(found(drift)) & passing == set()


@pytest.mark.parametrize("denied", FACTS)
@pytest.mark.parametrize("drift", DRIFT)
def test_a_failure_that_vanishes_is_of_what_only_the_denied_fact_shows(
    drift: object, denied: type
) -> None:
    blinded = found(drift, denied=denied)

    vanished = failing(found(drift)) - blinded.keys()
    assert {check for check, _ in vanished} <= {"cloud_orphan"}


@pytest.mark.parametrize("denied", FACTS)
def test_a_denied_fact_makes_nothing_fail(denied: type) -> None:
    assert failing(found(denied=denied)) == set()
    assert failing(found(denied=denied, old=True)) == set()


@pytest.mark.parametrize("denied", FACTS)
def test_what_is_too_old_is_worth_as_much_as_what_was_never_told(denied: type) -> None:
    old, never = found(denied=denied, old=True), found(denied=denied)

    both = old.keys() & never.keys()  # without subjects a check is one itself
    assert {key: old[key].verdict for key in both} == {key: never[key].verdict for key in both}


def test_every_fact_of_the_cloud_is_denied_once() -> None:
    assert EMPTY.keys() >= of_cloud.KINDS
