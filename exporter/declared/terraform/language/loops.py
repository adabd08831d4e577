"""``for`` in expressions and in templates, and splats."""

from collections.abc import Iterator

from exporter.declared.terraform.language.decimals import Counted
from exporter.declared.terraform.language.expressions import ELEMENT
from exporter.declared.terraform.language.kinds import type_of
from exporter.declared.terraform.language.parts import evaluate_part
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import For, Literal, Splat, Template, TemplateFor
from exporter.declared.terraform.language.text_parts import joined
from exporter.declared.terraform.language.unification import unify
from exporter.declared.terraform.language.value_types import ANY, Kind, is_kind
from exporter.declared.terraform.language.values import (
    Distinct,
    Items,
    Lazy,
    Object,
    TypedItems,
    TypedList,
    Unknown,
    Value,
    failed,
    known,
    mapping,
    text,
    truth,
)

COPIED = 16
"""So many names are bound again in the time of a step."""


def splat(expression: Splat, scope: Scope) -> Value:
    """Return what stands behind ``[*]`` for each element."""
    base = evaluate_part(expression.base, scope)
    data = base.data if isinstance(base.data, Lazy) else known(base)
    if data is None and is_kind(base.type, Kind.LIST, Kind.SET):
        raise failed("a splat", "is taken of null")
    elements = data if isinstance(data, Items) else () if data is None else (base,)
    found = [evaluate_part(expression.each, scope.bind({ELEMENT: element})) for element in elements]
    if not isinstance(data, TypedItems):
        return Value(Items(found), expression.at)
    if not found:
        hidden = Value(Unknown("an element", "is not there"), base.at, data.element)
        found = [evaluate_part(expression.each, scope.bind({ELEMENT: hidden}))]
        return Value(TypedList((), type_of(found[0])), expression.at)
    return Value(TypedList(found, unify([type_of(one) for one in found]) or ANY), expression.at)


def template_for(expression: TemplateFor, scope: Scope) -> Value:
    """Return the text of a loop in a template."""
    collection = evaluate_part(expression.collection, scope)
    body = Template(
        tuple(
            Literal(joined(expression.body, inner), expression.at)
            for inner in _each(collection, expression, scope)
        ),
        expression.at,
    )
    return Value(joined(body, scope), expression.at)


def _each(value: Value, loop: For | TemplateFor, scope: Scope) -> Iterator[Scope]:
    """Yield the scope of each element: lists in their order, maps in that of their keys."""
    for key, element in _elements(value):
        scope.budget.spend(1 + len(scope.bindings) // COPIED)
        yield scope.bind({loop.value: element, **({loop.key: key} if loop.key else {})})


def _elements(value: Value) -> Iterator[tuple[Value, Value]]:
    match known(value):
        case Distinct() as data:
            yield from ((element, element) for element in data)
        case Items() as data:
            yield from (
                (Value(Counted(place), element.at), element) for place, element in enumerate(data)
            )
        case Object():
            pairs = mapping(value)
            yield from ((Value(key, pairs[key].at), pairs[key]) for key in sorted(pairs))
        case _:
            raise failed("a for expression", "goes over what is no collection")


def for_expression(expression: For, scope: Scope) -> Value:
    """Return the tuple or object that a ``for`` makes."""
    collection = evaluate_part(expression.collection, scope)
    _check_condition(expression, collection, scope)
    scopes = scopes_of(expression, collection, scope)
    if expression.result_key is None:
        found = [evaluate_part(expression.result, inner) for inner in scopes]
        return Value(Items(found), expression.at)
    return Value(_for_object(expression, scopes), expression.at)


def scopes_of(expression: For, collection: Value, scope: Scope) -> Iterator[Scope]:
    """Yield the scope of each element for which the condition holds."""
    for inner in _each(collection, expression, scope):
        if expression.condition is None or truth(evaluate_part(expression.condition, inner)):
            yield inner


def _check_condition(expression: For, collection: Value, scope: Scope) -> None:
    """Refuse a condition that never holds nor fails to, even where there is nothing to go over."""
    if expression.condition is not None and not collection.data:
        hidden = Value(Unknown("an element", "is not there"), expression.at)
        inner = scope.bind({expression.key: hidden, expression.value: hidden})
        found = evaluate_part(expression.condition, inner)
        if not isinstance(found.data, Unknown):
            truth(found)


def _for_object(expression: For, scopes: Iterator[Scope]) -> Object:
    groups: dict[str, list[Value]] = {}
    for inner in scopes:
        key = text(evaluate_part(expression.result_key or expression.result, inner))
        groups.setdefault(key, []).append(evaluate_part(expression.result, inner))
    if expression.grouped:
        return Object({key: Value(Items(group), group[0].at) for key, group in groups.items()})
    if any(len(group) > 1 for group in groups.values()):
        raise failed("a for expression", "makes the same key twice")
    return Object({key: group[0] for key, group in groups.items()})
