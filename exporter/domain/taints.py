"""Taints, tolerations, and which tolerates which.

Source: Kubernetes API reference, ``core/v1`` Taint and Toleration, and
``k8s.io/component-helpers/scheduling/corev1`` (ToleratesTaint, FindMatchingUntoleratedTaint).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from exporter.domain.errors import ParseError
from exporter.domain.integers import parse_canonical


class TaintEffect(StrEnum):
    """The three effects that Kubernetes defines."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


HARD_EFFECTS = frozenset({TaintEffect.NO_SCHEDULE, TaintEffect.NO_EXECUTE})


@dataclass(frozen=True, slots=True, order=True)
class Taint:
    """A taint, equal to another when key, value and effect all match."""

    key: str
    effect: TaintEffect
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> "Taint":
        """Read ``key=value:Effect`` or ``key:Effect``, as kubectl and kubelet write it.

        Raises :exc:`ParseError` where the text is neither.
        """
        left, colon, effect = text.strip().rpartition(":")
        key, _, value = left.partition("=")
        try:
            known = TaintEffect(effect)
        except ValueError:
            known = None
        if not colon or not key or known is None:
            effects = ", ".join(TaintEffect)
            raise ParseError(f"{text!r} is no taint; write key=value:Effect with one of {effects}")
        return cls(key=key, effect=known, value=value)

    def __str__(self) -> str:
        return (
            f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"
        )


class TolerationOperator(StrEnum):
    """How a toleration compares its value; ``Exists`` takes any."""

    EQUAL = "Equal"
    EXISTS = "Exists"
    LESS_THAN = "Lt"
    GREATER_THAN = "Gt"


@dataclass(frozen=True, slots=True, order=True)
class Toleration:
    """A toleration; an empty key with ``Exists`` takes every key, an empty effect every effect.

    *seconds* is ``tolerationSeconds``: how long a ``NoExecute`` taint is borne; None is forever.
    It bounds how long a pod stays, not whether it may be placed, so it takes no part in matching.
    """

    key: str = ""
    operator: TolerationOperator = TolerationOperator.EQUAL
    value: str = ""
    effect: TaintEffect | None = None
    seconds: int | None = None

    def tolerates(self, taint: Taint) -> bool:
        """Tell whether this toleration bears *taint*."""
        if self.effect is not None and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        match self.operator:
            case TolerationOperator.EXISTS:
                return True
            case TolerationOperator.EQUAL:
                return self.value == taint.value
            case TolerationOperator.LESS_THAN | TolerationOperator.GREATER_THAN:
                return bool(self.key) and self._compares(taint.value)

    def _compares(self, value: str) -> bool:
        """Compare as whole numbers (Kubernetes 1.35, TaintTolerationComparisonOperators)."""
        try:
            mine, theirs = parse_canonical(self.value), parse_canonical(value)
        except ParseError:
            return False
        return theirs < mine if self.operator is TolerationOperator.LESS_THAN else theirs > mine

    def __str__(self) -> str:
        match self.operator:
            case TolerationOperator.EXISTS:
                left = self.key or "*"
            case TolerationOperator.EQUAL:
                left = f"{self.key}={self.value}"
            case TolerationOperator.LESS_THAN | TolerationOperator.GREATER_THAN:
                left = f"{self.key} {self.operator} {self.value}"
        return f"{left}:{self.effect or '*'}"


def untolerated(taints: Iterable[Taint], tolerations: Iterable[Toleration]) -> list[Taint]:
    """Return those of *taints* that keep a pod with these *tolerations* off a node, sorted.

    ``PreferNoSchedule`` keeps nobody off.
    """
    borne = tuple(tolerations)
    return sorted(
        taint
        for taint in taints
        if taint.effect in HARD_EFFECTS and not any(one.tolerates(taint) for one in borne)
    )
