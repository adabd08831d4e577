"""How the API server treats single fields of an object: merge keys, quantities, empty values.

Source: Kubernetes API reference, ``apps/v1`` and ``core/v1`` (``x-kubernetes-list-map-keys`` and
``x-kubernetes-patch-merge-key`` of the OpenAPI document, ``omitempty`` and defaults of the Go
types). In most kinds, field names are unique enough to stand for their paths.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from exporter.domain.errors import ParseError
from exporter.domain.images import same_image
from exporter.domain.json import Json, dig
from exporter.domain.quantity import parse_quantity

Same: TypeAlias = Callable[[Json, Json], bool]
Path: TypeAlias = tuple[str, ...]

TEXT_MEMBER: Final = "(text)"
QUANTITY_MEMBER: Final = "(quantity)"

MAP_MEMBERS: Final[Mapping[str, str]] = {
    "labels": TEXT_MEMBER,
    "annotations": TEXT_MEMBER,
    "nodeSelector": TEXT_MEMBER,
    "matchLabels": TEXT_MEMBER,
    "volumeAttributes": TEXT_MEMBER,
    "limits": QUANTITY_MEMBER,
    "requests": QUANTITY_MEMBER,
    "overhead": QUANTITY_MEMBER,
}
"""Maps with keys of the owner's choice, and what stands for the field name of their members."""

MEMBERS: Final[Mapping[tuple[str, str], str]] = {
    ("Service", "spec"): "Service.spec",
    ("Service.spec", "ports"): "Service.ports",
    ("HorizontalPodAutoscaler", "spec"): "HorizontalPodAutoscaler.spec",
    ("HorizontalPodAutoscaler.spec", "metrics"): "HorizontalPodAutoscaler.metrics",
    ("MutatingWebhookConfiguration", "webhooks"): "webhooks",
    ("ValidatingWebhookConfiguration", "webhooks"): "webhooks",
    ("ServiceAccount", "secrets"): "ServiceAccount.secrets",
    ("PersistentVolume", "spec"): "PersistentVolume.spec",
    ("PersistentVolume.spec", "capacity"): "requests",
    ("ResourceQuota", "spec"): "ResourceQuota.spec",
    ("ResourceQuota.spec", "hard"): "requests",
    ("LimitRange", "spec"): "LimitRange.spec",
    ("LimitRange.spec", "limits"): "LimitRange.limits",
    ("LimitRange.limits[]", "default"): "requests",
    ("LimitRange.limits[]", "defaultRequest"): "requests",
    ("LimitRange.limits[]", "max"): "requests",
    ("LimitRange.limits[]", "maxLimitRequestRatio"): "requests",
    ("LimitRange.limits[]", "min"): "requests",
}
"""By what a field goes within certain kinds, where its own name means something else elsewhere."""

_NAME: Final = (("name",),)
MERGE_KEYS: Final[Mapping[str, tuple[Path, ...]]] = {
    "containers": _NAME,
    "initContainers": _NAME,
    "ephemeralContainers": _NAME,
    "env": _NAME,
    "volumes": _NAME,
    "imagePullSecrets": _NAME,
    "schedulingGates": _NAME,
    "resourceClaims": _NAME,
    "claims": _NAME,
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "hostAliases": (("ip",),),
    "resizePolicy": (("resourceName",),),
    "ports": (("containerPort",), ("protocol",)),
    "topologySpreadConstraints": (("topologyKey",), ("whenUnsatisfiable",)),
    "volumeClaimTemplates": (("metadata", "name"),),
    "Service.ports": (("port",), ("protocol",)),
    "ServiceAccount.secrets": _NAME,
    "HorizontalPodAutoscaler.metrics": (("type",), ("resource", "name")),
    "webhooks": _NAME,
}
"""Lists whose items are matched by the values at these paths; all other lists are atomic."""

ORDERED: Final = frozenset({"initContainers"})
"""Lists with merge keys whose order means something, too."""

_KEY_DEFAULTS: Final[Mapping[Path, str]] = {("protocol",): "TCP"}

SAME_FIELD: Final = {"serviceAccount": "serviceAccountName"}
"""Deprecated names, and the field that the API server keeps equal to them."""

DEFAULTED: Final = frozenset(
    {
        "apiVersion",
        "dnsPolicy",
        "failureThreshold",
        "imagePullPolicy",
        "periodSeconds",
        "podManagementPolicy",
        "protocol",
        "restartPolicy",
        "scheme",
        "schedulerName",
        "successThreshold",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "timeoutSeconds",
        "type",
    }
)
"""Fields in which the API server puts its default in the place of 0 or an empty text."""

KEPT: Final = frozenset(
    {
        TEXT_MEMBER,
        QUANTITY_MEMBER,
        "allowPrivilegeEscalation",
        "automountServiceAccountToken",
        "defaultMode",
        "emptyDir",
        "enableServiceLinks",
        "expirationSeconds",
        "fsGroup",
        "hostUsers",
        "labelSelector",
        "maxSurge",
        "maxUnavailable",
        "mode",
        "namespaceSelector",
        "progressDeadlineSeconds",
        "replicas",
        "revisionHistoryLimit",
        "runAsGroup",
        "runAsUser",
        "minAvailable",
        "storageClassName",
        "terminationGracePeriodSeconds",
        "tolerationSeconds",
    }
)
"""Fields in which 0, false or empty means something else than nothing at all."""


_LONG: Final = 1024  # bits; Python refuses to write much longer numbers in decimal


def text_of(value: Json) -> str:
    """Return a scalar as the text that a string field would hold; None is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > _LONG:
            return hex(value)
        case str() | int() | float():
            return str(value)
        case Mapping():
            return "an object"
        case _:
            return "a list"


def same_value(one: Json, other: Json) -> bool:
    """Tell whether two scalars are equal; true is not 1, and 1 is not a text."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def same_text(one: Json, other: Json) -> bool:
    """Tell whether two scalars are the same where the API has a text, or takes one."""
    return text_of(one) == text_of(other)


def same_quantity(one: Json, other: Json) -> bool:
    """Tell whether two quantities have the same value; what is none is compared as text."""
    try:
        return parse_quantity(text_of(one)) == parse_quantity(text_of(other))
    except ParseError:
        return same_text(one, other)


def same_reference(one: Json, other: Json) -> bool:
    """Tell whether an image that is declared is the one that is observed."""
    if isinstance(one, str) and isinstance(other, str):
        return same_image(one, other)
    return same_value(one, other)


SCALARS: Final[Mapping[str, Same]] = {
    TEXT_MEMBER: same_text,
    QUANTITY_MEMBER: same_quantity,
    "sizeLimit": same_quantity,
    "divisor": same_quantity,
    "averageValue": same_quantity,
    "minAvailable": same_text,
    "port": same_text,
    "maxSurge": same_text,
    "maxUnavailable": same_text,
    "value": same_text,
    "image": same_reference,
}
"""How to compare the scalars of fields that do not just have to be equal."""


def merge_key(item: Json, field: str) -> tuple[str, ...] | None:
    """Return by what an *item* of the list *field* is known, or None where it has no such key."""
    parts = tuple(_key_part(item, path) for path in MERGE_KEYS.get(field, ()))
    return parts if parts and all(parts) else None


def _key_part(item: Json, path: Path) -> str:
    value = dig(item, *path)
    if value is None or value == "":
        return _KEY_DEFAULTS.get(path, "")
    return text_of(value) if isinstance(value, str | int | float) else ""


def is_nothing(value: Json, field: str) -> bool:
    """Tell whether the API server drops a *field* that has this *value*."""
    if value is None:
        return True
    if field in KEPT:
        return False
    if isinstance(value, Mapping):
        member = MAP_MEMBERS.get(field)
        return all(is_nothing(part, member or key) for key, part in value.items())
    return not value
