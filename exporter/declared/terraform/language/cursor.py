"""A place in a text that is being parsed, which knows its line and how deeply it is nested."""

import re
from bisect import bisect_right

from exporter.declared.terraform.language.values import Origin
from exporter.domain.errors import ParseError

MAX_NESTING = 60
_SPACE = re.compile(r"(?:[ \t\r]|#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/)+")
_SPACE_AND_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/)+")
_SKIPPED = frozenset(" \t\r\n#/")
"""With these begins what may be passed over."""


class Cursor:
    """Reads *text* from *position* to *end*; newlines count unless told otherwise.

    *first_line* is the line of the file on which the text begins.
    """

    def __init__(self, text: str, path: str, *, first_line: int = 1) -> None:
        self.text = text
        self.path = path
        self.position = 0
        self.end = len(text)
        self._first_line = first_line
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self.space = _SPACE
        self.nesting = 0

    @property
    def origin(self) -> Origin:
        """The file and line of the position."""
        line = bisect_right(self._newlines, self.position - 1) + self._first_line
        return Origin(self.path, line)

    @property
    def newlines(self) -> bool:
        """Whether newlines count."""
        return self.space is _SPACE

    def error(self, message: str, *, line: int = 0) -> ParseError:
        """Return an error at the position, or on a *line* before it."""
        return ParseError(message, line=line or self.origin.line)

    def expected(self, what: str) -> ParseError:
        """Return an error that says what should stand at the position, and what does."""
        found = self.text[self.position : min(self.position + 1, self.end)]
        shown = {"": "the end", "\n": "the end of the line"}.get(found, repr(found))
        return self.error(f"expected {what}, found {shown}")

    def skip(self) -> None:
        """Pass over blanks and comments, and over newlines where they do not count."""
        if self.next in _SKIPPED and (
            match := self.space.match(self.text, self.position, self.end)
        ):
            self.position = match.end()

    def skip_lines(self) -> None:
        """Pass over blanks, comments and newlines."""
        if match := _SPACE_AND_LINES.match(self.text, self.position, self.end):
            self.position = match.end()

    def at(self, literal: str) -> bool:
        """Tell whether *literal* stands at the position."""
        return self.text.startswith(literal, self.position, self.end)

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self.position >= self.end

    def take(self, literal: str) -> bool:
        """Pass over *literal* if it stands at the position; tell whether it did."""
        if not self.at(literal):
            return False
        self.position += len(literal)
        return True

    def need(self, literal: str, what: str = "") -> None:
        """Pass over *literal*; raises :exc:`ParseError` where something else stands."""
        if not self.take(literal):
            raise self.expected(what or repr(literal))

    def match(self, pattern: re.Pattern[str]) -> str:
        """Pass over what *pattern* matches at the position and return it; empty if it does not."""
        found = pattern.match(self.text, self.position, self.end)
        if found is None:
            return ""
        self.position = found.end()
        return found[0]

    @property
    def next(self) -> str:
        """The letter at the position; empty at the end."""
        return self.text[self.position] if self.position < self.end else ""

    def nested(self, *, newlines: bool) -> "_Nested":
        """Go one level deeper, where *newlines* count or not."""
        return _Nested(self, _SPACE if newlines else _SPACE_AND_LINES)


class _Nested:
    """One level of nesting; entered some thousand times in a file, hence no generator."""

    __slots__ = ("_before", "_cursor", "_space")

    def __init__(self, cursor: Cursor, space: re.Pattern[str]) -> None:
        self._cursor = cursor
        self._space = space
        self._before = cursor.space

    def __enter__(self) -> None:
        cursor = self._cursor
        if cursor.nesting >= MAX_NESTING:
            raise cursor.error(f"is nested more than {MAX_NESTING} levels deep")
        cursor.nesting += 1
        cursor.space = self._space

    def __exit__(self, *_: object) -> None:
        self._cursor.nesting -= 1
        self._cursor.space = self._before
