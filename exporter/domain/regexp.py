"""Regular expressions as Go has them, by RE2: the time a match takes is linear in the text.

Python's own engine reads another syntax, and takes for ever over what a hostile pattern asks of it.

Source: Go, packages ``regexp`` and ``regexp/syntax``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

import re2

MAX_WORK: Final = 500_000_000
"""So many steps all matches of one pattern in one text may take: some seconds at the worst."""
_ANY_BYTE: Final = re.compile(r"(?<!\\)(?:\\\\)*\\C")
_NAME: Final = re.compile(r"\(\?P?<(\w+)>")
_REFERENCE: Final = re.compile(r"\$(?:(\$)|([A-Za-z0-9_]+)|\{(\w+)\})")
_MEMORY: Final = 1 << 19
"""Bytes that a compiled pattern may take, which is about 20,000 instructions.

RE2 compiles in time that grows with the square of what may be left out: ``a{0,1000}`` sixty times
took minutes below its own limit of 8 MiB.
"""


class PatternError(Exception):
    """It is no regular expression, for Go neither."""


class UnsupportedPatternError(Exception):
    """Matching it costs too much, or cannot be done here as Go does it."""


class Match(Protocol):
    """What a pattern matches, and each of its groups: None for one that took no part."""

    def start(self) -> int:
        """Return where it begins."""

    def end(self) -> int:
        """Return where it ends."""

    def group(self, number: int = 0, /) -> str | None:
        """Return the text of a group; 0 is the whole match."""


@dataclass(slots=True)
class Pattern:
    """A regular expression; *names* are those of its groups, empty where one has none.

    *work* is how many steps the last matching took at the most.
    """

    names: tuple[str, ...]
    compiled: Any
    work: int = 0

    def search(self, text: str) -> Match | None:
        """Return the leftmost match; raises :exc:`UnsupportedPatternError`."""
        return next(self._found(text), None)

    def matches(self, text: str) -> Iterator[Match]:
        """Yield one match after another, as Go's ``FindAll`` does: none of nothing behind one.

        Raises :exc:`UnsupportedPatternError`.
        """
        before = -1
        for match in self._found(text):
            if match.start() != match.end() or match.start() != before:
                yield match
            before = match.end()

    def covers(self, text: str, *, work: int = MAX_WORK) -> bool:
        """Tell whether it matches all of *text*; raises :exc:`UnsupportedPatternError`."""
        self._begin(text, most=work)
        return self.compiled.fullmatch(text) is not None

    def replace(self, text: str, by: str) -> Iterator[str]:
        """Yield the pieces of a text with *by* for each match, as Go's ``ReplaceAll`` does.

        Raises :exc:`UnsupportedPatternError`.
        """
        end = 0
        for match in self._found(text):
            yield text[end : match.start()]
            if match.end() > end or match.start() == 0:
                yield self._expanded(by, match)
            end = match.end()
        yield text[end:]

    def _found(self, text: str) -> Iterator[Match]:
        self._begin(text, most=MAX_WORK)
        for match in self.compiled.finditer(text):
            yield match
            self._spend(len(text) - match.end(), most=MAX_WORK)

    def _begin(self, text: str, *, most: int) -> None:
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise UnsupportedPatternError("is given half of a surrogate pair")
        self.work = 0
        self._spend(len(text), most=most)

    def _spend(self, letters: int, *, most: int) -> None:
        # Each instruction that is tried may copy where all groups begin and end.
        self.work += (letters + 1) * self.compiled.programsize * (self.compiled.groups + 1)
        if self.work > most:
            raise UnsupportedPatternError("takes too many steps")

    def _expanded(self, by: str, match: Match) -> str:
        def referred(found: re.Match[str]) -> str:
            if found[1]:
                return "$"
            name = found[2] or found[3]
            if name.isdecimal():
                number = int(name)
            else:
                number = self.names.index(name) + 1 if name in self.names else -1
            return (match.group(number) or "") if 0 <= number <= len(self.names) else ""

        return _REFERENCE.sub(referred, by)


def _options(*, groups: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.never_capture = not groups
    return options


@lru_cache(maxsize=256)
def compile_pattern(expression: str, *, groups: bool = True) -> Pattern:
    """Return a pattern; raises :exc:`PatternError` or :exc:`UnsupportedPatternError`.

    Without *groups* it tells only where it matches, which costs less.
    """
    if _ANY_BYTE.search(expression):
        raise UnsupportedPatternError(r"has the escape \C, which Go has not")
    names = _NAME.findall(expression)
    if len(set(names)) < len(names):
        raise UnsupportedPatternError("names two groups alike")
    try:
        compiled = re2.compile(expression, _options(groups=groups))
    except re2.error as error:
        told = error.args[0].decode("utf-8", "replace")
        if "too large" in told:
            raise UnsupportedPatternError("needs more memory than it may have") from None
        raise PatternError(f"is none: {told}") from None
    except UnicodeEncodeError:
        raise PatternError("is no UTF-8") from None
    named = {number: name for name, number in compiled.groupindex.items()}
    return Pattern(tuple(named.get(at, "") for at in range(1, compiled.groups + 1)), compiled)
