"""Converts a value to the type that its variable asks for, and fills in optional attributes.

Source: Terraform language, "Type Constraints" and "Automatic Type Conversions".
"""

from collections.abc import Callable, Mapping

from exporter.declared.terraform.language.comparison import distinct
from exporter.declared.terraform.language.syntax import (
    Call,
    Expression,
    Literal,
    Name,
    ObjectLiteral,
    TupleLiteral,
)
from exporter.declared.terraform.language.values import (
    Items,
    Lazy,
    Object,
    Unknown,
    Value,
    attribute,
    failed,
    items,
    number,
    text,
    truth,
)

Evaluate = Callable[[Expression], Value]


def convert(value: Value, constraint: Expression, evaluate: Evaluate) -> Value:
    """Return *value* as the type *constraint* has it; *evaluate* computes optional defaults.

    What is unknown stays so. Raises :exc:`NotKnownError` where the type cannot be had.
    """
    if value.data is None or isinstance(value.data, Unknown | Lazy):
        return value
    match constraint:
        case Name(name) | Literal(str(name)):
            return _primitive(value, name)
        case Call("list" | "set" | "map" | "object" | "tuple" | "optional", (inner, *_)):
            return _COLLECTIONS[constraint.function](value, inner, evaluate)
        case _:
            raise failed("a type", "is not one that Terraform has")


def _primitive(value: Value, name: str) -> Value:
    match name:
        case "string":
            return Value(text(value), value.at)
        case "number":
            return Value(number(value), value.at)
        case "bool":
            return Value(truth(value), value.at)
        case _:
            return value


def _list(value: Value, inner: Expression, evaluate: Evaluate) -> Value:
    return Value(Items(convert(item, inner, evaluate) for item in items(value)), value.at)


def _set(value: Value, inner: Expression, evaluate: Evaluate) -> Value:
    return Value(distinct(convert(item, inner, evaluate) for item in items(value)), value.at)


def _map(value: Value, inner: Expression, evaluate: Evaluate) -> Value:
    source = _object_of(value)
    pairs = {key: convert(member, inner, evaluate) for key, member in source.items()}
    return Value(Object(pairs, source.rest), value.at)


def _tuple(value: Value, inner: Expression, evaluate: Evaluate) -> Value:
    elements = items(value)
    if not isinstance(inner, TupleLiteral) or len(inner.items) != len(elements):
        raise failed("a value", "is no tuple of the right length")
    pairs = zip(elements, inner.items, strict=True)
    return Value(Items(convert(pair, kind, evaluate) for pair, kind in pairs), value.at)


def _object(value: Value, inner: Expression, evaluate: Evaluate) -> Value:
    source = _object_of(value)
    if not isinstance(inner, ObjectLiteral):
        raise failed("a type", "is not one that Terraform has")
    pairs = {
        str(key.value): _member(value, str(key.value), kind, evaluate)
        for key, kind in inner.items
        if isinstance(key, Literal)
    }
    return Value(Object(pairs, source.rest), value.at)


def _member(value: Value, name: str, kind: Expression, evaluate: Evaluate) -> Value:
    """Return one attribute of an object, or its default where it is optional."""
    optional = isinstance(kind, Call) and kind.function == "optional"
    source = _object_of(value)
    if name in source and source[name].data is not None:
        return convert(source[name], kind, evaluate)
    if not optional or source.rest is not None:
        return attribute(value, name)
    if isinstance(kind, Call) and len(kind.arguments) > 1:
        return convert(evaluate(kind.arguments[1]), kind.arguments[0], evaluate)
    return Value(None, value.at)


def _optional(value: Value, inner: Expression, evaluate: Evaluate) -> Value:
    return convert(value, inner, evaluate)


def _object_of(value: Value) -> Object:
    if not isinstance(value.data, Object):
        raise failed("a value", "is no map")
    return value.data


_COLLECTIONS: Mapping[str, Callable[[Value, Expression, Evaluate], Value]] = {
    "list": _list,
    "set": _set,
    "map": _map,
    "tuple": _tuple,
    "object": _object,
    "optional": _optional,
}
