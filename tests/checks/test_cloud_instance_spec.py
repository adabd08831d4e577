from collections.abc import Mapping
from dataclasses import replace

import pytest

from exporter.checks import cloud_instance_spec
from exporter.domain.cloud import (
    CloudAttribute,
    DeclaredCloud,
    ObservedInstances,
    ObservedSubnets,
    ObservedVolumes,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.provenance import Located
from tests.checks.of_cloud import DECLARED, INSTANCE, PLACE, RUNNING, facts


def judge(given: Facts) -> Finding:
    (finding,) = cloud_instance_spec.judge(given)
    return finding


def as_it_is(values: Mapping[CloudAttribute, tuple[str, ...]]) -> ObservedInstances:
    return ObservedInstances({"i-1": replace(RUNNING, values={**RUNNING.values, **values})})


def unknown(attribute: CloudAttribute) -> DeclaredCloud:
    hidden = {attribute: Located("data.aws_x is only known once it is applied", PLACE)}
    return DeclaredCloud(
        {**DECLARED.resources, INSTANCE.address: replace(INSTANCE, unknown=hidden)}
    )


def test_what_is_as_declared_passes_and_says_which_it_is() -> None:
    finding = judge(facts())

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "is i-1")


@pytest.mark.parametrize(
    ("attribute", "value", "detail"),
    [
        pytest.param(
            CloudAttribute.TYPE,
            ("t3.large",),
            "i-1: instance type is t3.large instead of t3.small",
            id="type",
        ),
        pytest.param(
            CloudAttribute.SUBNET,
            ("subnet-2",),
            "i-1: subnet is subnet-2 instead of subnet-1",
            id="subnet",
        ),
        pytest.param(
            CloudAttribute.GROUPS,
            ("sg-1", "sg-2"),
            "i-1: security groups: undeclared sg-2",
            id="group",
        ),
        pytest.param(
            CloudAttribute.GROUPS,
            (),
            "i-1: security groups: lacks sg-1 (main.tf:7)",
            id="no group",
        ),
    ],
)
def test_what_differs_fails_with_both_values(
    attribute: CloudAttribute, value: tuple[str, ...], detail: str
) -> None:
    finding = judge(facts(as_it_is({attribute: value})))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


def test_the_root_volume_is_compared() -> None:
    volumes = facts().get(ObservedVolumes)
    larger = replace(volumes.resources["vol-1"], values={CloudAttribute.VOLUME_SIZE: ("200",)})

    finding = judge(facts(ObservedVolumes({"vol-1": larger})))

    assert finding.detail == "i-1: root volume size is 200 instead of 20"


def test_without_volumes_an_instance_is_unknown_but_what_differs_fails() -> None:
    blind = facts(denied=ObservedVolumes)
    large = as_it_is({CloudAttribute.TYPE: ("t3.large",)})

    as_declared = judge(blind)
    differing = judge(Facts({**blind.known, ObservedInstances: large}, blind.gaps))

    assert (as_declared.verdict, differing.verdict) == (Verdict.UNKNOWN, Verdict.FAIL)
    assert "ec2:DescribeThings is denied" in as_declared.detail


def test_what_refers_to_what_was_not_found_is_unknown() -> None:
    finding = judge(facts(ObservedSubnets()))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail == "i-1: subnet refers to aws_subnet.a, which is not found"


def test_what_only_a_run_tells_is_unknown() -> None:
    finding = judge(facts(unknown(CloudAttribute.PROFILE)))

    assert finding.verdict is Verdict.UNKNOWN
    assert "instance profile is not compared: data.aws_x is only known" in finding.detail


def test_an_image_that_is_not_pinned_is_not_compared() -> None:
    finding = judge(facts(unknown(CloudAttribute.IMAGE)))

    assert finding.verdict is Verdict.PASS


def test_an_instance_that_is_gone_is_the_matter_of_another_check() -> None:
    finding = judge(facts(ObservedInstances()))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("cloud_instance", finding.subject)
