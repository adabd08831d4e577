"""Reads Terraform's JSON syntax (``.tf.json``, ``.tfvars.json``) into the same tree as HCL.

Source: Terraform language, "JSON Configuration Syntax". JSON is read as the subset of YAML that
it is, because that keeps the lines.
"""

from collections.abc import Iterator
from typing import Any

from exporter.declared.terraform.language.hcl import parse_template
from exporter.declared.terraform.language.syntax import (
    Block,
    Body,
    Expression,
    Literal,
    ObjectLiteral,
    TupleLiteral,
)
from exporter.declared.terraform.language.values import NotKnownError, Origin, parse_number
from exporter.domain.errors import ParseError
from exporter.foreign.yaml import YamlList, YamlMap, load

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}
_TEMPLATE_MARKS = ("${", "%{")


def parse_json(text: str, path: str) -> Body:
    """Return the blocks of a ``.tf.json`` file; raises :exc:`ParseError`."""
    blocks = []
    for kind, content in _members(_load(text), "the file"):
        for labels, body, line in _labelled(content, _LABELS.get(kind, 0), ()):
            attributes = _attributes(body, path)
            blocks.append(Block(kind, labels, Body(attributes), Origin(path, line)))
    return Body({}, tuple(blocks))


def parse_json_variables(text: str, path: str) -> Body:
    """Return the values of a ``.tfvars.json`` file; raises :exc:`ParseError`."""
    return Body(_attributes(_load(text), path))


def _load(text: str) -> YamlMap:
    content = load(text, strict=True)
    if not isinstance(content, YamlMap):
        raise ParseError("holds no JSON object", line=1)
    return content


def _members(content: Any, what: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(content, YamlMap):
        raise ParseError(f"{what} is no JSON object", line=getattr(content, "line", 0))
    yield from content.items()


def _labelled(
    content: Any, depth: int, labels: tuple[str, ...], line: int = 0
) -> Iterator[tuple[tuple[str, ...], YamlMap, int]]:
    """Yield the bodies under *depth* levels of labels; each level may be a list of objects."""
    for entry in content if isinstance(content, YamlList) else [content]:
        if not isinstance(entry, YamlMap):
            continue  # a comment ("//") or a null, which Terraform passes over as well
        if not depth:
            yield labels, entry, line or entry.line
            continue
        for label, inner in entry.items():
            yield from _labelled(inner, depth - 1, (*labels, label), entry.line_of(label))


def _attributes(body: YamlMap, path: str) -> dict[str, Expression]:
    return {
        name: _expression(value, Origin(path, body.line_of(name)))
        for name, value in body.items()
        if name != "//"
    }


def _expression(value: Any, at: Origin) -> Expression:
    match value:
        case None | bool():
            return Literal(value, at)
        case str():
            return _text(value, at)
        case int() | float():
            return _number(str(value), at)
        case YamlMap():
            return ObjectLiteral(
                tuple(
                    (
                        _text(key, Origin(at.path, value.line_of(key))),
                        _expression(inner, Origin(at.path, value.line_of(key))),
                    )
                    for key, inner in value.items()
                ),
                at,
            )
        case YamlList():
            lines = value.lines
            return TupleLiteral(
                tuple(
                    _expression(item, Origin(at.path, line))
                    for item, line in zip(value, lines, strict=True)
                ),
                at,
            )
        case _:
            raise ParseError("holds what is no JSON", line=at.line)


def _number(digits: str, at: Origin) -> Literal:
    try:
        return Literal(parse_number(digits), at)
    except NotKnownError as error:
        raise ParseError(str(error.unknown), line=at.line) from None


def _text(value: str, at: Origin) -> Expression:
    if not any(mark in value for mark in _TEMPLATE_MARKS):
        return Literal(value, at)
    return parse_template(value, at.path, first_line=at.line)
