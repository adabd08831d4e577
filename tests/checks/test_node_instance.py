import pytest

from exporter.checks import node_instance
from exporter.domain.declaration import Attribute, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source

TYPE, ZONE = Attribute.INSTANCE_TYPE, Attribute.ZONE
ADDRESS, IDENTITY = Attribute.INTERNAL_IP, Attribute.PROVIDER_ID
PLACES = {one: Place(Source.TERRAFORM, f"{one}.tf", 1) for one in Attribute}


def judge(declared: dict[Attribute, str], *observed: ObservedNode) -> list[Finding]:
    attributes = {key: Located(value, PLACES[key]) for key, value in declared.items()}
    node = DeclaredNode(name="a", group="", places=(), attributes=attributes, labels={}, taints=())
    cluster = ObservedNodes({one.name: one for one in observed})
    known = {DeclaredNodes: DeclaredNodes({"a": node}), ObservedNodes: cluster}
    return list(node_instance.judge(Facts(known=known)))


def node(
    name: str = "a", *, ips: tuple[str, ...] = (), identity: str = "", **labels: str
) -> ObservedNode:
    names = {
        "type": ObservedNode.INSTANCE_TYPE,
        "old_type": "beta.kubernetes.io/instance-type",
        "zone": ObservedNode.ZONE,
        "old_zone": "failure-domain.beta.kubernetes.io/zone",
    }
    known = {names[key]: value for key, value in labels.items()}
    return ObservedNode(name=name, labels=known, internal_ips=ips, provider_id=identity)


@pytest.mark.parametrize(
    ("declared", "observed"),
    [
        pytest.param({TYPE: "t3.micro"}, node(type="t3.micro"), id="type"),
        pytest.param({TYPE: "t3.micro"}, node(old_type="t3.micro"), id="type-by-its-old-label"),
        pytest.param({ZONE: "b"}, node(zone="b", old_zone="x"), id="zone"),
        pytest.param({ZONE: "b"}, node(old_zone="b"), id="zone-by-its-old-label"),
        pytest.param({ZONE: "1"}, node(zone="westeurope-1"), id="numbered-zone-of-azure"),
        pytest.param({ADDRESS: "10.0.0.4"}, node(ips=("10.0.0.4",)), id="address"),
        pytest.param({ADDRESS: "10.0.0.4/24"}, node(ips=("10.0.0.4",)), id="address-with-network"),
        pytest.param({ADDRESS: "fd00::1"}, node(ips=("10.0.0.4", "fd00:0::1")), id="dual-stack"),
        pytest.param({IDENTITY: "i-0a"}, node(identity="aws:///z/i-0a"), id="aws-by-bare-id"),
        pytest.param({IDENTITY: "aws:///z/i-0a"}, node(identity="aws:///z/i-0a"), id="aws"),
        pytest.param({IDENTITY: "42"}, node(identity="hcloud://42"), id="hcloud"),
        pytest.param(
            {IDENTITY: "projects/p/zones/z/instances/n"}, node(identity="gce://p/z/n"), id="gce"
        ),
        pytest.param(
            {IDENTITY: "/subscriptions/S/resourceGroups/r/vm-1"},
            node(identity="azure:///subscriptions/s/resourcegroups/r/vm-1"),
            id="azure-in-another-case",
        ),
        pytest.param(
            {TYPE: "t3.micro", ADDRESS: "10.0.0.4"},
            node(type="t3.micro", ips=("10.0.0.4",)),
            id="several",
        ),
    ],
)
def test_a_machine_that_reports_what_is_declared_passes(
    declared: dict[Attribute, str], observed: ObservedNode
) -> None:
    (finding,) = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("declared", "observed", "detail"),
    [
        pytest.param(
            {TYPE: "t3.micro"},
            node(type="t3.small"),
            "instance type is t3.small instead of t3.micro",
            id="type",
        ),
        pytest.param({ZONE: "1"}, node(zone="eu-11"), "zone is eu-11 instead of 1", id="zone"),
        pytest.param(
            {ADDRESS: "10.0.0.4"},
            node(ips=("10.0.0.5", "fd00::1")),
            "internal IP is 10.0.0.5, fd00::1 instead of 10.0.0.4",
            id="address",
        ),
        pytest.param(
            {ADDRESS: "10.0.0.x"},
            node(ips=("10.0.0.4",)),
            "internal IP is 10.0.0.4 instead of 10.0.0.x",
            id="no-address",
        ),
        pytest.param(
            {IDENTITY: "i-0a"},
            node(identity="aws:///z/i-00a"),
            "provider ID is aws:///z/i-00a instead of i-0a",
            id="identity",
        ),
        pytest.param(
            {IDENTITY: "aws:///x/i-0a"},
            node(identity="aws:///z/i-0a"),
            "provider ID is aws:///z/i-0a instead of aws:///x/i-0a",
            id="whole-identity",
        ),
        pytest.param(
            {TYPE: "t3.micro", ZONE: "b"},
            node(zone="c"),
            "zone is c instead of b",
            id="a-difference-outweighs-silence",
        ),
    ],
)
def test_another_machine_fails(
    declared: dict[Attribute, str], observed: ObservedNode, detail: str
) -> None:
    (finding,) = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


def test_the_places_are_those_of_what_differs() -> None:
    (finding,) = judge({TYPE: "t3.micro", ZONE: "b"}, node(type="t3.micro", zone="c"))

    assert finding.provenance == (PLACES[ZONE],)
    assert finding.declared == {"instance_type": "t3.micro", "zone": "b"}
    assert finding.observed == {"instance_type": "t3.micro", "zone": "c"}


def test_what_no_node_reports_is_unknown_and_says_who_would_report_it() -> None:
    (finding,) = judge({TYPE: "t3.micro", ADDRESS: "10.0.0.4"}, node(ips=("10.0.0.4",)), node("b"))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail == (
        "no node of this cluster reports instance type; a cloud controller manager would"
    )


def test_what_only_this_node_does_not_report_is_unknown() -> None:
    (finding,) = judge({TYPE: "t3.micro"}, node(), node("b", type="t3.micro"))

    assert (finding.verdict, finding.detail) == (
        Verdict.UNKNOWN,
        "node reports no instance type",
    )


def test_a_node_of_whose_machine_nothing_is_declared_is_no_subject() -> None:
    assert judge({Attribute.VERSION: "1.28"}, node()) == []


def test_an_empty_value_declares_nothing() -> None:
    assert judge({ZONE: ""}, node(zone="b")) == []


def test_a_missing_node_is_unknown_and_names_its_cause() -> None:
    (finding,) = judge({TYPE: "t3.micro"})

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("node_present", finding.subject),
    )
