"""A large cluster out of few bytes, and a stream of changes in it."""

import asyncio
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.apiserver.plain_objects import put_objects
from tests.apiserver.store import Collection, Parts, Store

TICK = 0.01
BURST = 400
"""How many changes are made before watches get their turn to send them."""

_encode = msgspec.json.Encoder().encode
_START = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many objects a cluster has, and about how many bytes a pod."""

    nodes: int
    pods: int
    workloads: int = 0
    applications: int = 0
    objects: int = 0
    """Services, and as many of other kinds as `put_objects` says."""
    pod_bytes: int = 8192

    @property
    def owners(self) -> int:
        """How many workloads there are: as told, or one for 50 pods."""
        return self.workloads or max(1, self.pods // 50)


def fill(store: Store, size: Size) -> "Load":
    """Put a cluster of this size into the store; return what lets it change."""
    for i in range(size.nodes):
        store.put(node(i))
    for i in range(size.owners):
        store.put(deployment(i, replicas=len(range(i, size.pods, size.owners))))
    for i in range(size.applications):
        store.put(application(i))
    if size.objects:
        put_objects(store, size.objects, owners=size.owners)
    load = Load(store, size)
    load.create()
    return load


class Load:
    """The pods of a large cluster, which share most of their bytes, and their changes."""

    def __init__(self, store: Store, size: Size) -> None:
        self._store = store
        self._size = size
        self._pods: Collection = store.of("pods")
        self._templates = [_Template(i, size) for i in range(size.owners)]
        self._names: list[str] = []
        self._heads: list[bytes] = []
        self._created = 0
        self._random = random.Random(7)  # noqa: S311 - the same changes in every run

    def create(self) -> None:
        """Create all pods, in the order of their keys."""
        numbers = sorted(range(self._size.pods), key=self._key)
        self._names, self._heads = [""] * self._size.pods, [b""] * self._size.pods
        for i in numbers:
            self._call(i, i)
            self._put(i, ready=i % 50 != 0)
        self._created = self._size.pods

    def touch(self) -> int:
        """Change one pod: its readiness, or now and then it gives way to another.

        Returns how many events that makes.
        """
        if not self._names:
            return 0
        i = self._random.randrange(len(self._names))
        if self._random.random() < 0.98:
            self._put(i, ready=self._random.random() < 0.98)
            return 1
        self._store.delete("pods", self._names[i], self._namespace(i))
        self._call(i, self._created)
        self._created += 1
        self._put(i, ready=False)
        return 2

    async def run(self, rate: float, *, seconds: float | None = None) -> int:
        """Change pods *rate* times a second, for so many seconds or for ever; return how often."""
        loop = asyncio.get_running_loop()
        start, done = loop.time(), 0
        while seconds is None or loop.time() - start < seconds:
            due = int((loop.time() - start) * rate) - done
            for _ in range(min(due, BURST)):
                done += self.touch()
            await asyncio.sleep(0 if due > BURST else TICK)
        return done

    def _put(self, i: int, *, ready: bool) -> None:
        template = self._templates[i % self._size.owners]
        node = (i * 17) % max(1, self._size.nodes)
        self._store.put_parts(
            self._pods,
            namespace=template.namespace,
            name=self._names[i],
            parts=template.parts(self._heads[i], node, ready=ready),
        )

    def _call(self, i: int, number: int) -> None:
        """Give a pod a name."""
        name = self._names[i] = self._name(i, number)
        self._heads[i] = self._templates[i % self._size.owners].head(name)

    def _namespace(self, i: int) -> str:
        return self._templates[i % self._size.owners].namespace

    def _name(self, i: int, number: int) -> str:
        return f"{self._templates[i % self._size.owners].replica_set}-{number:07}"

    def _key(self, i: int) -> str:
        return f"{self._namespace(i)}/{self._name(i, i)}"


class _Template:
    """The bytes that all pods of a workload share."""

    def __init__(self, owner: int, size: Size) -> None:
        self.namespace = namespace(owner)
        self.replica_set = f"app-{owner:04}-6b474476c4"
        metadata = _encode(_pod_metadata(owner, self.replica_set))
        spec = _encode(pod_spec(owner))
        self._status = {
            ready: b"%b}" % _encode(_pod_status(ready=ready)) for ready in (True, False)
        }
        used = len(metadata) + len(spec) + len(self._status[True]) + 200
        padding = _encode(_managed_fields(size.pod_bytes - used))
        self._middle = b'",%b,"managedFields":%b},"spec":{"nodeName":"' % (
            metadata[1:-1],
            padding,
        )
        self._end = b'",%b,"status":' % spec[1:]

    def head(self, name: str) -> bytes:
        """Return what a pod has of its own, up to its resource version."""
        uid = f"00000000-0000-4000-8000-{zlib.crc32(name.encode()):012x}"
        ahead = {"name": name, "namespace": self.namespace, "uid": uid}
        return b'"metadata":%b,"resourceVersion":"' % _encode(ahead)[:-1]

    def parts(self, head: bytes, node: int, *, ready: bool) -> Parts:
        """Return the parts of a pod."""
        return head, self._middle, node_name(node).encode(), self._end, self._status[ready]


def node_name(i: int) -> str:
    """Return the name of a node."""
    return f"node-{i:05}"


def namespace(owner: int) -> str:
    """Return the namespace of a workload."""
    return f"team-{owner % 50:02}"


def node(i: int) -> dict[str, Any]:
    """Return a node."""
    name, pool = node_name(i), f"pool-{i % 20}"
    conditions = ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node.kubernetes.io/instance-type": f"m{i % 5}.large",
                "topology.kubernetes.io/zone": f"zone-{i % 3}",
                "pool": pool,
            },
        },
        "spec": {
            "providerID": f"aws:///zone-{i % 3}/i-{i:017x}",
            "taints": [{"key": "pool", "value": pool, "effect": "NoSchedule"}],
        },
        "status": {
            "addresses": [{"type": "InternalIP", "address": f"10.{i >> 8}.{i & 255}.1"}],
            "conditions": [{"type": one, "status": str(one == "Ready")} for one in conditions],
            "nodeInfo": {"kubeletVersion": "v1.36.0"},
        },
    }


def deployment(i: int, *, replicas: int) -> dict[str, Any]:
    """Return a Deployment all of whose replicas are ready."""
    name = f"app-{i:04}"
    labels = {"app": name}
    counts = dict.fromkeys(
        ("replicas", "readyReplicas", "updatedReplicas", "availableReplicas"), replicas
    )
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": namespace(i),
            "generation": 1,
            "labels": labels,
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod_spec(i)},
        },
        "status": {
            "observedGeneration": 1,
            **counts,
            "conditions": [{"type": "Progressing", "status": "True"}],
        },
    }


def application(i: int) -> dict[str, Any]:
    """Return an Application that is synced and healthy."""
    source = {"repoURL": "https://git.example/iac.git", "path": f"apps/{i}"}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": f"application-{i:04}", "namespace": "argocd"},
        "spec": {"source": {**source, "targetRevision": "main"}},
        "status": {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}},
    }


def pod_spec(owner: int) -> dict[str, Any]:
    """Return the spec of a workload's pods, without the node's name."""
    return {
        "containers": [
            {
                "name": "main",
                "image": f"registry.example/app-{owner:04}:1.{owner % 9}",
                "env": [{"name": f"SETTING_{n}", "value": f"value-{n}"} for n in range(8)],
                "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}},
            }
        ],
        "nodeSelector": {"pool": f"pool-{owner % 20}"},
        "tolerations": [*_tolerations(owner)],
    }


def _tolerations(owner: int) -> Iterator[dict[str, Any]]:
    pool = f"pool-{owner % 20}"
    yield {"key": "pool", "operator": "Equal", "value": pool, "effect": "NoSchedule"}
    for one in ("not-ready", "unreachable"):
        key = f"node.kubernetes.io/{one}"
        yield {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}


def _pod_metadata(owner: int, replica_set: str) -> dict[str, Any]:
    return {
        "generateName": f"{replica_set}-",
        "creationTimestamp": _START,
        "labels": {"app": f"app-{owner:04}", "pod-template-hash": "6b474476c4"},
        "ownerReferences": [
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": replica_set,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }


def _pod_status(*, ready: bool) -> dict[str, Any]:
    state = {"running": {"startedAt": _START}} if ready else _WAITING
    return {
        "phase": "Running" if ready else "Pending",
        "conditions": [
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": _START},
            {"type": "Ready", "status": str(ready), "lastTransitionTime": _START},
        ],
        "containerStatuses": [{"name": "main", "ready": ready, "state": state}],
    }


def _managed_fields(size: int) -> list[dict[str, Any]]:
    count = max(0, size - 80) // 31
    fields: dict[str, Any] = {f"f:field-{n:04}": {"f:value": {}} for n in range(count)}
    return [{"manager": "kubelet", "operation": "Update", "fieldsV1": fields}]


_WAITING = {"waiting": {"reason": "ImagePullBackOff"}}
