"""Objects that are neither nodes nor workloads, as many as a large cluster has of them."""

from collections.abc import Iterator
from typing import Any

from tests.apiserver.resources import BUILT_IN, Resource
from tests.apiserver.store import Store

NAMESPACES = 50
_FURTHER = (
    Resource(group="", version="v1", plural="configmaps", kind="ConfigMap"),
    Resource(
        group="networking.k8s.io",
        version="v1",
        plural="networkpolicies",
        kind="NetworkPolicy",
        zero='"spec":{"podSelector":{}}',
    ),
)


def put_objects(store: Store, count: int, *, owners: int) -> None:
    """Put *count* Services and ConfigMaps, a quarter as many Ingresses and NetworkPolicies.

    Each Service selects the pods of one of the workloads and has an EndpointSlice.
    """
    for resource in _FURTHER:
        assert resource not in BUILT_IN
        store.install(resource)
    for i in range(count):
        for content in declared_objects(i, owners=owners):
            store.put(content)
        store.put(_endpoint_slice(i, i % owners))


def declared_objects(i: int, *, owners: int) -> Iterator[dict[str, Any]]:
    """Return what a repository declares of the number *i*: two objects, every fourth time four."""
    owner = i % owners
    labels = {"app": f"app-{owner:04}"}
    port = {"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}
    yield _object("v1", "Service", i, owner, spec={"selector": labels, "ports": [port]})
    data = {f"setting-{n}": f"value-{i % 97}-{n}" for n in range(10)}
    yield _object("v1", "ConfigMap", i, owner, data=data)
    if i % 4:
        return
    backend = {"service": {"name": f"object-{i:05}", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule = {"host": f"object-{i}.example", "http": {"paths": [path]}}
    yield _object("networking.k8s.io/v1", "Ingress", i, owner, spec={"rules": [rule]})
    yield _object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        i,
        owner,
        spec={"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress"]},
    )


def _endpoint_slice(i: int, owner: int) -> dict[str, Any]:
    content = _object("discovery.k8s.io/v1", "EndpointSlice", i, owner)
    return {
        **content,
        "metadata": {
            **content["metadata"],
            "labels": {"kubernetes.io/service-name": f"object-{i:05}"},
        },
        "addressType": "IPv4",
        "endpoints": [
            {
                "addresses": [f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"],
                "conditions": {"ready": True, "serving": True, "terminating": False},
            }
        ],
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    }


def _object(api_version: str, kind: str, i: int, owner: int, **content: Any) -> dict[str, Any]:
    metadata = {"name": f"object-{i:05}", "namespace": f"team-{owner % NAMESPACES:02}"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
