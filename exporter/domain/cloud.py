"""Facts about what lies under the nodes: instances, network and security groups of a cloud."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_network
from typing import ClassVar

from exporter.domain.gaps import Gap
from exporter.domain.provenance import Located, Place


class CloudKind(StrEnum):
    """What a resource of a cloud is. The values are kinds of subjects: a public contract."""

    INSTANCE = "Instance"
    VPC = "Vpc"
    SUBNET = "Subnet"
    ROUTE_TABLE = "RouteTable"
    INTERNET_GATEWAY = "InternetGateway"
    NAT_GATEWAY = "NatGateway"
    SECURITY_GROUP = "SecurityGroup"
    SCALING_GROUP = "AutoScalingGroup"
    VOLUME = "Volume"
    ADDRESS = "ElasticIp"
    LOAD_BALANCER = "LoadBalancer"
    TARGET_GROUP = "TargetGroup"
    CLUSTER = "EksCluster"
    NODE_GROUP = "EksNodeGroup"


class CloudAttribute(StrEnum):
    """What is compared of a resource, in the words of findings."""

    TYPE = "instance type"
    IMAGE = "image"
    ZONE = "zone"
    SUBNET = "subnet"
    VPC = "VPC"
    PRIVATE_IP = "private IP"
    GROUPS = "security groups"
    PROFILE = "instance profile"
    VOLUME = "root volume"
    VOLUME_SIZE = "root volume size"
    VOLUME_TYPE = "root volume type"
    VOLUME_ENCRYPTED = "root volume encryption"
    HTTP_TOKENS = "metadata tokens"
    CIDRS = "CIDRs"
    ROUTES = "routes"
    SUBNETS = "subnets"
    RULES = "rules"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    BALANCER_TYPE = "load balancer type"
    INTERNAL = "internal"
    PROTOCOL = "protocol"
    PORT = "port"
    TARGET_TYPE = "target type"
    TARGETS = "targets"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredResource:
    """A resource as one declaration (*origin*) declares it; *id* only where a state tells it.

    *name* is by what its cloud shows it. A value that refers to another resource stands as
    :func:`reference`. *unknown* has, by attribute, why nobody can tell what is declared.
    """

    address: str
    kind: CloudKind
    origin: str
    place: Place
    id: str = ""
    name: str = ""
    values: Mapping[CloudAttribute, tuple[Located[str], ...]] = field(default_factory=dict)
    unknown: Mapping[CloudAttribute, Located[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePart:
    """Values of another resource that a declaration of its own adds, as a rule of a group.

    *owner* is the id of that resource, or a reference to it.
    """

    owner: str
    origin: str
    attribute: CloudAttribute
    values: tuple[Located[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudGap:
    """What may be declared beside what is known: resources of *kinds*, or parts of such."""

    place: Place
    message: str
    kinds: frozenset[CloudKind]

    @property
    def gap(self) -> Gap:
        """Return it as what a finding tells."""
        return Gap(self.place.source, f"{self.place.where}: {self.message}")


@dataclass(frozen=True, slots=True)
class DeclaredCloud:
    """All declared resources by their address; *parts* are in them, unless *loose*.

    Of a kind in *incomplete* there may be more than is known.
    """

    resources: Mapping[str, DeclaredResource] = field(default_factory=dict)
    loose: tuple[ResourcePart, ...] = ()
    incomplete: Mapping[CloudKind, Gap] = field(default_factory=dict)

    def of(self, *kinds: CloudKind) -> list[DeclaredResource]:
        """Return the resources of these *kinds*, by kind and then by address."""
        found = (one for one in self.resources.values() if one.kind in kinds)
        return sorted(found, key=lambda one: (one.kind.value, one.address))


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudResource:
    """A resource as its cloud shows it; *name* is its tag ``Name``, or what else it is called.

    *values* are sorted. An attribute that is not in it was not told. *unmanaged* are values that
    the settings leave to controllers.
    """

    id: str
    name: str = ""
    state: str = ""
    values: Mapping[CloudAttribute, tuple[str, ...]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    unmanaged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CloudResources:
    """All resources of one kind by their id. Each kind is a fact of its own: any may be denied.

    It was not *asked* for where no code was known to declare any.
    """

    kind: ClassVar[CloudKind]
    resources: Mapping[str, CloudResource] = field(default_factory=dict)
    asked: bool = True


class ObservedInstances(CloudResources):
    """Instances, those that were terminated lately included."""

    kind: ClassVar[CloudKind] = CloudKind.INSTANCE


class ObservedVpcs(CloudResources):
    """VPCs."""

    kind: ClassVar[CloudKind] = CloudKind.VPC


class ObservedSubnets(CloudResources):
    """Subnets."""

    kind: ClassVar[CloudKind] = CloudKind.SUBNET


class ObservedRouteTables(CloudResources):
    """Route tables; routes within the VPC, which are always there, are left out."""

    kind: ClassVar[CloudKind] = CloudKind.ROUTE_TABLE


class ObservedInternetGateways(CloudResources):
    """Internet gateways."""

    kind: ClassVar[CloudKind] = CloudKind.INTERNET_GATEWAY


class ObservedNatGateways(CloudResources):
    """NAT gateways."""

    kind: ClassVar[CloudKind] = CloudKind.NAT_GATEWAY


class ObservedSecurityGroups(CloudResources):
    """Security groups with their rules."""

    kind: ClassVar[CloudKind] = CloudKind.SECURITY_GROUP


class ObservedScalingGroups(CloudResources):
    """Auto scaling groups."""

    kind: ClassVar[CloudKind] = CloudKind.SCALING_GROUP


class ObservedVolumes(CloudResources):
    """Volumes; *state* is ``available`` for one that no instance has."""

    kind: ClassVar[CloudKind] = CloudKind.VOLUME


class ObservedAddresses(CloudResources):
    """Elastic IPs; *state* is ``unassociated`` for one that nothing has."""

    kind: ClassVar[CloudKind] = CloudKind.ADDRESS


class ObservedLoadBalancers(CloudResources):
    """Load balancers of Elastic Load Balancing, by their ARN."""

    kind: ClassVar[CloudKind] = CloudKind.LOAD_BALANCER


class ObservedTargetGroups(CloudResources):
    """Their target groups, by their ARN."""

    kind: ClassVar[CloudKind] = CloudKind.TARGET_GROUP


FAMILIES: Mapping[CloudKind, type[CloudResources]] = {
    one.kind: one
    for one in (
        ObservedInstances,
        ObservedVpcs,
        ObservedSubnets,
        ObservedRouteTables,
        ObservedInternetGateways,
        ObservedNatGateways,
        ObservedSecurityGroups,
        ObservedScalingGroups,
        ObservedVolumes,
        ObservedAddresses,
        ObservedLoadBalancers,
        ObservedTargetGroups,
    )
}
"""The fact of each kind."""


@dataclass(frozen=True, slots=True)
class InstanceHealth:
    """What the status checks of each running instance say, the worst of them: ``ok``."""

    statuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudCalls:
    """What the last look at a cloud cost: requests by their operation, of a *budget*."""

    calls: Mapping[str, int] = field(default_factory=dict)
    budget: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudScope:
    """What of a cloud is this cluster's: the *tags* that tell, an empty value for any.

    *admin_ports* are those that nobody may open to the world by hand. An instance that does not
    run *explains* its lost node, unless nobody reports that.
    """

    region: str
    tags: Mapping[str, str] = field(default_factory=dict)
    admin_ports: tuple[int, ...] = ()
    place: Place
    explains: bool = True

    def owns(self, resource: CloudResource) -> bool:
        """Tell whether the tags of *resource* say that it belongs to this cluster."""
        return bool(self.tags) and all(
            key in resource.tags and value in ("", resource.tags[key])
            for key, value in self.tags.items()
        )


def reference(address: str) -> str:
    """Return what stands for the id of the resource at *address*; no id looks like it."""
    return f"${{{address}.id}}"


def referred(value: str) -> str:
    """Return the address that a *value* refers to; empty where it is a plain one."""
    plain = value.removeprefix("${").removesuffix(".id}")
    return plain if value == reference(plain) else ""


_PROTOCOLS: Mapping[str, str] = {
    "-1": "all",
    "all": "all",
    "1": "icmp",
    "6": "tcp",
    "17": "udp",
    "58": "icmpv6",
}
_WITH_PORTS = frozenset({"tcp", "udp"})
_EVERY_PORT = (0, 65535)
SELF = "self"
"""The peer of a rule that lets members of its own group in."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a rule; of ICMP its type and code. AWS writes -1 for all."""

    first: int | None
    last: int | None

    def text(self, protocol: str) -> str:
        """Return them as one word."""
        if protocol in _WITH_PORTS:
            first, last = self._whole()
            return str(first) if first == last else f"{first}-{last}"
        if protocol in ("icmp", "icmpv6") and self.first not in (None, -1):
            return f"{self.first}/{-1 if self.last is None else self.last}"
        return "all"

    def _whole(self) -> tuple[int, int]:
        if self.first in (None, -1) or self.last in (None, -1):
            return _EVERY_PORT
        return self.first or 0, self.last or 0


def rule_text(direction: str, protocol: str, ports: Ports, peer: str) -> str:
    """Return a rule in one form, whoever wrote it: ``ingress tcp 22 10.0.0.0/16``.

    Names of protocols, CIDRs and ports are normalised as AWS stores them; *peer* is a CIDR, a
    prefix list, the id of a group, or :data:`SELF`.
    """
    name = _PROTOCOLS.get(protocol.lower(), protocol.lower())
    return f"{direction} {name} {ports.text(name)} {network(peer)}"


@lru_cache(maxsize=1 << 14)
def network(text: str) -> str:
    """Return a CIDR in its one form; any other text as it is."""
    if "/" not in text:
        return text
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError:
        return text


_WORLD = frozenset({"0.0.0.0/0", "::/0"})


def opens(rule: str, ports: Iterable[int]) -> bool:
    """Tell whether a *rule* lets the whole world in at any of these TCP *ports*."""
    direction, protocol, which, peer = rule.split(" ", 3)
    if direction != "ingress" or peer not in _WORLD or protocol not in ("all", "tcp"):
        return False
    first, _, last = ("0-65535" if which == "all" else which).partition("-")
    return any(int(first) <= port <= int(last or first) for port in ports)
