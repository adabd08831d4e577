"""Evaluates expressions as far as that can be done without a run; the rest is unknown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from exporter.declared.terraform.language import costs, operators
from exporter.declared.terraform.language.expressions import ELEMENT
from exporter.declared.terraform.language.files import FILE_FUNCTIONS
from exporter.declared.terraform.language.functions import FUNCTIONS, apply
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttribute,
    Index,
    Literal,
    Name,
    ObjectLiteral,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TupleLiteral,
    Unary,
)
from exporter.declared.terraform.language.values import (
    MAX_TEXT,
    Distinct,
    Items,
    NotKnownError,
    Object,
    Overlaid,
    Unknown,
    Value,
    attribute,
    failed,
    items,
    known,
    mapping,
    text,
    truth,
    unknown,
)
from exporter.foreign.confined import position

COPIED = 16
"""So many names are bound again in the time of a step."""
PLACEHOLDER = "${...}"
"""What stands in a text for a part of it that is not known."""


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Return the value of an expression; where there is none, an unknown one says why."""
    try:
        scope.budget.enter()
        return _EVALUATE[type(expression)](expression, scope)
    except NotKnownError as error:
        return Value(error.unknown, expression.at)
    finally:
        scope.budget.leave()


def _literal(expression: Literal, _: Scope) -> Value:
    return Value(expression.value, expression.at)


def _name(expression: Name, scope: Scope) -> Value:
    return scope.resolve(expression.name, expression.at)


def _attribute(expression: GetAttribute, scope: Scope) -> Value:
    return attribute(evaluate(expression.base, scope), expression.name)


def _index(expression: Index, scope: Scope) -> Value:
    base = evaluate(expression.base, scope)
    if isinstance(base.data, Unknown):
        return base
    key = evaluate(expression.key, scope)
    if isinstance(base.data, Items):
        place = operators.place(key, len(base.data))
        return base.data[place]
    return attribute(base, text(key))


def _splat(expression: Splat, scope: Scope) -> Value:
    base = evaluate(expression.base, scope)
    data = known(base)
    elements = data if isinstance(data, Items) else () if data is None else (base,)
    found = [evaluate(expression.each, scope.bind({ELEMENT: element})) for element in elements]
    return Value(Items(found), expression.at)


def _tuple(expression: TupleLiteral, scope: Scope) -> Value:
    return Value(Items([evaluate(item, scope) for item in expression.items]), expression.at)


def _object(expression: ObjectLiteral, scope: Scope) -> Value:
    pairs = Overlaid()
    for key_expression, value_expression in expression.items:
        key = evaluate(key_expression, scope)
        if isinstance(key.data, Unknown):
            pairs.hide(key.data)
        else:
            pairs.add(text(key), evaluate(value_expression, scope))
    return Value(pairs.object(), expression.at)


def _conditional(expression: Conditional, scope: Scope) -> Value:
    chosen = truth(evaluate(expression.condition, scope))
    return evaluate(expression.then if chosen else expression.otherwise, scope)


def _unary(expression: Unary, scope: Scope) -> Value:
    operand = evaluate(expression.operand, scope)
    return Value(operators.unary(expression.operator, operand), expression.at)


def _binary(expression: Binary, scope: Scope) -> Value:
    left = evaluate(expression.left, scope)
    right = evaluate(expression.right, scope)
    position.at(*expression.at)
    costs.pay(expression.operator, (left, right), scope.budget)
    return Value(operators.binary(expression.operator, left, right), expression.at)


def _template(expression: Template, scope: Scope) -> Value:
    """Join the parts; a lone interpolation keeps its type, as Terraform has it."""
    single = expression.parts[0] if len(expression.parts) == 1 else None
    if single is not None and not isinstance(single, TemplateIf | TemplateFor):
        return evaluate(single, scope)
    return scope.budget.pay(Value(_joined(expression, scope), expression.at))


def _joined(expression: Template, scope: Scope) -> str:
    pieces: list[str] = []
    first: Unknown | None = None
    size = 0
    for part in expression.parts:
        value = evaluate(part, scope)
        if isinstance(value.data, Unknown):
            first = first or value.data
            pieces.append(value.data.partial or PLACEHOLDER)
        else:
            pieces.append(text(value))
        size += len(pieces[-1])
        if size > MAX_TEXT:
            raise unknown("a template", "gives a text of more than 1 MiB")
    if first is not None:
        raise NotKnownError(replace(first, traversable=False, partial="".join(pieces)))
    return "".join(pieces)


def _template_if(expression: TemplateIf, scope: Scope) -> Value:
    chosen = truth(evaluate(expression.condition, scope))
    branch = expression.then if chosen else expression.otherwise
    return Value(_joined(branch, scope), expression.at)


def _template_for(expression: TemplateFor, scope: Scope) -> Value:
    collection = evaluate(expression.collection, scope)
    body = Template(
        tuple(
            Literal(_joined(expression.body, inner), expression.at)
            for inner in _each(collection, expression, scope)
        ),
        expression.at,
    )
    return Value(_joined(body, scope), expression.at)


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
                (Value(Fraction(place), element.at), element) for place, element in enumerate(data)
            )
        case Object():
            pairs = mapping(value)
            yield from ((Value(key, pairs[key].at), pairs[key]) for key in sorted(pairs))
        case _:
            raise failed("a for expression", "goes over what is no collection")


def _for(expression: For, scope: Scope) -> Value:
    collection = evaluate(expression.collection, scope)
    scopes = (
        inner
        for inner in _each(collection, expression, scope)
        if expression.condition is None or truth(evaluate(expression.condition, inner))
    )
    if expression.result_key is None:
        found = [evaluate(expression.result, inner) for inner in scopes]
        return Value(Items(found), expression.at)
    return Value(_for_object(expression, scopes), expression.at)


def _for_object(expression: For, scopes: Iterator[Scope]) -> Object:
    groups: dict[str, list[Value]] = {}
    for inner in scopes:
        key = text(evaluate(expression.result_key or expression.result, inner))
        groups.setdefault(key, []).append(evaluate(expression.result, inner))
    if expression.grouped:
        return Object({key: Value(Items(group), group[0].at) for key, group in groups.items()})
    if any(len(group) > 1 for group in groups.values()):
        raise failed("a for expression", "makes the same key twice")
    return Object({key: group[0] for key, group in groups.items()})


def _call(expression: Call, scope: Scope) -> Value:
    name = expression.function.removeprefix("core::")
    if name in {"try", "can"}:
        return _attempt(name, expression, scope)
    arguments = [evaluate(argument, scope) for argument in expression.arguments]
    if expression.expanded:
        arguments[-1:] = items(arguments[-1])
    if name in FILE_FUNCTIONS:
        return FILE_FUNCTIONS[name](arguments, scope, expression.at, evaluate)
    if name not in FUNCTIONS:
        raise unknown(f"{name}()", "is not evaluated here")
    position.at(*expression.at)
    costs.pay(name, arguments, scope.budget)
    result = apply(name, arguments)
    if isinstance(result, Value):
        return result
    return scope.budget.pay(Value(result, expression.at))


def _attempt(name: str, expression: Call, scope: Scope) -> Value:
    """``try`` and ``can``: go on after what would fail, but not after what is unknown."""
    value = None
    for argument in expression.arguments:
        value = evaluate(argument, scope)
        if not (isinstance(value.data, Unknown) and value.data.failed):
            break
    if value is None:
        raise failed(f"{name}()", "is called with the wrong number of arguments")
    if name == "try":
        return value
    is_failed = isinstance(value.data, Unknown) and value.data.failed
    if not is_failed:
        known(value)
    return Value(not is_failed, expression.at)


_EVALUATE: Mapping[type, Callable[[Any, Scope], Value]] = {
    Binary: _binary,
    Call: _call,
    Conditional: _conditional,
    For: _for,
    GetAttribute: _attribute,
    Index: _index,
    Literal: _literal,
    Name: _name,
    ObjectLiteral: _object,
    Splat: _splat,
    Template: _template,
    TemplateFor: _template_for,
    TemplateIf: _template_if,
    TupleLiteral: _tuple,
    Unary: _unary,
}
