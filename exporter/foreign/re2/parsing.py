"""Reads the syntax of regular expressions.

Source: Go, package ``regexp/syntax``.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from exporter.foreign.re2.nodes import Choice, Group, Letters, Node, Position, Repeat, Sequence

MAX_LENGTH: Final = 2_000
MAX_NESTING: Final = 50
MAX_REPEAT: Final = 1_000
_LAST: Final = 0x10FFFF
_DIGIT: Final = ((0x30, 0x39),)
_WORD: Final = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_BLANK: Final = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_CLASSES: Final = {"d": _DIGIT, "w": _WORD, "s": _BLANK}
_NAMED: Final = {
    "alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "ascii": ((0x00, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": ((0x61, 0x7A),),
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": ((0x41, 0x5A),),
    "word": _WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}
_CONTROLS: Final = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_POSITIONS: Final = {
    "A": Position.TEXT_BEGIN,
    "z": Position.TEXT_END,
    "b": Position.WORD,
    "B": Position.NO_WORD,
}
_TIMES: Final = re.compile(r"\{(\d{1,9})(?:(,)(\d{1,9})?)?\}", re.ASCII)
_OPENING: Final = re.compile(
    r"\(\?(?:P?<(?P<name>[^>]*)>|(?P<flags>[imsU]*(?:-[imsU]+)?)(?P<end>[:)]))"
)
_NAME: Final = re.compile(r"\w+", re.ASCII)
_CODE: Final = re.compile(r"x(?:\{([0-9a-fA-F]{1,8})\}|([0-9a-fA-F]{2}))|([0-7]{1,3})")
_LITERAL: Final = re.compile(r"\\(?:Q(.*?)(?:\\E|$)|.)", re.DOTALL)
_NAMED_CLASS: Final = re.compile(r"\[:(\^?)(\w+):\]")


class PatternError(Exception):
    """A pattern is none."""


class UnsupportedPatternError(Exception):
    """A pattern, or what it is asked about, is beyond what is done here."""


@dataclass(frozen=True, slots=True)
class _Flags:
    folded: bool = False
    lines: bool = False
    all_letters: bool = False
    lazy: bool = False


_OF_FLAGS: Final = {"i": "folded", "m": "lines", "s": "all_letters", "U": "lazy"}


@dataclass(slots=True)
class Parser:
    """Reads one pattern; *names* are those of its groups, empty where a group has none."""

    text: str
    at: int = 0
    depth: int = 0
    flags: _Flags = field(default_factory=_Flags)
    names: list[str] = field(default_factory=list)

    def parse(self) -> Node:
        """Return the pattern; raises :exc:`PatternError` or :exc:`UnsupportedPatternError`."""
        if len(self.text) > MAX_LENGTH:
            raise UnsupportedPatternError("is too long")
        self.text = _LITERAL.sub(_spelled_out, self.text)
        node = self._choice()
        if self.at < len(self.text):
            raise PatternError("has a ) too many")
        return node

    def _peek(self, size: int = 1) -> str:
        return self.text[self.at : self.at + size]

    def _choice(self) -> Node:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise UnsupportedPatternError("is nested too deeply")
        parts = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            parts.append(self._sequence())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self._peek() not in {"|", ")"}:
            if (found := self._item()) is not None:
                parts.append(found)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _item(self) -> Node | None:
        """Read an atom and what repeats it; flags alone are none."""
        if self._is_repetition():
            raise PatternError("repeats nothing")
        atom = self._atom()
        if atom is None:
            return None
        repeated = False
        while times := self._repetition():
            if repeated:
                raise PatternError("repeats what is repeated already")
            repeated = True
            lazy = self._peek() == "?"
            self.at += lazy
            atom = Repeat(atom, *times, lazy=lazy is not self.flags.lazy)
        return atom

    def _is_repetition(self) -> bool:
        return self._peek() in {"*", "+", "?"} or bool(_TIMES.match(self.text, self.at))

    def _repetition(self) -> tuple[int, int] | None:
        plain = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}.get(self._peek())
        if plain:
            self.at += 1
            return plain
        found = _TIMES.match(self.text, self.at)
        if found is None:
            return None
        least = int(found[1])
        most = int(found[3]) if found[3] else -1 if found[2] else least
        if max(least, most) > MAX_REPEAT or -1 < most < least:
            raise PatternError("repeats too often")
        self.at = found.end()
        return least, most

    def _atom(self) -> Node | None:
        readers = {"(": self._group, "[": self._class, "\\": self._escape}
        letter = self._peek()
        if letter in readers:
            return readers[letter]()
        self.at += 1
        flags = self.flags
        special: dict[str, Node] = {
            ".": Letters(() if flags.all_letters else ((10, 10),), negated=True),
            "^": Position.LINE_BEGIN if flags.lines else Position.TEXT_BEGIN,
            "$": Position.LINE_END if flags.lines else Position.TEXT_END,
        }
        return special.get(letter) or self._letter(ord(letter))

    def _letter(self, code: int) -> Letters:
        return Letters(((code, code),), folded=self.flags.folded)

    def _group(self) -> Node | None:
        before = self.flags
        name = self._opening()
        if name is None and self._peek() == ")":
            self.at += 1  # flags for the rest of the group around
            return None
        if name is None:
            self.at += 1
        number = None
        if name is not None:
            self.names.append(name)
            number = len(self.names)
        inner = self._choice()
        if self._peek() != ")":
            raise PatternError("has a group that is not closed")
        self.at += 1
        self.flags = before
        return inner if number is None else Group(inner, number)

    def _opening(self) -> str | None:
        """Pass over the beginning of a group; return its name, None where it is not remembered."""
        if self._peek(2) != "(?":
            self.at += 1
            return ""
        found = _OPENING.match(self.text, self.at)
        if found is None:
            raise PatternError("has a group of an unknown kind")
        if found["name"] is None:
            self.at = found.end() - 1
            self._set(found["flags"])
            return None
        name = found["name"]
        if not _NAME.fullmatch(name) or name in self.names:
            raise PatternError("has a group with a name that is none, or stands twice")
        self.at = found.end()
        return name

    def _set(self, flags: str) -> None:
        on, _, off = flags.partition("-")
        for names, value in ((on, True), (off, False)):
            self.flags = replace(self.flags, **{_OF_FLAGS[one]: value for one in names})

    def _escape(self) -> Node:
        letter = self._peek(2)[1:]
        if letter in _POSITIONS:
            self.at += 2
            return _POSITIONS[letter]
        found = self._escaped()
        return self._letter(found) if isinstance(found, int) else found

    def _escaped(self) -> int | Letters:
        """Read an escape that stands for letters; the backslash is at hand."""
        self.at += 1
        letter = self._peek()
        if letter.lower() in _CLASSES:
            self.at += 1
            return Letters(_CLASSES[letter.lower()], negated=letter.isupper())
        if letter in {"p", "P"}:
            raise UnsupportedPatternError("names a class of Unicode")
        if letter in _CONTROLS:
            self.at += 1
            return _CONTROLS[letter]
        if (code := _CODE.match(self.text, self.at)) and not self._is_reference(code[3]):
            self.at = code.end()
            value = int(code[3], 8) if code[3] else int(code[1] or code[2], 16)
            if value > _LAST:
                raise PatternError("names a letter that there is not")
            return value
        if not letter or letter.isalnum() or not letter.isascii():
            raise PatternError("has an escape that there is not")
        self.at += 1
        return ord(letter)

    @staticmethod
    def _is_reference(octal: str | None) -> bool:
        """Tell whether digits behind a backslash refer to a group, which RE2 does not know."""
        return octal is not None and octal[0] != "0" and len(octal) == 1

    def _class(self) -> Letters:
        self.at += 1
        negated = self._peek() == "^"
        self.at += negated
        spans: list[tuple[int, int]] = []
        first = True
        while first or self._peek() != "]":
            if self.at >= len(self.text):
                raise PatternError("has a class that is not closed")
            first = False
            spans += self._members()
        self.at += 1
        return Letters(tuple(spans), negated=negated, folded=self.flags.folded)

    def _members(self) -> list[tuple[int, int]]:
        if named := _NAMED_CLASS.match(self.text, self.at):
            if named[2] not in _NAMED:
                raise PatternError("names a class that there is not")
            self.at = named.end()
            found = _NAMED[named[2]]
            return _complement(found) if named[1] else list(found)
        low = self._member()
        if isinstance(low, Letters):
            return _complement(low.spans) if low.negated else list(low.spans)
        if self._peek() != "-" or self._peek(2)[1:] in {"", "]"}:
            return [(low, low)]
        self.at += 1
        high = self._member()
        if isinstance(high, Letters) or high < low:
            raise PatternError("has a range that is none")
        return [(low, high)]

    def _member(self) -> int | Letters:
        if self._peek() == "\\":
            return self._escaped()
        letter = self._peek()
        if not letter:
            raise PatternError("has a class that is not closed")
        self.at += 1
        return ord(letter)


def _spelled_out(found: re.Match[str]) -> str:
    """Return what is quoted letter by letter, each with a backslash."""
    if found[1] is None:
        return found[0]
    return "".join(one if one.isalnum() or not one.isascii() else f"\\{one}" for one in found[1])


def _complement(spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    found, low = [], 0
    for first, last in sorted(spans):
        if first > low:
            found.append((low, first - 1))
        low = max(low, last + 1)
    return [*found, (low, _LAST)]
