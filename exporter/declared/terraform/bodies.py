"""Evaluates the body of a block as far as its attributes are asked for."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from exporter.declared.terraform.language.decimals import Counted
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block, Body, Name
from exporter.declared.terraform.language.values import (
    Distinct,
    Items,
    NotKnownError,
    Object,
    Origin,
    Value,
    failed,
    known,
    mapping,
    truth,
    unknown,
    whole,
)

LIFECYCLE = frozenset(
    {
        *("action_trigger", "create_before_destroy", "enabled", "ignore_changes"),
        *("postcondition", "precondition", "prevent_destroy", "replace_triggered_by"),
    }
)
"""What a ``lifecycle`` block may hold, of Terraform and of OpenTofu."""


def values_of(body: Body, scope: Scope, names: Iterable[str]) -> dict[str, Value]:
    """Return the values of the attributes and nested blocks with these *names*."""
    return {name: value for name in names if (value := _member(body, scope, name)) is not None}


def _member(body: Body, scope: Scope, name: str) -> Value | None:
    """Return an attribute, or the list of the nested blocks of a type."""
    if name in body.attributes:
        return evaluate(body.attributes[name], scope)
    blocks = [block for block in body.blocks if _name_of(block) == name]
    if not blocks:
        return None
    try:
        found = [one for block in blocks for one in _each(block, scope)]
    except NotKnownError as error:
        return Value(error.unknown, blocks[0].at)
    return Value(Items(found), blocks[0].at)


def _name_of(block: Block) -> str:
    """Return the type of the blocks that a block is, or makes."""
    is_dynamic = block.type == "dynamic" and len(block.labels) == 1
    return block.labels[0] if is_dynamic else block.type


def _each(block: Block, scope: Scope) -> Iterator[Value]:
    """Yield a nested block, or all that a dynamic one makes; raises :exc:`NotKnownError`."""
    if block.type != "dynamic":
        yield _nested(block, scope)
        return
    attributes = block.body.attributes
    content = next((one for one in block.body.blocks if one.type == "content"), None)
    if content is None or "for_each" not in attributes:
        raise failed("a dynamic block", "has no content, or nothing to make it for")
    iterator = attributes.get("iterator")
    name = iterator.name if isinstance(iterator, Name) else block.labels[0]
    for key, value in _members(evaluate(attributes["for_each"], scope)):
        scope.budget.expand()
        each = Value(Object({"key": key, "value": value}), value.at)
        yield _nested(content, scope.bind({name: each}))


def _members(collection: Value) -> Iterator[tuple[Value, Value]]:
    """Yield keys and values of a map, a list or a set; raises :exc:`NotKnownError`."""
    match known(collection):
        case Distinct() as data:
            yield from ((element, element) for element in data)
        case Items() as data:
            places = (Value(Fraction(place), one.at) for place, one in enumerate(data))
            yield from zip(places, data, strict=True)
        case Object():
            pairs = mapping(collection)
            yield from ((Value(key, pairs[key].at), pairs[key]) for key in sorted(pairs))
        case _:
            raise failed("for_each", "takes a map, a list or a set")


def _nested(block: Block, scope: Scope) -> Value:
    names = [*block.body.attributes, *map(_name_of, block.body.blocks)]
    return Value(Object(values_of(block.body, scope, names)), block.at)


def instances(block: Block, scope: Scope) -> Iterator[tuple[Scope, Origin]]:
    """Yield the scope of each instance that ``for_each`` or ``count`` makes of a block.

    With it comes where the instance is declared: the key of the map, or the block. Raises
    :exc:`NotKnownError` where the instances are not known.
    """
    attributes = block.body.attributes
    if not _is_enabled(block, scope):
        return
    if "for_each" in attributes:
        for key, value in _elements(evaluate(attributes["for_each"], scope)):
            scope.budget.expand()
            iterator = Value(Object({"key": key, "value": value}), key.at)
            yield scope.bind({"each": iterator}), key.at
    elif "count" in attributes:
        count = evaluate(attributes["count"], scope)
        for place in range(whole(count)):
            scope.budget.expand()
            index = Value(Object({"index": Value(Counted(place), count.at)}), count.at)
            yield scope.bind({"count": index}), block.at
    else:
        scope.budget.expand()
        yield scope, block.at


def _is_enabled(block: Block, scope: Scope) -> bool:
    """Tell whether OpenTofu makes anything of a block: it may be switched off.

    Raises :exc:`NotKnownError` for what ``lifecycle`` says in words that are newer than this.
    """
    for lifecycle in (one for one in block.body.blocks if one.type == "lifecycle"):
        attributes = lifecycle.body.attributes
        names = (*attributes, *(one.type for one in lifecycle.body.blocks))
        if strange := next((name for name in names if name not in LIFECYCLE), None):
            raise unknown(f"lifecycle.{strange[:60]}", "is not an argument that is known here")
        if "enabled" in attributes and not truth(evaluate(attributes["enabled"], scope)):
            return False
    return True


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
