from dataclasses import replace

import pytest

from exporter.checks import cloud_load_balancer
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    DeclaredCloud,
    ObservedInstances,
    ObservedLoadBalancers,
    ObservedTargetGroups,
)
from exporter.domain.cloud_services import ObservedTargets, Target
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Source
from tests.checks import of_cloud
from tests.checks.of_cloud import BALANCER, BALANCING, HEALTHY, RUNNING, TARGETED, TARGETS, facts

STRAY = Target(id="i-9", port="80", state="healthy")
INSTANCE = Cause("cloud_instance", Subject("Instance", "", of_cloud.INSTANCE.address))


def judge(given: Facts) -> dict[str, Finding]:
    return {one.subject.name: one for one in cloud_load_balancer.judge(given)}


def registered(*targets: Target) -> ObservedTargets:
    return ObservedTargets({TARGETED.id: targets})


def test_balancers_as_declared_with_healthy_targets_pass() -> None:
    found = judge(facts())

    assert {one.verdict for one in found.values()} == {Verdict.PASS}
    assert found[TARGETS.address].detail == "is api; healthy targets: 1"


@pytest.mark.parametrize(
    ("targets", "detail"),
    [
        pytest.param((), "target i-1 port 6443 is not registered", id="missing"),
        pytest.param(
            (replace(HEALTHY, port="80"),),
            "target i-1 port 6443 is not registered",
            id="at another port",
        ),
        pytest.param(
            (replace(HEALTHY, state="unhealthy", reason="Target.Timeout: Request timed out"),),
            "target i-1 port 6443 is unhealthy (Target.Timeout: Request timed out)",
            id="unhealthy",
        ),
        pytest.param(
            (replace(HEALTHY, state="unused", reason="Target.NotInUse"),),
            "target i-1 port 6443 is unused (Target.NotInUse)",
            id="unused",
        ),
        pytest.param(
            (replace(HEALTHY, state="draining"),),
            "target i-1 port 6443 is draining",
            id="leaving",
        ),
        pytest.param(
            (HEALTHY, replace(STRAY, state="unhealthy")),
            "target i-9 port 80 is unhealthy",
            id="one that a controller registered",
        ),
    ],
)
def test_a_target_that_is_missing_or_unhealthy_fails(
    targets: tuple[Target, ...], detail: str
) -> None:
    found = judge(facts(registered(*targets)))[TARGETS.address]

    assert (found.verdict, found.detail) == (Verdict.FAIL, f"api: {detail}")


@pytest.mark.parametrize("state", ["healthy", "initial", "draining", "unused"])
def test_a_target_that_nobody_declares_fails_only_where_it_is_unhealthy(state: str) -> None:
    found = judge(facts(registered(HEALTHY, replace(STRAY, state=state))))

    assert found[TARGETS.address].verdict is Verdict.PASS


@pytest.mark.parametrize("state", ["initial", "unavailable", "a word of the future"])
def test_a_declared_target_whose_health_is_not_told_is_unknown(state: str) -> None:
    found = judge(facts(registered(replace(HEALTHY, state=state))))

    assert found[TARGETS.address].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "targets",
    [
        pytest.param((replace(HEALTHY, state="unused"),), id="unused"),
        pytest.param((), id="no longer registered"),
    ],
)
def test_a_stopped_instance_is_the_cause_of_its_lost_target(targets: tuple[Target, ...]) -> None:
    stopped = ObservedInstances({"i-1": replace(RUNNING, state="stopped")})

    found = judge(facts(stopped, registered(*targets)))[TARGETS.address]

    assert (found.verdict, found.cause) == (Verdict.UNKNOWN, INSTANCE)
    assert "target i-1 is stopped" in found.detail


def test_an_instance_that_is_gone_is_the_cause_of_its_target() -> None:
    found = judge(facts(ObservedInstances(), registered()))[TARGETS.address]

    assert (found.verdict, found.cause) == (Verdict.UNKNOWN, INSTANCE)


def test_a_balancer_that_is_missing_or_another_one_fails() -> None:
    open_to_all = {**BALANCING.values, CloudAttribute.INTERNAL: ("false",)}
    public = replace(BALANCING, values=open_to_all)

    gone = judge(facts(ObservedLoadBalancers()))[BALANCER.address]
    other = judge(facts(ObservedLoadBalancers({public.id: public})))[BALANCER.address]

    assert (gone.verdict, "there is no LoadBalancer" in gone.detail) == (Verdict.FAIL, True)
    assert (other.verdict, other.detail) == (
        Verdict.FAIL,
        "api: internal is false instead of true",
    )


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("active", Verdict.PASS),
        ("provisioning", Verdict.UNKNOWN),
        ("active_impaired", Verdict.FAIL),
        ("failed", Verdict.FAIL),
    ],
)
def test_a_balancer_has_to_be_active(state: str, verdict: Verdict) -> None:
    have = replace(BALANCING, state=state)

    found = judge(facts(ObservedLoadBalancers({have.id: have})))

    assert found[BALANCER.address].verdict is verdict


@pytest.mark.parametrize("denied", [ObservedLoadBalancers, ObservedTargetGroups, ObservedTargets])
def test_a_denied_action_makes_only_its_own_subjects_unknown_and_is_named(denied: type) -> None:
    found = judge(facts(denied=denied))

    blind = {one for one in found.values() if one.verdict is Verdict.UNKNOWN}
    (finding,) = blind
    assert "is denied" in finding.detail
    assert finding.cause == Cause(Source.AWS)


def test_what_aws_was_not_asked_for_yet_is_unknown() -> None:
    found = judge(
        facts(
            ObservedLoadBalancers(asked=False), ObservedTargetGroups(asked=False), ObservedTargets()
        )
    )

    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


def test_where_more_targets_may_be_declared_no_group_passes() -> None:
    hidden = Gap(Source.TERRAFORM, "main.tf:1: aws_lb_target_group_attachment.b: ...")
    declared = DeclaredCloud(
        of_cloud.DECLARED.resources, incomplete={CloudKind.TARGET_GROUP: hidden}
    )

    found = judge(facts(declared))[TARGETS.address]

    assert found.verdict is Verdict.UNKNOWN
