"""Evaluates the body of a resource, with the nested blocks that ``dynamic`` makes."""

from collections.abc import Iterable, Iterator, Mapping

from exporter.declared.terraform.bodies import values_of
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block, Body, Name
from exporter.declared.terraform.language.values import (
    Distinct,
    Items,
    NotKnownError,
    Object,
    Value,
    failed,
    known,
    mapping,
)


def members(body: Body, scope: Scope, names: Iterable[str]) -> dict[str, Value]:
    """Return the attributes with these *names*, and lists of the nested blocks of a name."""
    found: dict[str, Value] = {}
    for name in names:
        if name in body.attributes:
            found[name] = evaluate(body.attributes[name], scope)
            continue
        blocks = [one for one in body.blocks if _makes(one, name)]
        if blocks:
            found[name] = _nested(blocks, scope)
    return found


def _makes(block: Block, name: str) -> bool:
    return block.type == name or (block.type == "dynamic" and block.labels == (name,))


def _nested(blocks: list[Block], scope: Scope) -> Value:
    at = blocks[0].at
    try:
        return Value(Items([one for block in blocks for one in _each(block, scope)]), at)
    except NotKnownError as error:
        return Value(error.unknown, at)


def _each(block: Block, scope: Scope) -> Iterator[Value]:
    """Yield the blocks that one is, or makes; raises :exc:`NotKnownError`."""
    if block.type != "dynamic":
        yield _block(block, scope)
        return
    attributes = block.body.attributes
    content = next((one for one in block.body.blocks if one.type == "content"), None)
    if "for_each" not in attributes or content is None:
        raise failed("a dynamic block", "lacks for_each or content")
    iterator = attributes.get("iterator")
    name = iterator.name if isinstance(iterator, Name) else block.labels[0]
    for key, value in _elements(evaluate(attributes["for_each"], scope)):
        scope.budget.expand()
        element = Value(Object({"key": key, "value": value}), value.at)
        yield _block(content, scope.bind({name: element}))


def _block(block: Block, scope: Scope) -> Value:
    names = [*block.body.attributes, *(inner.type for inner in block.body.blocks)]
    return Value(Object(values_of(block.body, scope, names)), block.at)


def _elements(collection: Value) -> Iterator[tuple[Value, Value]]:
    """Yield key and value of each element: a set's are both, a list has the value alone."""
    match known(collection):
        case Distinct() | Items() as data:
            yield from ((element, element) for element in data)
        case Object():
            pairs: Mapping[str, Value] = mapping(collection)
            yield from ((Value(key, pairs[key].at), pairs[key]) for key in sorted(pairs))
        case _:
            raise failed("for_each", "takes a collection")
