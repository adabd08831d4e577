"""Attributes and elements of values, and the tuples and objects that are written out."""

from exporter.declared.terraform.language import operators
from exporter.declared.terraform.language.parts import evaluate_part
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import (
    GetAttribute,
    Index,
    ObjectLiteral,
    TupleLiteral,
)
from exporter.declared.terraform.language.value_types import ANY, CollectionType, Primitive
from exporter.declared.terraform.language.values import (
    Distinct,
    Items,
    Overlaid,
    Unknown,
    Value,
    attribute,
    failed,
    text,
)


def get_attribute(expression: GetAttribute, scope: Scope) -> Value:
    """Return an attribute of a value."""
    return attribute(evaluate_part(expression.base, scope), expression.name)


def index(expression: Index, scope: Scope) -> Value:
    """Return the element that a key names."""
    return element_of(evaluate_part(expression.base, scope), evaluate_part(expression.key, scope))


def element_of(base: Value, key: Value) -> Value:
    """Return the element of *base* at *key*."""
    data = base.data
    if isinstance(data, Unknown):
        if isinstance(base.type, Primitive) and base.type is not ANY:
            raise failed("a value", f"has no elements: it is a {base.type}")
        of = base.type.element if isinstance(base.type, CollectionType) else ANY
        return Value(data, base.at, of)
    if isinstance(data, Distinct):
        raise failed("a set", "has elements without indices")
    if isinstance(data, Items):
        return data[operators.place(key, len(data))]
    return attribute(base, text(key))


def tuple_literal(expression: TupleLiteral, scope: Scope) -> Value:
    """Return a tuple of parts that are written out."""
    return Value(Items([evaluate_part(item, scope) for item in expression.items]), expression.at)


def object_literal(expression: ObjectLiteral, scope: Scope) -> Value:
    """Return an object of pairs that are written out."""
    pairs = Overlaid()
    for key_expression, value_expression in expression.items:
        key = evaluate_part(key_expression, scope)
        if isinstance(key.data, Unknown):
            pairs.hide(key.data)
        else:
            pairs.add(text(key), evaluate_part(value_expression, scope))
    return Value(pairs.object(), expression.at)
