"""A place in a text that is being parsed, which knows its line and how deeply it is nested."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager

from exporter.declared.terraform.language.values import Origin
from exporter.domain.errors import ParseError

MAX_NESTING = 60
_SPACE = re.compile(r"(?:[ \t\r]|#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/)+")
_SPACE_AND_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/)+")


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
        self._space = _SPACE
        self._nesting = 0

    @property
    def origin(self) -> Origin:
        """The file and line of the position."""
        line = bisect_right(self._newlines, self.position - 1) + self._first_line
        return Origin(self.path, line)

    @property
    def newlines(self) -> bool:
        """Whether newlines count."""
        return self._space is _SPACE

    def error(self, message: str) -> ParseError:
        """Return an error at the position."""
        return ParseError(message, line=self.origin.line)

    def expected(self, what: str) -> ParseError:
        """Return an error that says what should stand at the position, and what does."""
        found = self.text[self.position : min(self.position + 1, self.end)]
        shown = {"": "the end", "\n": "the end of the line"}.get(found, repr(found))
        return self.error(f"expected {what}, found {shown}")

    def skip(self) -> None:
        """Pass over blanks and comments, and over newlines where they do not count."""
        if match := self._space.match(self.text, self.position, self.end):
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

    def part(self, text: str, *, first_line: int) -> "Cursor":
        """Return a cursor over a text that is taken from this one, nested as deeply."""
        inner = Cursor(text, self.path, first_line=first_line)
        inner._nesting = self._nesting
        return inner

    @contextmanager
    def nested(self, *, newlines: bool) -> Iterator[None]:
        """Go one level deeper, where *newlines* count or not."""
        if self._nesting >= MAX_NESTING:
            raise self.error(f"is nested more than {MAX_NESTING} levels deep")
        before = self._space
        self._space = _SPACE if newlines else _SPACE_AND_LINES
        self._nesting += 1
        try:
            yield
        finally:
            self._nesting -= 1
            self._space = before
