"""What an API server makes of an object: identity, defaults, lists as kubectl prints them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

Object: TypeAlias = dict[str, Any]

FOUND = datetime(2025, 11, 12, 14, 30, tzinfo=UTC) - timedelta(hours=9)  # 14:30 KST
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # k8s.io/apimachinery/pkg/util/rand


def age(text: str) -> timedelta:
    """Return an age as kubectl prints it, with minutes: ``2d21h40m``."""
    days, _, rest = text.partition("d")
    hours, _, minutes = rest.partition("h")
    return timedelta(days=int(days), hours=int(hours), minutes=int(minutes.rstrip("m")))


def instant(before: timedelta) -> str:
    """Return the instant so long before the cluster was looked at."""
    return (FOUND - before).strftime("%Y-%m-%dT%H:%M:%SZ")


def number(*parts: str, below: int) -> int:
    """Return a number that looks random and is always the same for the same *parts*."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    return int.from_bytes(digest[:8]) % below


def suffix(*parts: str, length: int) -> str:
    """Return letters as Kubernetes puts them at the end of generated names."""
    return "".join(
        _ALPHABET[number(*parts, str(index), below=len(_ALPHABET))] for index in range(length)
    )


def uid(*parts: str) -> str:
    """Return a UID."""
    text = hashlib.sha256("/".join(parts).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def pod_ip(name: str) -> str:
    """Return an address of the pod network."""
    return f"192.168.{number(name, 'net', below=250) + 1}.{number(name, 'ip', below=250) + 2}"


def metadata(kind: str, name: str, *, created: timedelta, **more: Any) -> Object:
    """Return an object's metadata; *more* are further fields, left out where empty."""
    namespace = more.get("namespace", "")
    return {
        "name": name,
        "uid": uid(kind, namespace, name),
        "resourceVersion": str(20_000 + number(kind, namespace, name, below=900_000)),
        "creationTimestamp": instant(created),
        **{key: value for key, value in more.items() if value},
    }


def owner(kind: str, api_version: str, name: str, namespace: str = "") -> list[Object]:
    """Return the reference to an object's controller."""
    reference = {"apiVersion": api_version, "kind": kind, "name": name, "controller": True}
    return [reference | {"uid": uid(kind, namespace, name), "blockOwnerDeletion": True}]


def condition(kind: str, status: str, at: timedelta, reason: str = "", message: str = "") -> Object:
    """Return one entry of ``status.conditions``."""
    told = {"reason": reason, "message": message} if reason else {}
    return {"type": kind, "status": status, "lastTransitionTime": instant(at), **told}


def pod_spec(declared: Mapping[str, Any]) -> Object:
    """Fill the defaults into a pod's spec, as the API server does."""
    spec: Object = {
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
        **deepcopy(dict(declared)),
    }
    if account := spec.get("serviceAccountName"):
        spec["serviceAccount"] = account
    spec["containers"] = [_container(one) for one in spec["containers"]]
    return spec


def _container(declared: Object) -> Object:
    latest = declared["image"].endswith(":latest")
    filled = {
        "imagePullPolicy": "Always" if latest else "IfNotPresent",
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        **declared,
    }
    if "ports" in filled:
        filled["ports"] = [{"protocol": "TCP", **port} for port in filled["ports"]]
    for name in ("livenessProbe", "readinessProbe"):
        if name in filled:
            filled[name] = _probe(filled[name])
    return filled


def _probe(declared: Object) -> Object:
    defaults = {
        "failureThreshold": 3,
        "periodSeconds": 10,
        "successThreshold": 1,
        "timeoutSeconds": 1,
    }
    return {**defaults, **declared, "httpGet": {"scheme": "HTTP", **declared["httpGet"]}}


def service(
    namespace: str, name: str, *, selector: Mapping[str, str], port: int, **more: Any
) -> Object:
    """Return a ClusterIP service; *more* is further metadata, ``created`` among it."""
    cluster_ip = f"10.96.{number(name, 'a', below=250)}.{number(name, 'b', below=250) + 1}"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata("Service", name, namespace=namespace, **more),
        "spec": {
            "clusterIP": cluster_ip,
            "clusterIPs": [cluster_ip],
            "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "ports": [{"name": "http", "port": port, "protocol": "TCP", "targetPort": port}],
            "selector": dict(selector),
            "sessionAffinity": "None",
            "type": "ClusterIP",
        },
        "status": {"loadBalancer": {}},
    }


def endpoint_slice(of: Object, pods: Iterable[Object]) -> Object:
    """Return the EndpointSlice of a service: those of *pods* that it selects."""
    meta, spec = of["metadata"], of["spec"]
    selected = [
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == meta["namespace"]
        and spec["selector"].items() <= pod["metadata"]["labels"].items()
    ]
    name = f"{meta['name']}-{suffix(meta['namespace'], meta['name'], 'slice', length=5)}"
    labels = meta.get("labels", {}) | {
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": meta["name"],
    }
    reference = owner("Service", "v1", meta["name"], meta["namespace"])
    created = FOUND - datetime.fromisoformat(meta["creationTimestamp"])
    ports = [{"name": one["name"], "port": one["port"], "protocol": "TCP"} for one in spec["ports"]]
    return {
        "addressType": "IPv4",
        "apiVersion": "discovery.k8s.io/v1",
        "endpoints": [_endpoint(pod) for pod in selected],
        "kind": "EndpointSlice",
        "metadata": metadata(
            "EndpointSlice",
            name,
            created=created,
            namespace=meta["namespace"],
            labels=labels,
            ownerReferences=reference,
        ),
        "ports": ports,
    }


def _endpoint(pod: Object) -> Object:
    ready = pod["status"]["phase"] == "Running"
    meta = pod["metadata"]
    target = {key: meta[key] for key in ("name", "namespace", "uid")} | {"kind": "Pod"}
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": ready, "terminating": False},
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": target,
    }


def listing(objects: Iterable[Object]) -> str:
    """Return objects as ``kubectl get -A -o json`` prints them: sorted, indented by four."""
    items = sorted(
        objects, key=lambda one: (one["metadata"].get("namespace", ""), one["metadata"]["name"])
    )
    whole = {"apiVersion": "v1", "items": items, "kind": "List"}
    return (
        json.dumps(whole | {"metadata": {"resourceVersion": ""}}, indent=4, sort_keys=True) + "\n"
    )
