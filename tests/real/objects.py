"""Objects that a real API server accepts, and the definitions of the custom ones."""

from collections.abc import Mapping
from typing import Any

from tests.apiserver.resources import APPLICATIONS, SCALED_OBJECTS, Resource

Object = dict[str, Any]

_IMAGE = "registry.example.com/app:1"


def node(name: str, **metadata: Any) -> Object:
    """Return a node."""
    return {**_object("v1", "Node", name, **metadata), "spec": {}}


def namespace(name: str) -> Object:
    """Return a namespace."""
    return _object("v1", "Namespace", name)


def pod(name: str, *, namespace: str = "api", on: str = "node-1", owner: str = "db") -> Object:
    """Return a pod that a StatefulSet owns and that was bound to a node."""
    controller = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "name": owner,
        "uid": "11111111-2222-3333-4444-555555555555",
        "controller": True,
    }
    content = _object("v1", "Pod", name, namespace=namespace, ownerReferences=[controller])
    return {**content, "spec": {"nodeName": on, **_template()["spec"]}}


def workload(kind: str, name: str, *, namespace: str = "api", replicas: int = 1) -> Object:
    """Return a Deployment, StatefulSet or DaemonSet."""
    spec: Object = {"selector": {"matchLabels": {"app": "app"}}, "template": _template()}
    if kind != "DaemonSet":
        spec["replicas"] = replicas
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {**_object("apps/v1", kind, name, namespace=namespace), "spec": spec}


def scaler(name: str, *, target: str, maximum: int, namespace: str = "api") -> Object:
    """Return a HorizontalPodAutoscaler of a Deployment."""
    content = _object("autoscaling/v2", "HorizontalPodAutoscaler", name, namespace=namespace)
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    return {**content, "spec": {"scaleTargetRef": reference, "maxReplicas": maximum}}


def scaled_object(name: str, *, target: str, maximum: int, namespace: str = "api") -> Object:
    """Return a ScaledObject of a Deployment, which may go down to none."""
    content = _object("keda.sh/v1alpha1", "ScaledObject", name, namespace=namespace)
    spec = {"scaleTargetRef": {"name": target}, "idleReplicaCount": 0, "maxReplicaCount": maximum}
    return {**content, "spec": spec}


def application(name: str, *, sync: str = "Synced") -> Object:
    """Return an Application as Argo CD left it."""
    content = _object("argoproj.io/v1alpha1", "Application", name, namespace="argocd")
    return {
        **content,
        "spec": {
            "project": "default",
            "source": {"repoURL": "https://example.com/r", "path": name, "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "api"},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": False}},
        },
        "status": {
            "sync": {"status": sync, "revision": "0123abc"},
            "health": {"status": "Healthy", "lastTransitionTime": "2026-01-01T00:00:00Z"},
            "reconciledAt": "2026-01-01T00:00:00Z",
            "operationState": {"phase": "Succeeded", "startedAt": "2026-01-01T00:00:00Z"},
        },
    }


def definition(resource: Resource) -> Object:
    """Return the CustomResourceDefinition of a kind, reduced to the fields that are read.

    The server prunes every other field.
    """
    version = {
        "name": resource.version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _SCHEMAS[resource]},
    }
    names = {
        "plural": resource.plural,
        "singular": resource.kind.lower(),
        "kind": resource.kind,
        "listKind": f"{resource.kind}List",
    }
    return {
        **_object("apiextensions.k8s.io/v1", "CustomResourceDefinition", resource.qualified),
        "spec": {
            "group": resource.group,
            "scope": "Namespaced",
            "names": names,
            "versions": [version],
        },
    }


def _object(api_version: str, kind: str, name: str, **metadata: Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **metadata}}


def _template() -> Object:
    return {
        "metadata": {"labels": {"app": "app"}},
        "spec": {"containers": [{"name": "app", "image": _IMAGE}]},
    }


def _fields(**properties: Mapping[str, Any]) -> Object:
    return {"type": "object", "properties": properties}


def _many(items: Mapping[str, Any]) -> Object:
    return {"type": "array", "items": items}


_TEXT = {"type": "string"}
_YES_OR_NO = {"type": "boolean"}
_COUNT = {"type": "integer"}
_SOURCE = _fields(repoURL=_TEXT, path=_TEXT, targetRevision=_TEXT, chart=_TEXT, ref=_TEXT)
_HEALTH = _fields(status=_TEXT, message=_TEXT, lastTransitionTime=_TEXT)
_SCHEMAS: Mapping[Resource, Object] = {
    APPLICATIONS: _fields(
        spec=_fields(
            source=_SOURCE,
            sources=_many(_SOURCE),
            destination=_fields(namespace=_TEXT),
            syncPolicy=_fields(
                automated=_fields(prune=_YES_OR_NO, selfHeal=_YES_OR_NO, enabled=_YES_OR_NO)
            ),
        ),
        status=_fields(
            sync=_fields(status=_TEXT, revision=_TEXT, revisions=_many(_TEXT)),
            health=_HEALTH,
            operationState=_fields(phase=_TEXT, startedAt=_TEXT),
            reconciledAt=_TEXT,
            conditions=_many(_fields(type=_TEXT)),
            resources=_many(_fields(kind=_TEXT, name=_TEXT, namespace=_TEXT, health=_HEALTH)),
        ),
    ),
    SCALED_OBJECTS: _fields(
        spec=_fields(
            scaleTargetRef=_fields(name=_TEXT, kind=_TEXT),
            idleReplicaCount=_COUNT,
            minReplicaCount=_COUNT,
            maxReplicaCount=_COUNT,
        )
    ),
}
