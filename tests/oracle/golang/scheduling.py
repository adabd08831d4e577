"""Random quantities, label selectors, and pods with nodes, as Kubernetes would take them."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, Final

Content = Mapping[str, Any]

_KEYS: Final = ("pool", "zone", "kubernetes.io/hostname", "example.com/cores", "gpu")
_VALUES: Final = ("", "a", "b", "true", "7", "07", "0", "8", "a.b_c-d", "9223372036854775807")
_ODD: Final = ("-7", "+7", "7.0", "9223372036854775808", "-0", "00", "a b", "_a", "ä", "x" * 64)
_EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_NODES: Final = ("n1", "n2")
_SUFFIXES: Final = (
    *("", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"),
    *("e3", "E3", "e-3", "e+3", "e0", "E-10", "e", "K", "i", "mi", "Kb", " ", "e3.5", "ki"),
)


def quantity(random: Random) -> str:
    """Return a text that may be a quantity.

    One without a digit is none here; Kubernetes takes some of them for nothing.
    """
    sign = random.choice(("", "", "", "+", "-", "--"))
    whole = "".join(random.choices("0123456789", k=random.choice((0, 1, 1, 2, 3, 6, 12, 19, 25))))
    point = random.choice(("", "", ".", "."))
    fraction = "".join(random.choices("0123456789", k=random.choice((0, 1, 3, 9, 12, 20))))
    number = f"{whole}{point}{fraction if point else ''}"
    return f"{sign}{number if whole or (fraction and point) else '0'}{random.choice(_SUFFIXES)}"


def selector(random: Random) -> Content:
    """Return a label selector; as those of Argo CD take any text, one whose values are labels'."""
    return {
        "matchLabels": _labels(random),
        "matchExpressions": [
            _requirement(random, ("In", "NotIn"), odd=0) for _ in range(random.choice((0, 1, 2)))
        ],
    }


def labels(random: Random) -> Mapping[str, str]:
    """Return the labels of an object."""
    return _labels(random)


def pod(random: Random) -> Content:
    """Return a pod that asks for a node and tolerates taints."""
    spec: dict[str, Any] = {
        "nodeSelector": _labels(random) if random.random() < 0.3 else {},
        "tolerations": [_toleration(random) for _ in range(random.choice((0, 1, 2, 4)))],
    }
    if random.random() < 0.7:
        terms = [_term(random) for _ in range(random.choice((1, 1, 2, 3)))]
        required = {"nodeSelectorTerms": terms}
        spec["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}
        }
    return {"spec": spec}


def node(random: Random) -> Content:
    """Return a node with labels and taints."""
    taints = [
        {"key": random.choice(_KEYS), "effect": random.choice(_EFFECTS)}
        | ({"value": _value(random)} if random.random() < 0.7 else {})
        for _ in range(random.choice((0, 1, 2, 3)))
    ]
    metadata = {"name": random.choice(_NODES), "labels": _labels(random)}
    return {"metadata": metadata, "spec": {"taints": taints}}


def _labels(random: Random) -> dict[str, str]:
    return {key: random.choice(_VALUES) for key in _some(random, _KEYS)}


def _some(random: Random, of: Iterable[str]) -> list[str]:
    return [each for each in of if random.random() < 0.4]


def _value(random: Random, odd: float = 0.1) -> str:
    return random.choice(_ODD if random.random() < odd else _VALUES)


def _term(random: Random) -> Content:
    operators = ("In", "NotIn", "Gt", "Lt")
    found: dict[str, Any] = {
        "matchExpressions": [
            _requirement(random, operators) for _ in range(random.choice((0, 1, 1, 2, 3)))
        ]
    }
    if random.random() < 0.2:
        found["matchFields"] = [
            {
                "key": "metadata.name",
                "operator": random.choice(("In", "NotIn")),
                "values": [random.choice(_NODES)],
            }
        ]
    return found


def _requirement(random: Random, operators: tuple[str, ...], *, odd: float = 0.1) -> Content:
    operator = random.choice((*operators, "Exists", "DoesNotExist"))
    found: dict[str, Any] = {"key": random.choice(_KEYS), "operator": operator}
    if operator in {"In", "NotIn"}:
        found["values"] = [_value(random, odd) for _ in range(random.choice((1, 1, 2, 3)))]
    elif operator in {"Gt", "Lt"}:
        found["values"] = [_value(random, odd)]
    return found


def _toleration(random: Random) -> Content:
    operator = random.choice(("", "Equal", "Exists", "Lt", "Gt"))
    key = "" if operator == "Exists" and random.random() < 0.3 else random.choice(_KEYS)
    found: dict[str, Any] = {"operator": operator} if operator else {}
    if key:
        found["key"] = key
    if operator != "Exists":
        found["value"] = _value(random)
    if random.random() < 0.6:
        found["effect"] = random.choice(_EFFECTS)
    return found
