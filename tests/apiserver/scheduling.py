"""Where a pod may run: what of Kubernetes' scheduler the simulated cluster needs.

Source: Kubernetes, "Assigning Pods to Nodes" and "Taints and Tolerations". Room, and affinity
between pods, are not looked at.
"""

from collections.abc import Iterator

from exporter.domain.taints import Taint, TaintEffect, Toleration, TolerationOperator, untolerated
from tests.apiserver.store import Object


def suitable(pod: Object, nodes: list[Object]) -> Iterator[str]:
    """Yield the names of *nodes* on which *pod* may run."""
    for node in nodes:
        if not node["spec"].get("unschedulable") and _selects(pod, node) and _bears(pod, node):
            yield node["metadata"]["name"]


def _bears(pod: Object, node: Object) -> bool:
    taints = (
        Taint(one["key"], TaintEffect(one["effect"]), one.get("value", ""))
        for one in node["spec"].get("taints", ())
    )
    return not untolerated(taints, map(_toleration, pod["spec"].get("tolerations", ())))


def _toleration(one: Object) -> Toleration:
    effect = one.get("effect")
    return Toleration(
        key=one.get("key", ""),
        operator=TolerationOperator(one.get("operator", "Equal")),
        value=one.get("value", ""),
        effect=TaintEffect(effect) if effect else None,
    )


def _selects(pod: Object, node: Object) -> bool:
    labels = node["metadata"].get("labels", {})
    wanted = pod["spec"].get("nodeSelector") or {}
    terms = (
        pod["spec"]
        .get("affinity", {})
        .get("nodeAffinity", {})
        .get("requiredDuringSchedulingIgnoredDuringExecution", {})
        .get("nodeSelectorTerms", [{}])
    )
    return wanted.items() <= labels.items() and any(
        all(_matches(one, labels) for one in term.get("matchExpressions", ())) for term in terms
    )


def _matches(expression: Object, labels: dict[str, str]) -> bool:
    key, values = expression["key"], expression.get("values", ())
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False
