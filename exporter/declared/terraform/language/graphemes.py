"""Splits text into grapheme clusters: what a reader takes for a letter.

Source: Unicode Standard Annex 29, rules GB3 to GB13 of version 15, after general categories; go-cty
counts and cuts texts by them.
"""

import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import Final


class _Break(Enum):
    OTHER = auto()
    CONTROL = auto()
    EXTEND = auto()
    JOINER = auto()
    SPACING = auto()
    REGIONAL = auto()
    PICTURE = auto()
    L = auto()
    V = auto()
    T = auto()
    LV = auto()
    LVT = auto()


_REGIONAL: Final = range(0x1F1E6, 0x1F200)
_MODIFIERS: Final = range(0x1F3FB, 0x1F400)
_TAGS: Final = range(0xE0020, 0xE0080)
_PICTURES: Final = (
    range(0x1F000, 0x1F1E6),
    range(0x1F200, 0x1FB00),
    range(0x1FC00, 0x1FFFE),
    range(0x2600, 0x27C0),
    range(0x2190, 0x2200),
    range(0x2300, 0x2400),
    range(0x25A0, 0x2600),
    range(0x2900, 0x2980),
    range(0x2B00, 0x2C00),
)
_SINGLE_PICTURES: Final = frozenset(
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u24c2\u3030\u303d\u3297\u3299"
)
_NOT_SPACING: Final = frozenset(
    "\u102b\u102c\u1038\u1062\u1063\u1064\u1087\u108f\u1a61\u1a63\u1a64"
)
_EXTENDING_LETTERS: Final = "\u200c\uff9e\uff9f"
_AFTER: Final = {
    _Break.L: {_Break.L, _Break.V, _Break.LV, _Break.LVT},
    _Break.LV: {_Break.V, _Break.T},
    _Break.V: {_Break.V, _Break.T},
    _Break.LVT: {_Break.T},
    _Break.T: {_Break.T},
}
"""Which parts of a Hangul syllable follow which."""
_EXTENDING: Final = {_Break.EXTEND, _Break.JOINER, _Break.SPACING}
_SYLLABLES: Final = range(0xAC00, 0xD7A4)
_FINALS: Final = 28


def graphemes(text: str) -> Iterator[str]:
    """Yield the grapheme clusters of a text."""
    if text.isascii() and "\r\n" not in text:
        yield from text
        return
    start = 0
    state = _State()
    for place, letter in enumerate(text):
        if place and state.breaks(letter):
            yield text[start:place]
            start = place
        state.take(letter)
    if text:
        yield text[start:]


class _State:
    """What the rules remember of the letters before."""

    def __init__(self) -> None:
        self._before = ""
        self._kind = _Break.OTHER
        self._regional = 0
        self._picture = False

    def breaks(self, letter: str) -> bool:
        """Tell whether a cluster ends before this letter."""
        if self._before == "\r" and letter == "\n":
            return False
        kind = _kind(letter)
        if _Break.CONTROL in {self._kind, kind}:
            return True
        if kind in _EXTENDING or kind in _AFTER.get(self._kind, ()):
            return False
        if kind is _Break.PICTURE and self._kind is _Break.JOINER and self._picture:
            return False
        return not (kind is _Break.REGIONAL and self._regional % 2)

    def take(self, letter: str) -> None:
        """Go on by a letter."""
        kind = _kind(letter)
        if kind not in {_Break.EXTEND, _Break.JOINER}:
            self._picture = kind is _Break.PICTURE
        self._regional = self._regional + 1 if kind is _Break.REGIONAL else 0
        self._before, self._kind = letter, kind


@lru_cache(maxsize=2048)
def _kind(letter: str) -> _Break:
    code, category = ord(letter), unicodedata.category(letter)
    is_extending = category in {"Mn", "Me"} or letter in _EXTENDING_LETTERS
    by_rule = {
        _Break.JOINER: letter == "\u200d",
        _Break.EXTEND: is_extending or code in _MODIFIERS or code in _TAGS,
        _Break.CONTROL: category in {"Cc", "Cf", "Zl", "Zp", "Cs"},
        _Break.SPACING: (category == "Mc" and letter not in _NOT_SPACING)
        or letter in "\u0e33\u0eb3",
        _Break.REGIONAL: code in _REGIONAL,
        _Break.PICTURE: letter in _SINGLE_PICTURES or any(code in span for span in _PICTURES),
    }
    return next((kind for kind, holds in by_rule.items() if holds), _hangul(code))


def _hangul(code: int) -> _Break:
    if code in _SYLLABLES:
        return _Break.LVT if (code - _SYLLABLES.start) % _FINALS else _Break.LV
    if 0x1100 <= code < 0x1160 or 0xA960 <= code < 0xA97D:  # noqa: PLR2004 - leading consonants
        return _Break.L
    if 0x1160 <= code < 0x11A8 or 0xD7B0 <= code < 0xD7C7:  # noqa: PLR2004 - vowels
        return _Break.V
    if 0x11A8 <= code < 0x1200 or 0xD7CB <= code < 0xD7FC:  # noqa: PLR2004 - trailing consonants
        return _Break.T
    return _Break.OTHER
