"""What a pod template asks of its node, translated from the manifest.

Source: Kubernetes API reference, PodSpec (``nodeSelector``, ``affinity.nodeAffinity``,
``tolerations``); shapes are held to what ``k8s.io/kubernetes/pkg/apis/core/validation`` accepts.
"""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeVar

from exporter.domain.errors import ParseError
from exporter.domain.json import Json, JsonObject
from exporter.domain.selectors import NodeSelection, NodeTerm, Operator, Requirement
from exporter.domain.taints import TaintEffect, Toleration, TolerationOperator

E = TypeVar("E", bound=StrEnum)

_LABEL_VALUE: Final = re.compile(r"(?=.{0,63}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?")
REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"


def node_selection(spec: JsonObject) -> NodeSelection:
    """Return the ``nodeSelector`` and required node affinity of a pod *spec*.

    Raises :exc:`ParseError` for what the API server would refuse.
    """
    selector = _object(spec.get("nodeSelector"), "nodeSelector")
    labels = {key: _text(value, f"nodeSelector.{key}") for key, value in selector.items()}
    affinity = _object(spec.get("affinity"), "affinity")
    node_affinity = _object(affinity.get("nodeAffinity"), "affinity.nodeAffinity")
    required = node_affinity.get(REQUIRED)
    if required is None:
        return NodeSelection(labels=labels)
    terms = _objects(_object(required, REQUIRED).get("nodeSelectorTerms"), "nodeSelectorTerms")
    return NodeSelection(labels=labels, terms=tuple(_term(term) for term in terms))


def tolerations(spec: JsonObject) -> tuple[Toleration, ...]:
    """Return the ``tolerations`` of a pod *spec*, in their order.

    Raises :exc:`ParseError` for what the API server would refuse.
    """
    return tuple(_toleration(one) for one in _objects(spec.get("tolerations"), "tolerations"))


def _toleration(content: JsonObject) -> Toleration:
    key = _text(content.get("key"), "tolerations.key")
    operator = _text(content.get("operator"), "tolerations.operator") or TolerationOperator.EQUAL
    effect = _text(content.get("effect"), "tolerations.effect")
    value = _text(content.get("value"), "tolerations.value")
    known = _known(TolerationOperator, text=operator, name="tolerations.operator")
    if not key and known is not TolerationOperator.EXISTS:
        raise ParseError("a toleration without a key needs the operator Exists")
    if value and known is TolerationOperator.EXISTS:
        raise ParseError(f"the toleration of {key or 'every key'} has a value beside Exists")
    return Toleration(
        key=key,
        operator=known,
        value=value,
        effect=_known(TaintEffect, text=effect, name="tolerations.effect") if effect else None,
        seconds=_whole(content.get("tolerationSeconds"), "tolerationSeconds"),
    )


def _term(content: JsonObject) -> NodeTerm:
    """Return a term; one that asks for what is no value of a label selects nothing."""
    labels = _requirements(content, "matchExpressions")
    fields = _requirements(content, "matchFields")
    if not all(_LABEL_VALUE.fullmatch(value) for label in labels for value in label.values):
        return NodeTerm()
    return NodeTerm(labels=labels, fields=fields)


def _requirements(content: JsonObject, name: str) -> tuple[Requirement, ...]:
    return tuple(_requirement(one, name) for one in _objects(content.get(name), name))


def _requirement(content: JsonObject, name: str) -> Requirement:
    key = _text(content.get("key"), f"{name}.key")
    operator = _known(Operator, text=_text(content.get("operator"), name), name=f"{name}.operator")
    values = tuple(_text(one, f"{name}.values") for one in _list(content.get("values"), name))
    if not key:
        raise ParseError(f"a requirement of {name} has no key")
    if not _counts(operator, values):
        raise ParseError(f"{name}: {key} {operator} cannot have {len(values)} values")
    return Requirement(key=key, operator=operator, values=values)


def _counts(operator: Operator, values: Sequence[str]) -> bool:
    match operator:
        case Operator.IN | Operator.NOT_IN:
            return bool(values)
        case Operator.EXISTS | Operator.DOES_NOT_EXIST:
            return not values
        case Operator.GREATER_THAN | Operator.LESS_THAN:
            return len(values) == 1


def _known(kind: type[E], *, text: str, name: str) -> E:
    try:
        return kind(text)
    except ValueError:
        allowed = ", ".join(kind)
        raise ParseError(f"{name}: {text!r} is none of {allowed}") from None


def _object(value: Json, name: str) -> JsonObject:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ParseError(f"{name} is no mapping")
    return value


def _objects(value: Json, name: str) -> list[JsonObject]:
    return [_object(one, name) for one in _list(value, name)]


def _list(value: Json, name: str) -> Sequence[Json]:
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ParseError(f"{name} is no list")
    return value


def _text(value: Json, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        shown = json.dumps(value) if isinstance(value, bool | int | float) else "a collection"
        raise ParseError(f"{name} is {shown}, no text; quote it")
    return value


def _whole(value: Json, name: str) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise ParseError(f"{name} is no whole number")
    return value
