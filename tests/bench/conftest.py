"""A synthetic dump of a large cluster, and a child process in which to measure."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest

Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many objects a dump holds, and about how many bytes a pod has as kubectl writes it."""

    nodes: int
    workloads: int
    pods: int
    pod_bytes: int = 3000
    applications: int = 300


def node(i: int) -> Object:
    name = f"node-{i:05}"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            **metadata(name, "", i),
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": f"m{i % 5}.large",
                "topology.kubernetes.io/zone": f"zone-{i % 3}",
                "pool": f"pool-{i % 20}",
            },
        },
        "spec": {
            "providerID": f"aws:///zone-{i % 3}/i-{i:017x}",
            "taints": [{"key": "pool", "value": f"pool-{i % 20}", "effect": "NoSchedule"}],
        },
        "status": {
            "addresses": [{"type": "InternalIP", "address": f"10.{i >> 8}.{i & 255}.1"}],
            "conditions": [{"type": "Ready", "status": "True", "message": "kubelet is posting"}],
            "nodeInfo": {"kubeletVersion": "v1.32.4"},
        },
    }


def workload(i: int) -> Object:
    name = f"app-{i:04}"
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**metadata(name, namespace_of(i), i), "labels": {"app": name}},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod_template(i)},
        },
        "status": {
            "observedGeneration": 1,
            "replicas": 3,
            "readyReplicas": 3,
            "updatedReplicas": 3,
            "availableReplicas": 3,
            "conditions": [{"type": "Progressing", "status": "True"}],
        },
    }


def pod_template(i: int) -> Object:
    return {
        "containers": [
            {
                "name": "main",
                "image": f"registry.example/app-{i:04}:1.{i % 9}",
                "env": [{"name": f"SETTING_{n}", "value": f"value-{n}"} for n in range(8)],
                "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}},
            }
        ],
        "nodeSelector": {"pool": f"pool-{i % 20}"},
        "tolerations": tolerations(i),
    }


def tolerations(i: int) -> list[Object]:
    bearable = ("not-ready", "unreachable")
    return [
        {"effect": "NoSchedule", "key": "pool", "operator": "Equal", "value": f"pool-{i % 20}"},
        *(
            {
                "effect": "NoExecute",
                "key": f"node.kubernetes.io/{one}",
                "operator": "Exists",
                "tolerationSeconds": 300,
            }
            for one in bearable
        ),
    ]


def pod(i: int, *, size: Size) -> Object:
    turn, owner = divmod(i, size.workloads)
    place = (owner * 17 + turn * 101) % size.nodes  # no two pods of an owner share a node
    replica_set = f"app-{owner:04}-6b474476c4"
    waiting = {"waiting": {"reason": "ImagePullBackOff"}} if i % 50 == 0 else {"running": {}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **metadata(f"{replica_set}-{i:06}", namespace_of(owner), i),
            "labels": {"app": f"app-{owner:04}", "pod-template-hash": "6b474476c4"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": replica_set, "controller": True}],
        },
        "spec": {"nodeName": f"node-{place:05}", **pod_template(owner)},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "False" if i % 50 == 0 else "True"}],
            "containerStatuses": [{"name": "main", "state": waiting}],
        },
    }


def application(i: int) -> Object:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata(f"application-{i:04}", "argocd", i),
        "spec": {"source": {"repoURL": "https://git.example/iac.git", "path": f"apps/{i}"}},
        "status": {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}},
    }


def managed_fields(size: int) -> list[Object]:
    """Return what `kubectl get --show-managed-fields` would add, of about *size* bytes."""
    fields: Object = {f"f:field-{n}": {"f:value": {}} for n in range(max(0, size) // 110)}
    return [{"manager": "kubelet", "operation": "Update", "fieldsV1": fields}]


def metadata(name: str, namespace: str, i: int) -> Object:
    uid = hashlib.blake2b(f"{namespace}/{name}".encode(), digest_size=16).hexdigest()
    placed = {"namespace": namespace} if namespace else {}
    return {"name": name, **placed, "uid": uid, "resourceVersion": str(1_000_000 + i)}


def namespace_of(i: int) -> str:
    return f"team-{i % 50:02}"


def objects(size: Size) -> Iterator[Object]:
    padding = managed_fields(size.pod_bytes - len(as_kubectl(pod(0, size=size))))
    yield from map(node, range(size.nodes))
    for i in range(size.pods):
        padded = pod(i, size=size)
        padded["metadata"]["managedFields"] = padding
        yield padded
    yield from map(workload, range(size.workloads))
    yield from map(application, range(size.applications))


def as_kubectl(content: Object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content, order="sorted"), indent=4)


def write(path: Path, size: Size) -> None:
    """Write one list of mixed kinds, as ``kubectl get nodes,pods,... -A -o json`` does."""
    with path.open("wb") as file:
        file.write(b'{\n    "apiVersion": "v1",\n    "items": [\n')
        for number, content in enumerate(objects(size)):
            file.write((b",\n" if number else b"") + as_kubectl(content))
        file.write(b'\n    ],\n    "kind": "List",\n    "metadata": {"resourceVersion": ""}\n}\n')


@pytest.fixture
def dump(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Write a dump of the given size (see ``Size``), which is gone again after the test."""
    path = tmp_path / "cluster.json"

    def make(**size: int) -> Path:
        write(path, Size(**size))
        return path

    yield make
    path.unlink(missing_ok=True)


@pytest.fixture
def measure() -> Callable[..., dict[str, float]]:
    """Run a program in a process of its own that prints what it measured as a JSON object."""

    def run(program: str, *arguments: str | Path) -> dict[str, float]:
        command = [sys.executable, "-c", program, *map(str, arguments)]
        done = subprocess.run(command, check=True, capture_output=True, timeout=900)
        return msgspec.json.decode(done.stdout, type=dict[str, float])

    return run
