"""Reads HCL expressions.

Source: HCL native syntax specification, "Expressions". Written out instead of taken from a
library so that a hostile text costs no more than its length; see the decision on reading HCL.
"""

import re
from collections.abc import Callable, Mapping

from exporter.declared.terraform.language.cursor import Cursor
from exporter.declared.terraform.language.syntax import (
    BareReference,
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
    TupleLiteral,
    Unary,
)
from exporter.declared.terraform.language.templates import (
    IDENTIFIER,
    at_heredoc,
    heredoc,
    loop_names,
    quoted,
)
from exporter.declared.terraform.language.values import NotKnownError, Origin, parse_number

MAX_CHAIN = 200
ELEMENT = "*"
"""The name under which a splat's expression knows the element at hand."""
_KEYWORDS = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_FUNCTION = re.compile(r"[^\W\d][\w-]*(?:[ \t]*::[ \t]*[^\W\d][\w-]*)*[ \t]*(?=\()")
_OPENING = re.compile(r"[(\[{]")
_FOR = re.compile(r"for\b(?!-)")
_STEP = re.compile(r"\.\d+(?!\w)")
_OPERATOR = re.compile(r"\|\||&&|==|!=|<=|>=|<|>|\+|-|\*|/|%(?!\{)")
_PLAIN = re.compile(r'"[^"\\$%\n]*"')
"""A string that is nothing but text."""
_OPERATORS = frozenset("|&=!<>+-*/%")
_SIGNS = frozenset("-!")
_STEPS = frozenset(".[")
"""With these letters an operator, a prefix, a step begins."""
_PRECEDENCE = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}


def expression(cursor: Cursor) -> Expression:
    """Read an expression; raises :exc:`ParseError` with the line."""
    cursor.skip()
    with cursor.nested(newlines=cursor.newlines):
        condition = _operation(cursor, 1)
        cursor.skip()
        if not cursor.take("?"):
            return condition
        cursor.skip_lines()
        then = expression(cursor)
        cursor.skip_lines()
        cursor.need(":")
        cursor.skip_lines()
        return Conditional(condition, then, expression(cursor), condition.at)


def _operation(cursor: Cursor, lowest: int) -> Expression:
    """Read operands joined by operators that bind at least as strongly as *lowest*."""
    left = _operand(cursor)
    for _ in range(MAX_CHAIN):
        cursor.skip()
        if cursor.next not in _OPERATORS:
            return left
        found = _OPERATOR.match(cursor.text, cursor.position, cursor.end)
        if found is None or _PRECEDENCE[found[0]] < lowest:
            return left
        cursor.position = found.end()
        cursor.skip_lines()
        left = Binary(found[0], left, _operation(cursor, _PRECEDENCE[found[0]] + 1), left.at)
    raise cursor.error(f"joins more than {MAX_CHAIN} operands")


def _operand(cursor: Cursor) -> Expression:
    """Read a term with its prefixes and all that is taken of it."""
    cursor.skip()
    at = cursor.origin
    prefixes = []
    while cursor.next in _SIGNS and not cursor.at("!="):
        prefixes.append(cursor.next)
        cursor.position += 1
        cursor.skip()
        if len(prefixes) > MAX_CHAIN:
            raise cursor.error("has too many signs")
    result = _traversal(cursor, _term(cursor))
    for prefix in reversed(prefixes):
        result = Unary(prefix, result, at)
    return result


def _term(cursor: Cursor) -> Expression:  # noqa: PLR0911 - a line for each kind of term
    at = cursor.origin
    if plain := cursor.match(_PLAIN):
        return Literal(plain[1:-1], at)
    if cursor.next == '"':
        return quoted(cursor, expression)
    if cursor.next == "<" and at_heredoc(cursor):
        return heredoc(cursor, expression)
    if opening := cursor.match(_OPENING):
        return _BRACKETS[opening](cursor, at)
    if digits := cursor.match(_NUMBER):
        return _number(cursor, digits, at)
    if function := cursor.match(_FUNCTION):
        return _call(cursor, "".join(function.split()), at)
    name = cursor.match(IDENTIFIER)
    if not name:
        raise cursor.expected("an expression")
    return Literal(_KEYWORDS[name], at) if name in _KEYWORDS else Name(name, at)


def _number(cursor: Cursor, digits: str, at: Origin) -> Literal:
    try:
        return Literal(parse_number(digits), at)
    except NotKnownError as error:
        raise cursor.error(str(error.unknown)) from None


def _traversal(cursor: Cursor, base: Expression) -> Expression:
    """Read what follows a term: attributes, indices, splats."""
    for _ in range(MAX_CHAIN):
        cursor.skip()
        if cursor.next not in _STEPS or cursor.at("..."):
            return base
        if cursor.take("[*]"):
            return _splat(cursor, base, attributes_only=False)
        if cursor.take(".*"):
            base = _splat(cursor, base, attributes_only=True)
        else:
            base = _step(cursor, base)
    raise cursor.error(f"takes more than {MAX_CHAIN} steps")


def _step(cursor: Cursor, base: Expression) -> Expression:
    """Read ``.name``, ``.0`` or ``[key]``."""
    at = cursor.origin
    if digits := cursor.match(_STEP):
        if cursor.match(_STEP):
            raise cursor.error("two places in a row are written in brackets")
        return Index(base, _number(cursor, digits[1:], at), at)
    if cursor.take("["):
        with cursor.nested(newlines=False):
            key = expression(cursor)
            cursor.skip()
            cursor.need("]")
        return Index(base, key, at)
    cursor.need(".")
    cursor.skip()
    name = cursor.match(IDENTIFIER)
    if not name:
        raise cursor.expected("an attribute's name")
    return GetAttribute(base, name, at)


def _splat(cursor: Cursor, base: Expression, *, attributes_only: bool) -> Expression:
    at = cursor.origin
    element: Expression = Name(ELEMENT, at)
    if not attributes_only:
        with cursor.nested(newlines=cursor.newlines):
            return Splat(base, _traversal(cursor, element), at)
    while cursor.at(".") and not cursor.at("...") and not cursor.at(".*"):
        element = _step(cursor, element)
    if cursor.at(".*"):
        raise cursor.error("a splat of attributes holds no other one")
    return Splat(base, element, at)


def _call(cursor: Cursor, function: str, at: Origin) -> Call:
    cursor.need("(")
    arguments: list[Expression] = []
    expanded = False
    with cursor.nested(newlines=False):
        cursor.skip()
        while not expanded and not cursor.at(")"):
            arguments.append(expression(cursor))
            cursor.skip()
            expanded = cursor.take("...")
            if not expanded and not cursor.take(","):
                break
            cursor.skip()
        cursor.need(")", "',' or ')'")
    return Call(function, tuple(arguments), expanded, at)


def _parentheses(cursor: Cursor, _at: Origin) -> Expression:
    with cursor.nested(newlines=False):
        inner = expression(cursor)
        cursor.skip()
        cursor.need(")")
    return inner


def _list(cursor: Cursor, at: Origin) -> Expression:
    with cursor.nested(newlines=False):
        cursor.skip()
        if cursor.match(_FOR):
            return _for(cursor, at, closing="]")
        items: list[Expression] = []
        while not cursor.at("]"):
            items.append(expression(cursor))
            cursor.skip()
            if not cursor.take(","):
                break
            cursor.skip()
        cursor.need("]", "',' or ']'")
    return TupleLiteral(tuple(items), at)


def _object(cursor: Cursor, at: Origin) -> Expression:
    cursor.skip_lines()
    if cursor.match(_FOR):
        with cursor.nested(newlines=False):
            return _for(cursor, at, closing="}")
    items = []
    with cursor.nested(newlines=True):
        while not cursor.at("}"):
            items.append(_pair(cursor))
            cursor.skip()
            if not cursor.take(",") and not cursor.at("\n"):
                break
            cursor.skip_lines()
        cursor.need("}", "',', a new line or '}'")
    return ObjectLiteral(tuple(items), at)


def _pair(cursor: Cursor) -> tuple[Expression, Expression]:
    bare = not cursor.at("(")
    key = expression(cursor)
    if bare and isinstance(key, GetAttribute | Index | Splat):
        key = BareReference(key.at)
    elif bare and isinstance(key, Name):
        key = Literal(key.name, key.at)
    elif bare and isinstance(key, Literal) and not isinstance(key.value, str):
        key = _literal_key(key)
    cursor.skip()
    if not cursor.take("=") and not cursor.take(":"):
        raise cursor.expected("'=' or ':' after a key")
    return key, expression(cursor)


def _literal_key(key: Literal) -> Literal:
    """Return ``null``, ``true`` and ``false`` as keys that are spelled like them."""
    for word, value in _KEYWORDS.items():
        if key.value is value:
            return Literal(word, key.at)
    return key


def _for(cursor: Cursor, at: Origin, *, closing: str) -> For:
    """Read the rest of a ``for`` expression; the keyword is behind us."""
    names = loop_names(cursor)
    collection = expression(cursor)
    cursor.skip()
    cursor.need(":")
    result_key = None
    result = expression(cursor)
    cursor.skip()
    if closing == "}":
        cursor.need("=>")
        result_key, result = result, expression(cursor)
        cursor.skip()
    grouped = closing == "}" and cursor.take("...")
    cursor.skip()
    condition = None
    if cursor.match(IDENTIFIER) == "if":
        condition = expression(cursor)
        cursor.skip()
    cursor.need(closing)
    return For(
        key=names[0],
        value=names[1],
        collection=collection,
        result_key=result_key,
        result=result,
        condition=condition,
        grouped=grouped,
        at=at,
    )


_BRACKETS: Mapping[str, Callable[[Cursor, Origin], Expression]] = {
    "(": _parentheses,
    "[": _list,
    "{": _object,
}
