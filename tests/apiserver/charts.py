"""The reference cluster with an umbrella chart over its monitoring stack."""

import copy
import shutil
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final

from tests.apiserver.resources import custom
from tests.apiserver.server import ApiServer
from tests.apiserver.store import Object

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
STACK: Final = "kube-prometheus-stack"
_STORAGE: Final = {"requests": {"storage": "50Gi"}}


def lay_repository(folder: Path) -> None:
    """Write the repository of the reference cluster to *folder*, with the umbrella chart."""
    shutil.copytree(EXAMPLES / "reference-cluster" / "repository", folder, dirs_exist_ok=True)
    shutil.copytree(EXAMPLES / "umbrella-chart" / "repository", folder, dirs_exist_ok=True)


def application(other: Object) -> Object:
    """Return the umbrella's Application as Argo CD keeps it, given that of an API."""
    made = copy.deepcopy(other)
    source = {"path": "charts/monitoring", "repoURL": other["spec"]["source"]["repoURL"]}
    made["metadata"] = {"name": "monitoring", "namespace": "argocd"}
    made["spec"]["source"] = source | {"targetRevision": "main"}
    made["spec"]["destination"]["namespace"] = "monitoring"
    made["status"] = {
        "sync": {"status": "Synced", "revision": other["status"]["sync"]["revision"]},
        "health": {"status": "Healthy"},
        "reconciledAt": other["status"]["reconciledAt"],
    }
    return made


def _custom(kind: str, *, image: str, **spec: object) -> Object:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": kind,
        "metadata": {"name": f"{STACK}-{kind.lower()}", "namespace": "monitoring"},
        "spec": {"image": f"quay.io/prometheus/{image}", "replicas": 1, **spec},
    }


PROMETHEUS: Final = _custom(
    "Prometheus",
    image="prometheus:v2.49.1",
    retention="15d",
    storage={"volumeClaimTemplate": {"spec": {"resources": _STORAGE}}},
)
CUSTOM: Final = {
    "prometheuses": PROMETHEUS,
    "alertmanagers": _custom("Alertmanager", image="alertmanager:v0.26.0"),
}


def own(workloads: Iterable[Object]) -> None:
    """Let the operator's objects own the workloads that it made of them."""
    for workload in workloads:
        _own(workload)


def _own(workload: Object) -> None:
    name = workload["metadata"]["name"]
    for one in CUSTOM.values():
        if name == f"{one['kind'].lower()}-{one['metadata']['name']}":
            owner = {"apiVersion": one["apiVersion"], "kind": one["kind"], "controller": True}
            workload["metadata"]["ownerReferences"] = [owner | {"name": one["metadata"]["name"]}]


def deliver(api: ApiServer, repository: Path) -> None:
    """Let Argo CD deliver the umbrella chart, whose objects the cluster has already.

    The *repository* is a link to that of the reference cluster, and a copy with the chart then.
    """
    repository.unlink()
    lay_repository(repository)
    api.put(application(api.objects("applications")[0]))
    workloads = api.objects("statefulsets")
    own(workloads)
    for workload in workloads:
        api.put(workload)
    for plural, one in CUSTOM.items():
        group, _, version = one["apiVersion"].partition("/")
        api.install(custom(group, version, plural, one["kind"]))
        api.put(copy.deepcopy(one))


def scale(deployment: Object) -> None:
    """Scale a Deployment by hand, and give it another image."""
    deployment["spec"]["replicas"] = 2
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    container["image"] = f"{container['image'].rpartition(':')[0]}:10.4.0"


async def chart_scaled(api: ApiServer) -> str:
    """Somebody scales by hand what an umbrella chart delivers, and changes its image."""
    api.change("deployments", f"{STACK}-grafana", "monitoring", edit=scale)
    return f"Deployment {STACK}-grafana has 2 replicas of another image"


SCENARIOS: Final[dict[str, Callable[[ApiServer], Awaitable[str]]]] = {"chart-scaled": chart_scaled}
