from dataclasses import replace

import pytest

from exporter.checks import cloud_instance
from exporter.domain.cloud import DeclaredCloud, InstanceHealth, ObservedInstances
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from tests.checks.of_cloud import DECLARED, INSTANCE, RUNNING, facts


def judge(given: Facts) -> Finding:
    (finding,) = cloud_instance.judge(given)
    return finding


def test_a_running_healthy_instance_passes() -> None:
    finding = judge(facts())

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "i-1 is running")


@pytest.mark.parametrize("state", ["stopped", "stopping", "pending"])
def test_an_instance_that_does_not_run_fails(state: str) -> None:
    finding = judge(facts(ObservedInstances({"i-1": replace(RUNNING, state=state)})))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, f"i-1 is {state}")


def test_an_instance_that_is_not_there_fails_by_its_name() -> None:
    finding = judge(facts(ObservedInstances()))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "there is no instance of the name a.example.org in ap-northeast-2"


def test_a_terminated_instance_does_not_bear_a_name_any_more() -> None:
    gone = replace(RUNNING, id="i-0", state="terminated")

    finding = judge(facts(ObservedInstances({"i-0": gone, "i-1": RUNNING})))

    assert finding.verdict is Verdict.PASS


def test_by_its_id_another_instance_of_its_name_is_not_it() -> None:
    known = replace(INSTANCE, id="i-0")
    declared = DeclaredCloud({**DECLARED.resources, known.address: known})

    finding = judge(facts(declared))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "there is no instance i-0 in ap-northeast-2"


def test_which_of_two_of_a_name_it_is_nobody_can_tell() -> None:
    twins = {one: replace(RUNNING, id=one) for one in ("i-1", "i-2")}

    finding = judge(facts(ObservedInstances(twins)))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail.endswith("several have its name: i-1, i-2")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        pytest.param("impaired", Verdict.FAIL, id="impaired"),
        pytest.param("initializing", Verdict.UNKNOWN, id="not yet"),
        pytest.param("insufficient-data", Verdict.UNKNOWN, id="no data"),
    ],
)
def test_status_checks_count(status: str, verdict: Verdict) -> None:
    finding = judge(facts(InstanceHealth({"i-1": status})))

    assert finding.verdict is verdict
    assert status in finding.detail


def test_denied_status_checks_are_unknown_and_say_which_action() -> None:
    finding = judge(facts(denied=InstanceHealth))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("aws"))
    assert "ec2:DescribeThings is denied" in finding.detail


def test_a_stopped_instance_fails_whatever_its_status_checks_would_say() -> None:
    given = facts(denied=InstanceHealth)
    stopped = ObservedInstances({"i-1": replace(RUNNING, state="stopped")})

    finding = judge(Facts({**given.known, ObservedInstances: stopped}, given.gaps))

    assert finding.verdict is Verdict.FAIL
