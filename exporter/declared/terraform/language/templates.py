"""Reads strings, heredocs and template files: text with interpolations and directives.

Source: HCL native syntax specification, "Template Expressions" and "Template Literals".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from exporter.declared.terraform.language.cursor import Cursor
from exporter.declared.terraform.language.syntax import (
    Expression,
    Literal,
    Template,
    TemplateFor,
    TemplateIf,
)
from exporter.declared.terraform.language.values import Origin

ReadExpression: TypeAlias = Callable[[Cursor], Expression]

IDENTIFIER = re.compile(r"[^\W\d][\w-]*")
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)[ \t]*\r?\n")
_QUOTED_TEXT = re.compile(r"[^\"\\$%\n]+")
_PLAIN_TEXT = re.compile(r"[^$%]+")
_ESCAPE = re.compile(r"\\(?:([nrt\"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_SURROGATES = range(0xD800, 0xE000)
_UNICODE = 0x110000


def quoted(cursor: Cursor, expression: ReadExpression) -> Expression:
    """Read a string, from its opening to its closing quote."""
    start = cursor.origin
    cursor.need('"')
    reader = _Reader(cursor, expression, quoted=True)
    with cursor.nested(newlines=True):
        reader.read_until(frozenset())
    return _simplest(reader.parts, start)


def at_heredoc(cursor: Cursor) -> bool:
    """Tell whether a heredoc begins at the position."""
    return _HEREDOC.match(cursor.text, cursor.position, cursor.end) is not None


def heredoc(cursor: Cursor, expression: ReadExpression) -> Expression:
    """Read ``<<MARK`` or ``<<-MARK`` up to the end of the line that holds the mark alone."""
    start = cursor.origin
    opening = _HEREDOC.match(cursor.text, cursor.position, cursor.end)
    if opening is None:
        raise cursor.expected("a heredoc")
    closing = re.compile(rf"^[ \t]*{re.escape(opening[2])}(?=[ \t]*\r?$)", re.MULTILINE)
    found = closing.search(cursor.text, opening.end(), cursor.end)
    if found is None:
        raise cursor.error(f"the heredoc {opening[2]} has no end")
    content = cursor.text[opening.end() : found.start()]
    cursor.position = found.end()
    inner = cursor.part(_dedent(content) if opening[1] else content, first_line=start.line + 1)
    return template(inner, expression, start=start)


def template(
    cursor: Cursor, expression: ReadExpression, *, start: Origin | None = None
) -> Expression:
    """Read all of a text as a template."""
    start = start or cursor.origin
    reader = _Reader(cursor, expression, quoted=False)
    with cursor.nested(newlines=True):
        reader.read_until(frozenset())
    return _simplest(reader.parts, start)


def _dedent(content: str) -> str:
    """Drop the indentation that all lines but blank ones share."""
    lines = content.split("\n")
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
    cut = min(indents, default=0)
    return "\n".join(line[cut:] if line.strip() else line.lstrip(" \t") for line in lines)


def _simplest(parts: list[Expression], at: Origin) -> Expression:
    if not parts:
        return Literal("", at)
    if len(parts) == 1 and isinstance(parts[0], Literal):
        return Literal(parts[0].value, at)
    return Template(tuple(parts), at)


@dataclass(slots=True)
class _Reader:
    """Collects the parts of one template; text between them is held back until it is whole."""

    cursor: Cursor
    expression: ReadExpression
    quoted: bool
    parts: list[Expression] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    pending_at: Origin | None = None
    strip_next: bool = False

    def read_until(self, stops: frozenset[str]) -> str:
        """Read up to the closing quote, the end, or one of the directives *stops*; name it."""
        cursor = self.cursor
        while True:
            if cursor.at_end() or (self.quoted and cursor.at('"')):
                self.finish(stops)
                return ""
            if cursor.take("$${") or cursor.take("%%{"):
                self.add(cursor.text[cursor.position - 2 : cursor.position])
            elif cursor.take("${"):
                self.interpolation()
            elif cursor.take("%{"):
                if (stop := self.directive(stops)) in stops:
                    return stop
            else:
                self.add(self.literal())

    def finish(self, stops: frozenset[str]) -> None:
        if stops:
            raise self.cursor.expected(" or ".join(sorted(f"%{{ {stop} }}" for stop in stops)))
        if self.quoted:
            self.cursor.need('"', "the closing quote")
        self.flush()

    def literal(self) -> str:
        cursor = self.cursor
        if found := cursor.match(_QUOTED_TEXT if self.quoted else _PLAIN_TEXT):
            return found
        if not cursor.at("\\") and not cursor.at("\n"):
            cursor.position += 1
            return cursor.text[cursor.position - 1]
        escape = _ESCAPE.match(cursor.text, cursor.position, cursor.end)
        if escape is None:
            what = "a string does not end on its line" if cursor.at("\n") else "unknown escape"
            raise cursor.error(what)
        cursor.position = escape.end()
        code = int(escape[2] or escape[3] or "0", 16)
        if code >= _UNICODE or code in _SURROGATES:
            raise cursor.error("unknown escape")
        return _CONTROLS.get(escape[1], escape[1]) if escape[1] else chr(code)

    def add(self, literal: str) -> None:
        """Hold *literal* back, without its leading blanks after a strip marker."""
        if self.strip_next:
            literal = literal.lstrip()
            self.strip_next = not literal
        self.pending_at = self.pending_at or self.cursor.origin
        self.pending.append(literal)

    def flush(self, *, strip: bool = False) -> None:
        """Make a part of what was held back, without its trailing blanks with *strip*."""
        held = "".join(self.pending)
        held = held.rstrip() if strip else held
        if held:
            self.parts.append(Literal(held, self.pending_at or self.cursor.origin))
        self.pending, self.pending_at, self.strip_next = [], None, False

    def interpolation(self) -> None:
        self.flush(strip=self.cursor.take("~"))
        with self.cursor.nested(newlines=False):
            self.parts.append(self.expression(self.cursor))
            self.close()

    def close(self) -> None:
        self.cursor.skip()
        self.strip_next = self.cursor.take("~")
        self.cursor.need("}")

    def directive(self, stops: frozenset[str]) -> str:
        """Read the rest of ``%{ ...``; return its keyword where it is one of *stops*."""
        cursor, start = self.cursor, self.cursor.origin
        self.flush(strip=cursor.take("~"))
        with cursor.nested(newlines=False):
            cursor.skip()
            keyword = cursor.match(IDENTIFIER)
            if keyword in stops:
                self.close()
                return keyword
            if keyword == "if":
                self.parts.append(self.condition(start))
            elif keyword == "for":
                self.parts.append(self.loop(start))
            else:
                raise cursor.error("expected %{ if ... } or %{ for ... }")
        return ""

    def condition(self, start: Origin) -> TemplateIf:
        test = self.expression(self.cursor)
        self.close()
        then, stop = self.branch(frozenset({"else", "endif"}))
        otherwise = Template((), start)
        if stop == "else":
            otherwise, _ = self.branch(frozenset({"endif"}))
        return TemplateIf(test, then, otherwise, start)

    def loop(self, start: Origin) -> TemplateFor:
        key, value = loop_names(self.cursor)
        collection = self.expression(self.cursor)
        self.close()
        body, _ = self.branch(frozenset({"endfor"}))
        return TemplateFor(key, value, collection, body, start)

    def branch(self, stops: frozenset[str]) -> tuple[Template, str]:
        inner = _Reader(self.cursor, self.expression, quoted=self.quoted)
        inner.strip_next = self.strip_next
        start = self.cursor.origin
        stop = inner.read_until(stops)
        self.strip_next = inner.strip_next
        return Template(tuple(inner.parts), start), stop


def loop_names(cursor: Cursor) -> tuple[str, str]:
    """Read ``key, value in`` or ``value in``; the key is empty where there is none."""
    names = []
    while True:
        cursor.skip()
        name = cursor.match(IDENTIFIER)
        if not name:
            raise cursor.expected("a name")
        names.append(name)
        cursor.skip()
        if len(names) == 2 or not cursor.take(","):  # noqa: PLR2004 - a key and a value
            break
    if cursor.match(IDENTIFIER) != "in":
        raise cursor.error("expected 'in'")
    return ("", names[0]) if len(names) == 1 else (names[0], names[1])
