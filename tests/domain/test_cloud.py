import pytest
from hypothesis import given
from hypothesis import strategies as some

from exporter.domain.cloud import (
    CloudResource,
    CloudScope,
    Ports,
    opens,
    reference,
    referred,
    rule_text,
)
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.INVENTORY, "conformance.yaml")


@pytest.mark.parametrize(
    ("protocol", "ports", "peer", "text"),
    [
        pytest.param("tcp", (22, 22), "10.0.0.0/16", "tcp 22 10.0.0.0/16", id="one port"),
        pytest.param("6", (80, 443), "10.0.0.0/16", "tcp 80-443 10.0.0.0/16", id="number"),
        pytest.param("TCP", (0, 65535), "sg-1", "tcp 0-65535 sg-1", id="every port"),
        pytest.param("tcp", (-1, -1), "sg-1", "tcp 0-65535 sg-1", id="every port as -1"),
        pytest.param("-1", (0, 0), "::/0", "all all ::/0", id="all, as Terraform has it"),
        pytest.param("-1", (None, None), "::/0", "all all ::/0", id="all, as AWS has it"),
        pytest.param("icmp", (8, -1), "10.0.0.0/8", "icmp 8/-1 10.0.0.0/8", id="a type of ICMP"),
        pytest.param("1", (-1, -1), "10.0.0.0/8", "icmp all 10.0.0.0/8", id="all ICMP"),
        pytest.param("4", (0, 0), "self", "4 all self", id="IP in IP"),
        pytest.param("udp", (53, 53), "100.68.0.18/18", "udp 53 100.68.0.0/18", id="host bits"),
        pytest.param("udp", (53, 53), "2001:DB8:0::/32", "udp 53 2001:db8::/32", id="IPv6"),
        pytest.param("udp", (53, 53), "pl-1", "udp 53 pl-1", id="prefix list"),
    ],
)
def test_a_rule_has_one_form_whoever_wrote_it(
    protocol: str, ports: tuple[int | None, int | None], peer: str, text: str
) -> None:
    assert rule_text("ingress", protocol, Ports(*ports), peer) == f"ingress {text}"


@given(first=some.integers(0, 65535), last=some.integers(0, 65535), port=some.integers(0, 65535))
def test_a_rule_opens_the_ports_in_its_range_and_no_others(
    first: int, last: int, port: int
) -> None:
    low, high = sorted((first, last))
    rule = rule_text("ingress", "tcp", Ports(low, high), "0.0.0.0/0")

    assert opens(rule, [port]) is (low <= port <= high)


@given(address=some.from_regex(r"[a-z_.]+(\[(\d+|\"[^\"}]+\")\])?", fullmatch=True))
def test_a_reference_leads_back_to_its_address(address: str) -> None:
    assert referred(reference(address)) == address


@pytest.mark.parametrize("value", ["vpc-1", "", "${x", "10.0.0.0/8"])
def test_a_plain_value_refers_to_nothing(value: str) -> None:
    assert referred(value) == ""


@pytest.mark.parametrize(
    ("tags", "wanted", "owned"),
    [
        pytest.param({"a": "1", "b": "2"}, {"a": "1"}, True, id="the tag"),
        pytest.param({"a": "2"}, {"a": "1"}, False, id="another value"),
        pytest.param({"a": "2"}, {"a": ""}, True, id="any value"),
        pytest.param({"a": "1"}, {"a": "1", "b": ""}, False, id="not all"),
        pytest.param({"a": "1"}, {}, False, id="none wanted"),
    ],
)
def test_a_resource_is_of_the_cluster_by_all_its_tags(
    tags: dict[str, str], wanted: dict[str, str], *, owned: bool
) -> None:
    scope = CloudScope(region="r", tags=wanted, place=PLACE)

    assert scope.owns(CloudResource(id="i-1", tags=tags)) is owned
