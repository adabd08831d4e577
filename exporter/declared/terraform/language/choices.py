"""Conditionals: the branch that is chosen, as the type that both have in common."""

from exporter.declared.terraform.language.attempts import attempted, common_type
from exporter.declared.terraform.language.conversion import convert
from exporter.declared.terraform.language.kinds import type_of
from exporter.declared.terraform.language.parts import evaluate_part
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Conditional, TemplateIf
from exporter.declared.terraform.language.text_parts import template
from exporter.declared.terraform.language.unification import unify
from exporter.declared.terraform.language.value_types import (
    ANY,
    CollectionType,
    ObjectType,
    Primitive,
    TupleType,
    Type,
)
from exporter.declared.terraform.language.values import Value, failed, truth


def conditional(expression: Conditional, scope: Scope) -> Value:
    """Return the branch that is chosen, as the type that both have in common."""
    condition = truth(evaluate_part(expression.condition, scope))
    branches = expression.then, expression.otherwise
    chosen, other = branches if condition else branches[::-1]
    value = evaluate_part(chosen, scope)
    return _in_common(value, attempted(other, scope))


def template_if(expression: TemplateIf, scope: Scope) -> Value:
    """Return the text of the branch that is chosen."""
    condition = truth(evaluate_part(expression.condition, scope))
    branches = expression.then, expression.otherwise
    chosen, other = branches if condition else branches[::-1]
    return _in_common(template(chosen, scope), attempted(other, scope))


def _in_common(value: Value, other: Value) -> Value:
    """Return a value as the type that it has in common with *other*."""
    common = common_type(value, other)
    if common is None:
        raise failed("a conditional", "has results of different types")
    if _is_mixed(type_of(value)) and _is_of_anything(type_of(other)):
        raise failed("a conditional", "has elements of different types, and none beside them")
    return value if common is ANY else convert(value, common)


def _is_of_anything(of: Type) -> bool:
    """Tell whether a type is that of ``tomap({})`` or ``tolist([])``."""
    return isinstance(of, CollectionType) and of.element is ANY


def _is_mixed(of: Type) -> bool:
    """Tell whether the elements have different types in common, and not only primitive ones."""
    match of:
        case ObjectType(attributes=attributes):
            kinds = {kind for _, kind in attributes}
        case TupleType(elements=elements):
            kinds = set(elements)
        case _:
            return False
    kinds.discard(ANY)
    primitive = all(isinstance(kind, Primitive) for kind in kinds)
    return len(kinds) > 1 and not primitive and unify([*kinds]) is not None
