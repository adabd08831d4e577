"""An operation that goes on in a namespace of a real cluster, with its fault or without."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from exporter.domain.finding import Finding, Subject
from tests.real.clusters import Real
from tests.real.control import PLURALS, Cluster
from tests.real.kubelets import MINUTE, Kubelets
from tests.real.objects import Object
from tests.real.watching import Told, Watching

T = TypeVar("T")
SHARED = "shared"
"""The pool of the nodes to which nothing happens."""
KINDS = {"web": "Deployment", "db": "StatefulSet", "agent": "DaemonSet"}
_CHECK = 0.5


@dataclass(slots=True)
class Trial:
    """One operation; *hosts* are the nodes that it has for itself, *room* what each has room for.

    The deadline of its Deployments' progress is 10 minutes, as fast as those minutes pass.
    """

    name: str
    cluster: Cluster
    real: Real
    watching: Watching
    kubelets: Kubelets
    broken: bool
    hosts: list[str] = field(default_factory=list)

    def either(self, good: T, bad: T) -> T:
        """Return what the operation does well, or what is its fault."""
        return bad if self.broken else good

    def host(self, name: str) -> str:
        """Return the name of a node of its own."""
        return f"{self.name}-{name}"

    async def begin(self, hosts: Iterable[str], *, room: int) -> None:
        """Let its nodes join; they are declared."""
        for name in hosts:
            await self.join(name, room=room)
            self.declare_node(name)

    async def join(self, name: str, *, room: int = 110, tier: str = "one") -> None:
        """Let a node of its own join."""
        self.hosts.append(self.host(name))
        await self.cluster.join(self.host(name), room=room, pool=self.name, tier=tier)

    def declare_node(self, name: str, *, tier: str = "one") -> None:
        """Declare a node of its own, with its label."""
        self.watching.declare_node(self.host(name), tier=tier)

    async def deploy(self, name: str, **spec: Any) -> None:
        """Declare a workload, create it, and wait until it is there."""
        content = self._workload(name, **spec)
        self.watching.declare(content)
        await self.cluster.create(PLURALS[content["kind"]], content)
        await self.until_well()

    async def deliver(self, name: str, **spec: Any) -> None:
        """Declare another spec of a workload, and deliver it."""
        content = self._workload(name, **spec)
        self.watching.declare(content)
        await self.edit(name, **content["spec"])

    async def edit(self, name: str, **spec: Any) -> None:
        """Change the spec of a workload without the code."""
        path = self.cluster.path(PLURALS[KINDS[name]], name)
        await self.cluster.patch(path, {"spec": spec})

    async def pods_of(self, name: str) -> list[Object]:
        """Return the pods of a workload, in order of their names."""
        found = await self.cluster.pods()
        own = (one for one in found if one["metadata"]["labels"]["app"] == name)
        return sorted(own, key=lambda one: str(one["metadata"]["name"]))

    def _workload(self, name: str, *, image: str = "", **spec: Any) -> Object:
        """Return a workload of one container, of 3 replicas if it has any number."""
        kind = KINDS[name]
        own: Object = {"replicas": 3, **spec}
        if kind == "DaemonSet":
            del own["replicas"]
        elif kind == "StatefulSet":
            own["serviceName"] = name
        else:
            own["progressDeadlineSeconds"] = int(10 * MINUTE)
        return {
            "apiVersion": "apps/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": self.name},
            "spec": {**own, **self._pods(name, image or f"{name}:1")},
        }

    def _pods(self, name: str, image: str) -> Object:
        labels = {"app": name}
        spec = {
            "containers": [{"name": "app", "image": f"registry.example.com/{image}"}],
            "nodeSelector": {"pool": self.name if self.hosts else SHARED},
            "terminationGracePeriodSeconds": 1,
        }
        template = {"metadata": {"labels": labels}, "spec": spec}
        return {"selector": {"matchLabels": labels}, "template": template}

    async def minutes(self, number: float) -> None:
        """Let minutes pass, as fast as they do here."""
        await asyncio.sleep(number * MINUTE)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds of what a later look finds."""
        looks = self.watching.looks
        while self.watching.looks <= looks + 1 or not condition():  # noqa: ASYNC110 - to be asked
            await asyncio.sleep(_CHECK)

    async def until_well(self) -> None:
        """Wait until nothing of it fails, and nothing is excused."""
        await self.until(lambda: not self.amiss())

    async def until_told(self) -> None:
        """Wait until somebody would be notified of it."""
        await self.until(lambda: bool(self.told()))

    def amiss(self) -> list[Finding]:
        """Return what fails of it, or is excused, by now."""
        return [one for one in self.watching.amiss() if self._owns(one.subject)]

    def told(self) -> list[Told]:
        """Return what somebody would have been notified of."""
        return [one for one in self.watching.told if self._owns(one.about)]

    def _owns(self, subject: Subject) -> bool:
        is_host = subject.name.startswith(self.host("worker-"))
        return is_host or subject.namespace == self.name
