"""Post selectors of generators: label selectors over flattened parameters.

Source: Argo CD, ``applicationset/utils/selector.go``: as in Kubernetes, but values may be any text.
"""

from collections.abc import Mapping

from exporter.declared.argocd.gotemplate import from_json, to_text
from exporter.declared.located import LocatedTree, flatten
from exporter.domain.json import Json
from exporter.domain.selectors import Operator, Requirement

_OPERATORS = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
}


def requirements(selector: LocatedTree) -> tuple[Requirement, ...]:
    """Return what a ``selector`` asks for; raises :exc:`ReadError` where it is malformed."""
    exact = [
        Requirement(key, Operator.IN, (stated.value,))
        for key, stated in selector.stated("matchLabels").items()
    ]
    return (*exact, *map(_expression, selector.list("matchExpressions")))


def matches(asked: tuple[Requirement, ...], values: Mapping[str, LocatedTree]) -> bool:
    """Tell whether parameters fulfil all requirements."""
    labels = {key: as_text(value.plain()) for key, value in flatten(values)}
    return all(one.matches(labels) for one in asked)


def as_text(value: Json) -> str:
    """Return a scalar as Go prints it with ``%v``."""
    return "<nil>" if value is None else to_text(from_json(value))


def _expression(part: LocatedTree) -> Requirement:
    operator = _OPERATORS.get(part.text("operator"))
    if operator is None:
        raise part.wrong(f"{part.text('operator')!r} is no operator of a selector")
    values = part.texts("values")
    if bool(values) is (operator in {Operator.EXISTS, Operator.DOES_NOT_EXIST}):
        raise part.wrong(f"{operator} takes {'values' if not values else 'no values'}")
    return Requirement(part.text("key"), operator, values)
