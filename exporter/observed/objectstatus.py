"""What is kept of the status of objects: as little as the checks judge by.

Sources: Kubernetes API reference (autoscaling/v2, batch/v1, networking/v1), Gateway API reference
(``gateway.networking.k8s.io/v1``), KEDA's ScaledObject (``keda.sh/v1alpha1``).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig, shared
from exporter.domain.objectkeys import GroupKind

LONGEST: Final = 300
"""Characters that are kept of a message."""
GATEWAY_API: Final = "gateway.networking.k8s.io"
OLD_CONDITIONS: Final = "autoscaling.alpha.kubernetes.io/conditions"
"""Where a HorizontalPodAutoscaler that is seen in autoscaling/v1 has its conditions, as JSON."""

_PARENT: Final = ("group", "kind", "namespace", "name", "sectionName", "port")


def kept_status(content: JsonObject, kind: GroupKind) -> JsonObject:
    """Return what is kept of the status of an object of this *kind*; empty for most."""
    keep = KEPT.get(kind)
    found: JsonObject = shared(dict(keep(content))) if keep else {}
    return found


def _conditions(status: Json) -> list[Json]:
    """Return type, status, reason and the beginning of the message of each condition."""
    return [
        {
            "type": as_text(condition.get("type")),
            "status": as_text(condition.get("status")),
            "reason": as_text(condition.get("reason")),
            "message": as_text(condition.get("message"))[:LONGEST],
        }
        for condition in map(as_object, as_list(dig(status, "conditions")))
    ]


def _with_conditions(content: JsonObject) -> dict[str, Json]:
    return {"conditions": _conditions(content.get("status"))}


def _autoscaler(content: JsonObject) -> dict[str, Json]:
    annotations = as_object(dig(content, "metadata", "annotations"))
    old: Json = None
    with suppress(msgspec.DecodeError, RecursionError):
        old = {"conditions": msgspec.json.decode(as_text(annotations.get(OLD_CONDITIONS)) or "[]")}
    return {"conditions": _conditions(content.get("status")) or _conditions(old)}


def _addresses(content: JsonObject) -> dict[str, Json]:
    """Return how many addresses an Ingress has been given."""
    entries = map(as_object, as_list(dig(content, "status", "loadBalancer", "ingress")))
    return {"addresses": sum(bool(entry.get("ip") or entry.get("hostname")) for entry in entries)}


def _gateway(content: JsonObject) -> dict[str, Json]:
    addresses = as_list(dig(content, "status", "addresses"))
    return {**_with_conditions(content), "addresses": len(addresses)}


def _route(content: JsonObject) -> dict[str, Json]:
    """Return what each parent says of a route."""
    parents = map(as_object, as_list(dig(content, "status", "parents")))
    return {
        "parents": [
            {
                "parentRef": {
                    key: value
                    for key, value in as_object(parent.get("parentRef")).items()
                    if key in _PARENT
                },
                "conditions": _conditions(parent),
            }
            for parent in parents
        ]
    }


def _cron_job(content: JsonObject) -> dict[str, Json]:
    status = as_object(content.get("status"))
    kept = ("lastScheduleTime", "lastSuccessfulTime")
    created = as_text(dig(content, "metadata", "creationTimestamp"))
    return {**{key: as_text(status.get(key)) for key in kept}, "created": created}


KEPT: Final[Mapping[GroupKind, Callable[[JsonObject], Mapping[str, Any]]]] = {
    GroupKind("autoscaling", "HorizontalPodAutoscaler"): _autoscaler,
    GroupKind("keda.sh", "ScaledObject"): _with_conditions,
    GroupKind("batch", "CronJob"): _cron_job,
    GroupKind("batch", "Job"): _with_conditions,
    GroupKind("networking.k8s.io", "Ingress"): _addresses,
    GroupKind(GATEWAY_API, "Gateway"): _gateway,
    **{
        GroupKind(GATEWAY_API, kind): _route
        for kind in ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
    },
}
"""By kind, what is kept of the status."""
