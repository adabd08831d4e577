"""Facts about what a cloud is only asked where code declares it: targets, node groups of EKS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.domain.cloud import CloudAttribute, CloudKind, DeclaredCloud, referred


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudQuestions:
    """What code declares of services that cost a request for each thing.

    *target_groups* are names and ARNs, *clusters* names of EKS clusters.
    """

    load_balancers: bool = False
    target_groups: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()

    @classmethod
    def of(cls, declared: DeclaredCloud | None) -> "CloudQuestions":
        """Return what to ask for the sake of what is *declared*."""
        if declared is None:
            return cls()
        balancing = declared.of(CloudKind.LOAD_BALANCER, CloudKind.TARGET_GROUP)
        groups = (one for one in balancing if one.kind is CloudKind.TARGET_GROUP)
        return cls(
            load_balancers=bool(balancing),
            target_groups=frozenset(name for one in groups for name in (one.id, one.name) if name),
            clusters=frozenset(filter(None, _clusters(declared))),
        )

    def exceed(self, others: "CloudQuestions") -> bool:
        """Tell whether anything is asked here that *others* do not ask."""
        return (
            (self.load_balancers and not others.load_balancers)
            or not self.target_groups <= others.target_groups
            or not self.clusters <= others.clusters
        )


def _clusters(declared: DeclaredCloud) -> Iterator[str]:
    """Yield the names of EKS clusters that are declared, or named by a node group."""
    for one in declared.of(CloudKind.CLUSTER):
        yield one.name
    for one in declared.of(CloudKind.NODE_GROUP):
        for stated in one.values.get(CloudAttribute.CLUSTER, ()):
            meant = declared.resources.get(referred(stated.value))
            plain = "" if "${" in stated.value else stated.value
            yield meant.name if meant else plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A registered target of a target group; *reason* is what AWS says of its *state*."""

    id: str
    port: str = ""
    state: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.id} port {self.port}" if self.port else self.id


@dataclass(frozen=True, slots=True)
class ObservedTargets:
    """The targets of each target group that was asked for, by its ARN."""

    groups: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroupStatus:
    """A managed node group of an EKS cluster; *issues* are its health in the words of AWS."""

    cluster: str
    name: str
    status: str
    minimum: int | None = None
    maximum: int | None = None
    desired: int | None = None
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedNodeGroups:
    """The managed node groups of the *clusters* that were asked for."""

    groups: tuple[NodeGroupStatus, ...] = ()
    clusters: frozenset[str] = frozenset()
