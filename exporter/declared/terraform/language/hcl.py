"""Reads HCL files: bodies of attributes and nested blocks."""

import re

from exporter.declared.terraform.language.cursor import Cursor
from exporter.declared.terraform.language.expressions import expression
from exporter.declared.terraform.language.syntax import Block, Body, Expression
from exporter.declared.terraform.language.templates import IDENTIFIER
from exporter.declared.terraform.language.templates import template as read_template

_TEMPLATE = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")


def parse(text: str, path: str) -> Body:
    """Return the content of a ``.tf`` or ``.tfvars`` file; raises :exc:`ParseError`."""
    cursor = Cursor(text, path)
    body = _body(cursor)
    if not cursor.at_end():
        raise cursor.expected("an attribute or a block")
    return body


def parse_expression(text: str, path: str, *, first_line: int = 1) -> Expression:
    """Return a single expression; raises :exc:`ParseError`."""
    cursor = Cursor(text, path, first_line=first_line)
    with cursor.nested(newlines=False):
        result = expression(cursor)
        cursor.skip()
    if not cursor.at_end():
        raise cursor.expected("the end of the expression")
    return result


def parse_template(text: str, path: str, *, first_line: int = 1) -> Expression:
    """Return a text that may hold interpolations and directives; raises :exc:`ParseError`."""
    return read_template(Cursor(text, path, first_line=first_line), expression)


def _body(cursor: Cursor) -> Body:
    attributes: dict[str, Expression] = {}
    blocks: list[Block] = []
    while True:
        cursor.skip_lines()
        at = cursor.origin
        name = cursor.match(IDENTIFIER)
        if not name:
            return Body(attributes, tuple(blocks))
        cursor.skip()
        if cursor.take("="):
            if name in attributes:
                raise cursor.error(f"the attribute {name[:60]} stands twice")
            attributes[name] = expression(cursor)
            _end_of_line(cursor)
        else:
            blocks.append(Block(name, _labels(cursor), _braces(cursor), at))


def _end_of_line(cursor: Cursor) -> None:
    cursor.skip()
    if not cursor.at_end() and not cursor.at("\n") and not cursor.at("}"):
        raise cursor.expected("a new line after the attribute")


def _labels(cursor: Cursor) -> tuple[str, ...]:
    labels = []
    while not cursor.at("{"):
        if cursor.at('"'):
            labels.append(_quoted_label(cursor))
        elif name := cursor.match(IDENTIFIER):
            labels.append(name)
        else:
            raise cursor.expected("'=' or '{'")
        cursor.skip()
    return tuple(labels)


def _quoted_label(cursor: Cursor) -> str:
    start = cursor.position + 1
    end = cursor.text.find('"', start, cursor.end)
    label = cursor.text[start:end]
    if end < 0 or "\n" in label:
        raise cursor.error("a label has no closing quote")
    if _TEMPLATE.search(label):
        raise cursor.error("a label is no template")
    cursor.position = end + 1
    return label


def _braces(cursor: Cursor) -> Body:
    cursor.need("{")
    with cursor.nested(newlines=True):
        body = _body(cursor)
    cursor.need("}", "an attribute, a block or '}'")
    return body
