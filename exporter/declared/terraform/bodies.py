"""Evaluates the body of a block as far as its attributes are asked for."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block, Body
from exporter.declared.terraform.language.values import (
    Distinct,
    Items,
    Object,
    Origin,
    Unknown,
    Value,
    failed,
    known,
    mapping,
    whole,
)


def values_of(body: Body, scope: Scope, names: Iterable[str]) -> dict[str, Value]:
    """Return the values of the attributes and nested blocks with these *names*."""
    return {name: value for name in names if (value := _member(body, scope, name)) is not None}


def _member(body: Body, scope: Scope, name: str) -> Value | None:
    """Return an attribute, or the list of the nested blocks of a type."""
    if name in body.attributes:
        return evaluate(body.attributes[name], scope)
    found = [block for block in body.blocks if block.type == name]
    if found:
        return Value(Items([_nested(block, scope) for block in found]), found[0].at)
    for block in body.blocks:
        if block.type == "dynamic" and block.labels == (name,):
            return Value(Unknown("a dynamic block", "is not evaluated here"), block.at)
    return None


def _nested(block: Block, scope: Scope) -> Value:
    names = [*block.body.attributes, *(inner.type for inner in block.body.blocks)]
    return Value(Object(values_of(block.body, scope, names)), block.at)


def instances(block: Block, scope: Scope) -> Iterator[tuple[Scope, Origin]]:
    """Yield the scope of each instance that ``for_each`` or ``count`` makes of a block.

    With it comes where the instance is declared: the key of the map, or the block. Raises
    :exc:`NotKnownError` where the instances are not known.
    """
    attributes = block.body.attributes
    if "for_each" in attributes:
        for key, value in _elements(evaluate(attributes["for_each"], scope)):
            scope.budget.expand()
            iterator = Value(Object({"key": key, "value": value}), key.at)
            yield scope.bind({"each": iterator}), key.at
    elif "count" in attributes:
        count = evaluate(attributes["count"], scope)
        for place in range(whole(count)):
            scope.budget.expand()
            index = Value(Object({"index": Value(Fraction(place), count.at)}), count.at)
            yield scope.bind({"count": index}), block.at
    else:
        scope.budget.expand()
        yield scope, block.at


def _elements(collection: Value) -> list[tuple[Value, Value]]:
    match known(collection):
        case Distinct() as data:
            for element in data:
                known(element)
            return [(element, element) for element in data]
        case Object():
            pairs = mapping(collection)
            return [(Value(key, pairs[key].at), pairs[key]) for key in sorted(pairs)]
        case _:
            raise failed("for_each", "takes a map or a set of strings")
