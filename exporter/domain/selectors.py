"""Label selectors and node affinity, and what they select.

Source: Kubernetes API reference, LabelSelector, NodeSelector, NodeAffinity; matching as in
``k8s.io/component-helpers/scheduling/corev1/nodeaffinity``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exporter.domain.errors import ParseError
from exporter.domain.integers import parse_integer


class Operator(StrEnum):
    """How a requirement compares; ``Gt`` and ``Lt`` are for node selectors only."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"
    GREATER_THAN = "Gt"
    LESS_THAN = "Lt"


@dataclass(frozen=True, slots=True, order=True)
class Requirement:
    """One condition on one label."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether *labels* fulfil this requirement.

        A label that is absent fulfils ``NotIn`` and ``DoesNotExist``.
        """
        value = labels.get(self.key)
        match self.operator:
            case Operator.IN:
                return value is not None and value in self.values
            case Operator.NOT_IN:
                return value is None or value not in self.values
            case Operator.EXISTS:
                return value is not None
            case Operator.DOES_NOT_EXIST:
                return value is None
            case Operator.GREATER_THAN | Operator.LESS_THAN:
                return value is not None and self._compares(value)

    def _compares(self, value: str) -> bool:
        try:
            theirs, mine = parse_integer(value), parse_integer(self.values[0])
        except (ParseError, IndexError):
            return False
        return theirs > mine if self.operator is Operator.GREATER_THAN else theirs < mine


@dataclass(frozen=True, slots=True)
class NodeTerm:
    """One alternative of a required node affinity: all requirements together.

    *fields* are requirements on ``metadata.name``, the only field Kubernetes knows here.
    A term without requirements selects nothing.
    """

    labels: tuple[Requirement, ...] = ()
    fields: tuple[Requirement, ...] = ()

    def matches(self, *, name: str, labels: Mapping[str, str]) -> bool:
        """Tell whether a node of this *name* with these *labels* is selected."""
        if not self.labels and not self.fields:
            return False
        return all(label.matches(labels) for label in self.labels) and all(
            field.matches({"metadata.name": name}) for field in self.fields
        )


@dataclass(frozen=True, slots=True)
class NodeSelection:
    """What a pod template asks of its node: ``nodeSelector`` and required node affinity.

    *terms* is None where no required affinity stands; an empty tuple selects no node.
    """

    labels: Mapping[str, str]
    terms: tuple[NodeTerm, ...] | None = None

    @property
    def selective(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.labels) or self.terms is not None

    def matches(self, *, name: str, labels: Mapping[str, str]) -> bool:
        """Tell whether a node of this *name* with these *labels* is selected."""
        if any(labels.get(key) != value for key, value in self.labels.items()):
            return False
        return self.terms is None or any(
            term.matches(name=name, labels=labels) for term in self.terms
        )

    def __str__(self) -> str:
        asked = [f"{key}={value}" for key, value in sorted(self.labels.items())]
        return (
            ", ".join(asked + (["node affinity"] if self.terms is not None else [])) or "any node"
        )
