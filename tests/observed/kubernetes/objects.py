"""Small objects, as somebody would send them to the API server."""

from typing import Any


def _object(kind: str, api_version: str, name: str, **content: Any) -> dict[str, Any]:
    metadata = {"name": name, **content.pop("metadata", {})}
    return {"kind": kind, "apiVersion": api_version, "metadata": metadata, **content}


def node(name: str, **content: Any) -> dict[str, Any]:
    return _object("Node", "v1", name, **{"spec": {}, **content})


def pod(
    name: str, *, namespace: str = "api", on: str = "node-1", owner: str = "db"
) -> dict[str, Any]:
    controller = {"kind": "StatefulSet", "name": owner, "controller": True}
    return _object(
        "Pod",
        "v1",
        name,
        metadata={"namespace": namespace, "ownerReferences": [controller]},
        spec={"nodeName": on},
        status={"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    )


def workload(kind: str, name: str, *, namespace: str = "api", replicas: int = 1) -> dict[str, Any]:
    return _object(
        kind, "apps/v1", name, metadata={"namespace": namespace}, spec={"replicas": replicas}
    )


def scaler(name: str, *, target: str, maximum: int, namespace: str = "api") -> dict[str, Any]:
    return _object(
        "HorizontalPodAutoscaler",
        "autoscaling/v2",
        name,
        metadata={"namespace": namespace},
        spec={"scaleTargetRef": {"kind": "Deployment", "name": target}, "maxReplicas": maximum},
    )


def application(name: str) -> dict[str, Any]:
    return _object(
        "Application",
        "argoproj.io/v1alpha1",
        name,
        metadata={"namespace": "argocd"},
        spec={"source": {"repoURL": "https://example.com/r", "path": name}},
    )
