"""The reference cluster's machines in a simulated AWS, and what happens to them in a demo."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from exporter.declared.checkout import Checkout
from exporter.declared.cloud import declared_cloud
from exporter.declared.terraform.read import read
from exporter.domain.cloud import CloudKind
from exporter.settings.declared import TerraformSettings
from tests.apiserver import edits
from tests.apiserver.server import ApiServer
from tests.cloud import moto
from tests.cloud.applied import Applied, permission_of
from tests.monitoring.recorded import ROOT

REPOSITORY = ROOT / "examples" / "reference-cluster" / "repository"
STOPPED = "k8s-api-chat"
WORLD = "ingress tcp 22 0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class ReferenceCloud:
    """A simulated AWS at *url* with the machines on which the nodes of *api* run."""

    url: str
    api: ApiServer
    applied: Applied

    def settings(self) -> dict[str, Any]:
        """Return the settings by which it is asked, as they stand below *observed*."""
        often = {"interval": "5s", "timeout": "5s", "max_age": "1m"}
        return {"cloud": {"aws": {"region": moto.REGION, "endpoint": self.url, **often}}}

    async def play(self, scenario: str) -> str:
        """Let something happen, and return what."""
        return await SCENARIOS[scenario](self)

    async def instance_stopped(self) -> str:
        """Somebody stops an instance; its node answers no more."""
        instance = await self.stop_instance()
        self.lose_node()
        return f"instance {instance} of node {STOPPED} was stopped"

    async def stop_instance(self) -> str:
        """Stop the instance, and return its id."""
        instance = self.applied.ids[self._address(CloudKind.INSTANCE, STOPPED)]
        await asyncio.to_thread(self.applied.ec2.stop_instances, InstanceIds=[instance])
        return instance

    def lose_node(self) -> None:
        """Let the node of the instance answer no more, as 40 seconds later."""
        self.api.change("nodes", STOPPED, edit=edits.unreachable)
        for pod in self.api.objects("pods"):
            if pod["spec"].get("nodeName") == STOPPED:
                metadata = pod["metadata"]
                self.api.change("pods", metadata["name"], metadata["namespace"], edit=edits.unready)

    async def rule_added(self) -> str:
        """Somebody opens SSH of all nodes to the world."""
        group = next(iter(self.applied.declared.of(CloudKind.SECURITY_GROUP)))
        own = self.applied.ids[group.address]
        _, permission = permission_of(WORLD, own=own)
        add = self.applied.ec2.authorize_security_group_ingress
        await asyncio.to_thread(add, GroupId=own, IpPermissions=[permission])
        return f"security group {group.name} got the rule {WORLD}"

    def _address(self, kind: CloudKind, name: str) -> str:
        return next(one.address for one in self.applied.declared.of(kind) if one.name == name)


SCENARIOS: Mapping[str, Callable[[ReferenceCloud], Awaitable[str]]] = {
    "instance-stopped": ReferenceCloud.instance_stopped,
    "rule-added": ReferenceCloud.rule_added,
}


@asynccontextmanager
async def reference_cloud(api: ApiServer) -> AsyncIterator[ReferenceCloud]:
    """Serve a simulated AWS in which what the example declares runs, and the nodes of *api* are."""
    terraform = TerraformSettings(path="terraform", node_name="instance_name")
    reading = await read([terraform], checkout=Checkout.at(REPOSITORY), cloud=True)
    addresses = {
        node["metadata"]["name"]: {"PrivateIpAddress": one["address"]}
        for node in api.objects("nodes")
        for one in node["status"]["addresses"]
        if one["type"] == "InternalIP"
    }
    with moto.serving() as url:
        applied = Applied(moto.client(url), declared_cloud([reading]), given=addresses)
        await asyncio.to_thread(applied.apply)
        for one in applied.declared.of(CloudKind.INSTANCE):
            provider_id = f"aws:///{moto.REGION}a/{applied.ids[one.address]}"
            api.change("nodes", one.name, edit=_runs_on(provider_id))
        yield ReferenceCloud(url, api, applied)


def _runs_on(provider_id: str) -> Callable[[Any], None]:
    def edit(node: Any) -> None:
        node["spec"]["providerID"] = provider_id

    return edit
