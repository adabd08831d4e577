"""Real controllers over a real API server, and what people do to its cluster, by the API alone."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.apiserver.kubeconfig import write_kubeconfig
from tests.real.clusters import Requests
from tests.real.objects import Object
from tests.real.processes import ADMIN_TOKEN, Etcd, KubeApiServer, Program

CONTROLLERS = ("kube-controller-manager", "kube-scheduler")
PLURALS = {"Deployment": "deployments", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}
MERGE: Mapping[str, str] = {"Content-Type": "application/merge-patch+json"}
STRATEGIC: Mapping[str, str] = {"Content-Type": "application/strategic-merge-patch+json"}
_AGAIN = 0.5
_OF_EVICTIONS = {HTTPStatus.CREATED, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS}


def written() -> str:
    """Return the present instant as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def control_plane(assets: Path, folder: Path) -> Iterator[KubeApiServer]:
    """Run all of a control plane, and end it; raises :exc:`StartError`."""
    etcd = Etcd(assets / "etcd", folder)
    server = KubeApiServer(assets / "kube-apiserver", folder / "server", etcd)
    with ExitStack() as exits:
        for program in (etcd, server):
            exits.callback(program.stop)
            program.start()
        for controller in _controllers(assets, folder, server):
            exits.callback(controller.stop)
            controller.start(ready=lambda: True)
        yield server


def _controllers(assets: Path, folder: Path, server: KubeApiServer) -> Iterator[Program]:
    kubeconfig = folder / "kubeconfig"
    write_kubeconfig(kubeconfig, url=server.url, token=ADMIN_TOKEN, authority=server.authority)
    own = {
        CONTROLLERS[0]: (
            "--node-monitor-grace-period=40s",
            "--horizontal-pod-autoscaler-sync-period=1s",
            f"--service-account-private-key-file={server.folder / 'accounts.key'}",
        ),
        CONTROLLERS[1]: (),
    }
    common = ("--leader-elect=false", "--secure-port=0", f"--kubeconfig={kubeconfig}")
    often = ("--kube-api-qps=300", "--kube-api-burst=300")
    for name, flags in own.items():
        command = [str(assets / name), *common, *often, *flags]
        yield Program(command, folder / f"{name}.log")


@dataclass(slots=True)
class Cluster:
    """A namespace of a cluster, and its nodes."""

    requests: Requests
    namespace: str

    def path(self, plural: str, name: str = "", *, group: str = "apps/v1") -> str:
        """Return where objects of a kind are, or one of them."""
        root = f"/apis/{group}" if group else "/api/v1"
        path = f"{root}/namespaces/{self.namespace}/{plural}"
        return f"{path}/{name}" if name else path

    async def get(self, path: str) -> Any:
        """Return what is at a path."""
        return json.loads(await self.requests.do("GET", path))

    async def create(self, plural: str, content: Object, *, group: str = "apps/v1") -> None:
        """Create an object."""
        await self.requests.do("POST", self.path(plural, group=group), body=content)

    async def patch(self, path: str, body: Object, *, headers: Mapping[str, str] = MERGE) -> None:
        """Change an object."""
        await self.requests.do("PATCH", path, body=body, headers=headers)

    async def pods(self, *, node: str = "") -> list[Object]:
        """Return the pods of its namespace, or of those the ones on a node."""
        found = await self.get(self.path("pods", group=""))
        pods: list[Object] = found["items"]
        return [one for one in pods if not node or one["spec"].get("nodeName") == node]

    async def delete_pod(self, pod: Object) -> None:
        """Delete a pod."""
        path = self.path("pods", pod["metadata"]["name"], group="")
        await self.requests.ask("DELETE", path)

    async def join(self, name: str, *, room: int = 110, **labels: str) -> None:
        """Let a node join that is Ready and has *room* for so many pods."""
        metadata = {"name": name, "labels": {"kubernetes.io/hostname": name, **labels}}
        content = {"apiVersion": "v1", "kind": "Node", "metadata": metadata}
        await self.requests.do("POST", "/api/v1/nodes", body=content)
        size = {"cpu": "64", "memory": "64Gi", "pods": str(room)}
        await self._set_status(name, capacity=size, allocatable=size)
        await self.set_ready(name)

    async def set_ready(self, name: str, status: str = "True") -> None:
        """Let a kubelet say whether its node is Ready."""
        now = written()
        times = {"lastHeartbeatTime": now, "lastTransitionTime": now}
        ready = {"type": "Ready", "status": status, "reason": "KubeletReady", **times}
        await self._set_status(name, conditions=[ready])

    async def _set_status(self, name: str, **status: Any) -> None:
        path = f"/api/v1/nodes/{name}/status"
        await self.patch(path, {"status": status}, headers=STRATEGIC)

    async def change_node(self, name: str, **changes: Any) -> None:
        """Change the metadata or the spec of a node."""
        await self.patch(f"/api/v1/nodes/{name}", changes)

    async def leave(self, name: str) -> None:
        """Let a node be no more."""
        await self.requests.do("DELETE", f"/api/v1/nodes/{name}")

    async def drain(self, name: str) -> None:
        """Cordon a node and evict its pods, but those of DaemonSets, until their budget lets it."""
        await self.change_node(name, spec={"unschedulable": True})
        while found := [one for one in await self.pods(node=name) if not _is_of_daemon_set(one)]:
            for pod in found:
                await self._evict(pod)
            await asyncio.sleep(_AGAIN)

    async def uncordon(self, name: str) -> None:
        """Let a node take new pods again."""
        await self.change_node(name, spec={"unschedulable": None})

    async def _evict(self, pod: Object) -> None:
        name = pod["metadata"]["name"]
        metadata = {"name": name, "namespace": self.namespace}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        path = self.path("pods", f"{name}/eviction", group="")
        answer = await self.requests.ask("POST", path, body=body)
        assert answer.status in _OF_EVICTIONS, answer


def _is_of_daemon_set(pod: Object) -> bool:
    owners = pod["metadata"].get("ownerReferences", ())
    return any(one["kind"] == "DaemonSet" for one in owners)
