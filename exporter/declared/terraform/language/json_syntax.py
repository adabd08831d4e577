"""Reads Terraform's JSON syntax (``.tf.json``, ``.tfvars.json``) into the same tree as HCL.

Source: Terraform language, "JSON Configuration Syntax" and "Variable Definitions Files": texts of a
configuration are templates, those of a file of variables are not.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from exporter.declared.terraform.language.hcl import parse_template
from exporter.declared.terraform.language.json_text import read_json
from exporter.declared.terraform.language.syntax import (
    Block,
    Body,
    Expression,
    Literal,
    ObjectLiteral,
    TupleLiteral,
)
from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    Origin,
    Value,
)
from exporter.domain.errors import ParseError

_Text: TypeAlias = Callable[[str, Origin], Expression]

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}
_TEMPLATE_MARKS = ("${", "%{")


def parse_json(text: str, path: str) -> Body:
    """Return the blocks of a ``.tf.json`` file; raises :exc:`ParseError`."""
    blocks = []
    for kind, content in _load(text, path).items():
        for labels, body, at in _labelled(content, _LABELS.get(kind, 0), ()):
            blocks.append(Block(kind, labels, Body(_attributes(body, _template)), at))
    return Body({}, tuple(blocks))


def parse_json_variables(text: str, path: str) -> Body:
    """Return the values of a ``.tfvars.json`` file; raises :exc:`ParseError`."""
    return Body(_attributes(_load(text, path), Literal))


def _load(text: str, path: str) -> Object:
    try:
        content = read_json(text, Origin(path, 1), strict=True)
    except NotKnownError as error:
        raise ParseError(error.unknown.why, line=error.unknown.line) from None
    if not isinstance(content.data, Object):
        raise ParseError("holds no JSON object", line=1)
    return content.data


def _labelled(
    content: Value, depth: int, labels: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Object, Origin]]:
    """Yield the bodies under *depth* levels of labels; each level may be a list of objects."""
    for entry in content.data if isinstance(content.data, Items) else [content]:
        if not isinstance(entry.data, Object):
            continue  # a comment ("//") or a null, which Terraform passes over as well
        if not depth:
            yield labels, entry.data, content.at if labels else entry.at
            continue
        for label, inner in entry.data.items():
            yield from _labelled(inner, depth - 1, (*labels, label))


def _attributes(body: Mapping[str, Value], text: _Text) -> dict[str, Expression]:
    return {name: _expression(value, text) for name, value in body.items() if name != "//"}


def _expression(value: Value, text: _Text) -> Expression:
    match value.data:
        case str(data):
            return text(data, value.at)
        case Object() as data:
            pairs = ((text(key, one.at), _expression(one, text)) for key, one in data.items())
            return ObjectLiteral(tuple(pairs), value.at)
        case Items() as data:
            return TupleLiteral(tuple(_expression(one, text) for one in data), value.at)
        case data:
            return Literal(data, value.at)  # type: ignore[arg-type]  # JSON holds nothing else


def _template(value: str, at: Origin) -> Expression:
    if not any(mark in value for mark in _TEMPLATE_MARKS):
        return Literal(value, at)
    return parse_template(value, at.path, first_line=at.line)
