"""Reads strings, heredocs and template files: text with interpolations and directives.

Source: HCL native syntax specification, "Template Expressions" and "Template Literals"; and its
``parser_template.go`` for what strip markers and indentation do: they work on pieces of text, of
which one ends where a line does.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
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
_PLAIN_TEXT = re.compile(r"[^$%\n]*\n|[^$%\n]+")
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
        reader.read()
        cursor.need('"', "the closing quote")
    return reader.template(start)


def at_heredoc(cursor: Cursor) -> bool:
    """Tell whether a heredoc begins at the position."""
    return _HEREDOC.match(cursor.text, cursor.position, cursor.end) is not None


def heredoc(cursor: Cursor, expression: ReadExpression) -> Expression:
    """Read ``<<MARK`` or ``<<-MARK`` up to the end of the line that holds the mark alone."""
    start = cursor.origin
    opening = _HEREDOC.match(cursor.text, cursor.position, cursor.end)
    if opening is None:
        raise cursor.expected("a heredoc")
    cursor.position = opening.end()
    closing = re.compile(rf"[ \t]*{re.escape(opening[2])}(?=[ \t]*\r?$)", re.MULTILINE)
    reader = _Reader(cursor, expression, closing=closing)
    with cursor.nested(newlines=True):
        reader.read()
    if not cursor.match(closing):
        raise cursor.error(f"the heredoc {opening[2]} has no end", line=start.line)
    if opening[1]:
        reader.flush_left()
    return reader.template(start)


def template(cursor: Cursor, expression: ReadExpression) -> Expression:
    """Read all of a text as a template."""
    start = cursor.origin
    reader = _Reader(cursor, expression)
    with cursor.nested(newlines=True):
        reader.read()
    return reader.template(start)


@dataclass(slots=True)
class _Text:
    """A piece of text, which ends where its line does."""

    text: str
    at: Origin


@dataclass(frozen=True, slots=True)
class _Directive:
    """``%{ keyword ... }``; *loop* are the names of a ``for``."""

    keyword: str
    at: Origin
    expression: Expression | None = None
    loop: tuple[str, str] = ("", "")


_Piece: TypeAlias = _Text | _Directive | Expression


@dataclass(slots=True)
class _Reader:
    """Collects the pieces of one template, then builds of them what it is."""

    cursor: Cursor
    expression: ReadExpression
    quoted: bool = False
    closing: re.Pattern[str] | None = None
    pieces: list[_Piece] = field(default_factory=list)
    strip_next: bool = False

    def read(self) -> None:
        """Read up to the closing quote or mark, or the end."""
        cursor = self.cursor
        while not self.at_end():
            if cursor.take("$${") or cursor.take("%%{"):
                self.add(cursor.text[cursor.position - 2 : cursor.position], cursor.origin)
            elif cursor.take("${"):
                self.interpolation()
            elif cursor.take("%{"):
                self.directive()
            else:
                at = cursor.origin
                self.add(self.literal(), at)

    def at_end(self) -> bool:
        cursor = self.cursor
        if cursor.at_end() or (self.quoted and cursor.at('"')):
            return True
        begins = self.closing is not None and cursor.text[cursor.position - 1] == "\n"
        return bool(
            begins and self.closing and self.closing.match(cursor.text, cursor.position, cursor.end)
        )

    def literal(self) -> str:
        cursor = self.cursor
        if found := cursor.match(_QUOTED_TEXT if self.quoted else _PLAIN_TEXT):
            return found
        if not self.quoted or (not cursor.at("\\") and not cursor.at("\n")):
            cursor.position += 1
            return cursor.text[cursor.position - 1]
        escape = _ESCAPE.match(cursor.text, cursor.position, cursor.end)
        if escape is None:
            what = "a string does not end on its line" if cursor.at("\n") else "unknown escape"
            raise cursor.error(what)
        code = int(escape[2] or escape[3] or "0", 16)
        if code >= _UNICODE or code in _SURROGATES:
            raise cursor.error("unknown escape")
        cursor.position = escape.end()
        return _CONTROLS.get(escape[1], escape[1]) if escape[1] else chr(code)

    def add(self, literal: str, at: Origin) -> None:
        """Add text to the piece at hand, without its leading blanks after a strip marker."""
        ended = not self.quoted and literal.endswith("\n")
        if self.strip_next:
            literal = literal.lstrip()
            self.strip_next = not literal and not ended
        last = self.pieces[-1] if self.pieces else None
        if isinstance(last, _Text) and (self.quoted or not last.text.endswith("\n")):
            last.text += literal
        else:
            self.pieces.append(_Text(literal, at))

    def strip(self) -> None:
        """Drop the trailing blanks of the piece before a strip marker."""
        last = self.pieces[-1] if self.pieces else None
        if isinstance(last, _Text):
            last.text = last.text.rstrip()

    def open(self) -> None:
        self.strip_next = False
        if self.cursor.take("~"):
            self.strip()

    def close(self) -> None:
        self.cursor.skip()
        self.strip_next = self.cursor.take("~")
        self.cursor.need("}")

    def interpolation(self) -> None:
        self.open()
        with self.cursor.nested(newlines=False):
            self.pieces.append(self.expression(self.cursor))
            self.close()

    def directive(self) -> None:
        cursor, at = self.cursor, self.cursor.origin
        self.open()
        with cursor.nested(newlines=False):
            cursor.skip()
            keyword = cursor.match(IDENTIFIER)
            if keyword == "if":
                found = _Directive(keyword, at, self.expression(cursor))
            elif keyword == "for":
                names = loop_names(cursor)
                found = _Directive(keyword, at, self.expression(cursor), names)
            elif keyword in {"else", "endif", "endfor"}:
                found = _Directive(keyword, at)
            else:
                raise cursor.error("expected %{ if ... } or %{ for ... }")
            self.pieces.append(found)
            self.close()

    def flush_left(self) -> None:
        """Drop the indentation that all lines but blank ones share.

        A line that begins with what is no text has none.
        """
        first = [piece for begins, piece in _with_beginnings(self.pieces) if begins]
        lines = [
            piece
            for piece in first
            if not isinstance(piece, _Text) or piece.text.strip() or piece.text[-1:] != "\n"
        ]
        cut = min(map(_indentation, lines), default=0)
        for piece in lines:
            if isinstance(piece, _Text):
                piece.text = piece.text[cut:]

    def template(self, at: Origin) -> Expression:
        """Return the whole; a mere text is a literal."""
        parts = _Builder(self.cursor, self.pieces).parts(frozenset())
        if not parts:
            return Literal("", at)
        if len(parts) == 1 and isinstance(parts[0], Literal) and isinstance(self.pieces[0], _Text):
            return Literal(parts[0].value, at)
        return Template(tuple(parts), at)


def _with_beginnings(pieces: Sequence[_Piece]) -> Iterator[tuple[bool, _Piece]]:
    """Yield each piece, and whether a line begins with it."""
    begins = True
    for piece in pieces:
        yield begins, piece
        begins = isinstance(piece, _Text) and piece.text.endswith("\n")


def _indentation(piece: _Piece) -> int:
    return len(piece.text) - len(piece.text.lstrip()) if isinstance(piece, _Text) else 0


class _Builder:
    """Nests the pieces between directives."""

    def __init__(self, cursor: Cursor, pieces: Sequence[_Piece]) -> None:
        self._cursor = cursor
        self._pieces = iter(_merged(pieces))
        self.stop = ""

    def parts(self, stops: frozenset[str]) -> list[Expression]:
        """Return what stands up to the end, or one of the directives *stops*, which it names."""
        found: list[Expression] = []
        for piece in self._pieces:
            if isinstance(piece, _Text):
                found += [Literal(piece.text, piece.at)] if piece.text else []
            elif not isinstance(piece, _Directive):
                found.append(piece)
            elif piece.keyword in stops:
                self.stop = piece.keyword
                return found
            else:
                found.append(self._nested(piece))
        if stops:
            raise self._cursor.expected(" or ".join(sorted(f"%{{ {stop} }}" for stop in stops)))
        return found

    def _nested(self, piece: _Directive) -> Expression:
        if piece.expression is None:
            raise self._cursor.error("expected %{ if ... } or %{ for ... }", line=piece.at.line)
        with self._cursor.nested(newlines=True):
            if piece.keyword == "for":
                body = Template(tuple(self.parts(frozenset({"endfor"}))), piece.at)
                return TemplateFor(*piece.loop, piece.expression, body, piece.at)
            then = Template(tuple(self.parts(frozenset({"else", "endif"}))), piece.at)
            otherwise = Template((), piece.at)
            if self.stop == "else":
                otherwise = Template(tuple(self.parts(frozenset({"endif"}))), piece.at)
            return TemplateIf(piece.expression, then, otherwise, piece.at)


def _merged(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """Yield the pieces, texts that follow one another as one."""
    for is_text, group in groupby(pieces, lambda piece: isinstance(piece, _Text)):
        if not is_text:
            yield from group
            continue
        texts = [piece for piece in group if isinstance(piece, _Text)]
        yield _Text("".join(piece.text for piece in texts), texts[0].at)


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
