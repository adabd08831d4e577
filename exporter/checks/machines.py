"""The instance of a node, as one chain: node, provider ID, instance, Terraform address."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from exporter.checks import clouds, unknowns
from exporter.checks.stranded import Loss
from exporter.checks.wording import excerpt
from exporter.domain.cloud import (
    CloudAttribute,
    CloudKind,
    CloudResource,
    CloudScope,
    DeclaredCloud,
    DeclaredResource,
    ObservedInstances,
)
from exporter.domain.cloud_join import CloudJoin, joined_cloud
from exporter.domain.declaration import Attribute, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.identity import parsed
from exporter.domain.nodes import ObservedNode

T = TypeVar("T")

FACTS_OF_MACHINES: tuple[type, ...] = (CloudScope, *clouds.FACTS_OF_JOIN)
"""What a check has to be handed to ask for the instance of a node."""
_RUNNING = "running"
_INSTANCE = "cloud_instance"


@dataclass(frozen=True, slots=True)
class Chain:
    """What leads from a node to its code: the *links* found, and where it breaks or is unclear.

    It is *complete* where it leads to an instance that is declared itself.
    """

    links: tuple[str, ...] = ()
    broken: str = ""
    unclear: str = ""
    complete: bool = False

    def of(self, finding: Finding) -> Finding:
        """Return the *finding* about a node's machine with what this adds to it."""
        detail = self.broken or self.unclear or " = ".join(self.links)
        if finding.verdict is Verdict.PASS or self.broken:
            detail = "; ".join(filter(None, (finding.detail, detail)))
        else:
            detail = finding.detail
        verdict = finding.verdict
        if self.broken:
            verdict = Verdict.FAIL
        elif self.unclear and verdict is Verdict.PASS:
            verdict = Verdict.UNKNOWN
        return replace(finding, verdict=verdict, detail=detail)


class Machines:
    """The instances under the nodes; where the cloud is not known, they explain nothing."""

    __slots__ = ("_by_address", "_by_name", "_instances", "_join", "_scope")

    def __init__(self, facts: Facts) -> None:
        needed = (DeclaredCloud, ObservedInstances, CloudScope)
        known = not facts.gaps_in(needed) and not facts.lacks(needed)
        self._scope = facts.find(CloudScope) if known else None
        self._join = joined_cloud(facts) if known else CloudJoin(DeclaredCloud())
        observed = facts.get(ObservedInstances) if known else ObservedInstances()
        self._instances = observed.resources
        declared = self._join.declared.of(CloudKind.INSTANCE)
        self._by_name = _unique((one.name, one) for one in declared if one.name)
        self._by_address = _unique(
            (address, one)
            for one in self._instances.values()
            for address in one.values.get(CloudAttribute.PRIVATE_IP, ())
        )

    def lost(self, node: DeclaredNode, have: ObservedNode | None) -> Loss | None:
        """Return what explains that *node* is lost: its instance is gone, or does not run."""
        if self._scope is None or not self._scope.explains:
            return None
        resource = self._declared(node, have)
        if resource is None or resource.address in self._join.doubts:
            return None
        instance = self._join.found.get(resource.address)
        if instance is not None and instance.state == _RUNNING:
            return None
        state = f"{instance.id} is {instance.state}" if instance else "is not in the cloud"
        return Loss(Cause(_INSTANCE, clouds.subject(resource)), f"its instance {state}")

    def _declared(self, node: DeclaredNode, have: ObservedNode | None) -> DeclaredResource | None:
        """Return the declared instance that a node runs on, by ID, or by the node's name."""
        stated = node.attributes.get(Attribute.PROVIDER_ID)
        for provider_id in (have.provider_id if have else "", stated.value if stated else ""):
            owner = self._join.owners.get(provider_id.rpartition("/")[2])
            if owner is not None:
                return owner
        return self._by_name.get(node.name)

    def chain(self, node: DeclaredNode, have: ObservedNode) -> Chain:
        """Follow a node to the code of its machine; no links where the cloud is not known."""
        if self._scope is None:
            return Chain()
        region = self._scope.region
        named = excerpt(have.provider_id.rpartition("/")[2])
        instance = self._instances.get(named) if named else self._by_its_address(have)
        if instance is None and named:
            return Chain((), broken=f"provider ID {named}: no such instance in {region}")
        if instance is None:
            return Chain((), unclear="node has no provider ID, and no instance has its address")
        owner = self._join.owners.get(instance.id)
        meant = self._by_name.get(node.name)
        links = (excerpt(have.provider_id or have.name), instance.id)
        if owner is None:
            return self._undeclared(node, instance, links)
        if meant is not None and meant.address != owner.address:
            other = f"instance {instance.id} is {owner.address}, and the code has {meant.address}"
            return Chain(links, broken=f"{other} for this node")
        return Chain((*links, owner.address), complete=True)

    def _undeclared(
        self, node: DeclaredNode, instance: CloudResource, links: tuple[str, ...]
    ) -> Chain:
        if node.member:
            return Chain((*links, f"group {node.group}"))
        gap = self._join.declared.incomplete.get(CloudKind.INSTANCE)
        doubted = self._by_name.get(node.name)
        if gap is not None:
            message = f"instance {instance.id} may be declared where nobody can tell"
            return Chain(links, unclear=f"{message}: {gap.message}")
        if doubted is not None and doubted.address in self._join.doubts:
            return Chain(links, unclear=self._join.doubts[doubted.address])
        if not self._join.declared.of(CloudKind.INSTANCE):
            return Chain(links)  # machines are declared elsewhere than in Terraform
        return Chain(links, broken=f"instance {instance.id} is none that Terraform declares")

    def _by_its_address(self, have: ObservedNode) -> CloudResource | None:
        found = (self._by_address.get(parsed(one)) for one in have.internal_ips)
        return next((one for one in found if one is not None), None)


def explained(
    finding: Finding, node: DeclaredNode, machines: Machines, have: ObservedNode | None = None
) -> Finding:
    """Return a *finding* about *node* as unknown where its instance explains that it is lost."""
    if finding.verdict is not Verdict.FAIL:
        return finding
    loss = machines.lost(node, have)
    return finding if loss is None else unknowns.explained_by(finding, loss)


def _unique(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return values by key, but those whose key another one has, too."""
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: some[0] for key, some in found.items() if len(some) == 1}
