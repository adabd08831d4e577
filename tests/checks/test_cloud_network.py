from dataclasses import replace

import pytest

from exporter.checks import cloud_network
from exporter.domain.cloud import (
    CloudAttribute,
    CloudResources,
    ObservedInternetGateways,
    ObservedNatGateways,
    ObservedRouteTables,
    ObservedSubnets,
    ObservedVpcs,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from tests.checks.of_cloud import facts

FAMILIES: tuple[type[CloudResources], ...] = (
    ObservedInternetGateways,
    ObservedNatGateways,
    ObservedRouteTables,
    ObservedSubnets,
    ObservedVpcs,
)


def judge(given: Facts) -> dict[str, Finding]:
    return {one.subject.kind: one for one in cloud_network.judge(given)}


def table(*routes: str) -> ObservedRouteTables:
    known = facts().get(ObservedRouteTables).resources["rtb-1"]
    values = {**known.values, CloudAttribute.ROUTES: routes}
    return ObservedRouteTables({"rtb-1": replace(known, values=values)})


def test_a_network_as_declared_passes() -> None:
    found = judge(facts())

    assert {one.verdict for one in found.values()} == {Verdict.PASS}
    assert found.keys() == {"Vpc", "Subnet", "RouteTable", "InternetGateway", "NatGateway"}


@pytest.mark.parametrize(
    ("routes", "detail"),
    [
        pytest.param((), "rtb-1: routes: lacks 0.0.0.0/0 igw-1 (main.tf:7)", id="lost"),
        pytest.param(
            ("0.0.0.0/0 igw-1", "10.9.0.0/16 pcx-1"),
            "rtb-1: routes: undeclared 10.9.0.0/16 pcx-1",
            id="added",
        ),
        pytest.param(
            ("0.0.0.0/0 igw-1 (blackhole)",),
            "rtb-1: routes: lacks 0.0.0.0/0 igw-1 (main.tf:7); "
            "routes: undeclared 0.0.0.0/0 igw-1 (blackhole)",
            id="target gone",
        ),
    ],
)
def test_routes_are_compared_both_ways(routes: tuple[str, ...], detail: str) -> None:
    found = judge(facts(table(*routes)))

    assert {kind for kind, one in found.items() if one.verdict is Verdict.FAIL} == {"RouteTable"}
    assert found["RouteTable"].detail == detail


def test_what_is_in_a_lost_vpc_is_not_lost_by_itself() -> None:
    found = judge(facts(ObservedVpcs(), ObservedSubnets(), ObservedInternetGateways()))

    assert found["Vpc"].verdict is Verdict.FAIL
    assert found["Subnet"].cause == Cause("cloud_network", found["Vpc"].subject)
    assert found["Subnet"].verdict is Verdict.UNKNOWN


def test_a_missing_subnet_fails() -> None:
    found = judge(facts(ObservedSubnets()))

    assert found["Subnet"].verdict is Verdict.FAIL
    assert found["Subnet"].detail == "there is no Subnet like it in ap-northeast-2"


@pytest.mark.parametrize("denied", FAMILIES)
def test_a_denied_action_makes_its_own_kind_unknown_and_fails_nothing(
    denied: type[CloudResources],
) -> None:
    found = judge(facts(denied=denied))

    assert found[denied.kind.value].verdict is Verdict.UNKNOWN
    assert "ec2:DescribeThings is denied" in found[denied.kind.value].detail
    assert Verdict.FAIL not in {one.verdict for one in found.values()}
