"""The text of a template taken apart: what stands as it is, and the tokens of its actions.

Source: Go's ``text/template/parse`` (``lex.go``).
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from exporter.domain.errors import ParseError

_ACTION = re.compile(
    r"""(?>(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*'|[^"`'}]|\}(?!\}))*)\}\}""",
    re.DOTALL,
)
_COMMENT = re.compile(r"\s?/\*")
_CLOSED_COMMENT = re.compile(r"\*/(?:\s-)?\}\}")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:\\.|[^"\\\n])*"|`[^`]*`)
    | (?P<letter>'(?:\\.|[^'\\\n])+')
    | (?P<number>[-+]?[0-9][0-9A-Za-z_.]*)
    | (?P<field>(?:\.[A-Za-z_]\w*)+)
    | (?P<variable>\$\w*)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<sign>:=|[=|(),.])
    )""",
    re.VERBOSE,
)

Token: TypeAlias = tuple[str, str]
"""A kind and a text; the kinds are the groups of ``_TOKEN``, and ``joined``."""


def split(text: str) -> Iterator[str | list[Token]]:
    """Yield text as it stands, and actions as lists of tokens; ``{{-`` and ``-}}`` trim."""
    at = 0
    trim = False
    while (start := text.find("{{", at)) >= 0:
        before = text[at:start]
        left = text.startswith("- ", start + 2) or text[start + 2 : start + 4] in {"-\n", "-\t"}
        inner = start + (3 if left else 2)
        comment = _COMMENT.match(text, inner) is not None
        end = _end(text, inner, comment=comment)
        yield _trimmed(before, left=trim, right=left)
        body = text[inner : end - 2]
        trim = body[-2:-1].isspace() and body.endswith("-")
        if not comment:
            yield list(_tokens(body[:-1] if trim else body))
        at = end
    yield _trimmed(text[at:], left=trim, right=False)


def _trimmed(text: str, *, left: bool, right: bool) -> str:
    text = text.lstrip(" \t\r\n") if left else text
    return text.rstrip(" \t\r\n") if right else text


def _end(text: str, start: int, *, comment: bool) -> int:
    """Return where the action that begins at *start* ends, its braces included."""
    if comment:
        closed = text.find("*/", start)
        found = _CLOSED_COMMENT.match(text, closed) if closed >= 0 else None
    else:
        found = _ACTION.match(text, start)
    if found is None:
        raise ParseError("an action ({{) is not closed")
    return found.end()


def _tokens(text: str) -> Iterator[Token]:
    """Yield kinds and texts; a field right behind a variable or parenthesis is ``joined``."""
    at = 0
    stop = len(text.rstrip())
    joinable = False
    while at < stop:
        found = _TOKEN.match(text, at)
        if found is None:
            raise ParseError(f"{text[at:].strip()[:20]!r} is not understood in a template")
        kind = found.lastgroup or ""
        if kind == "field" and joinable and found.start(kind) == at:
            kind = "joined"
        shown = found[found.lastgroup or 0]
        yield kind, shown
        joinable = kind == "variable" or shown == ")"
        at = found.end()
