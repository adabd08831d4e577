"""What a regular expression is made of."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Letters:
    """One of the letters in *spans* of code points, or of all others; *folded* in either case."""

    spans: tuple[tuple[int, int], ...]
    negated: bool = False
    folded: bool = False

    def holds(self, letter: str) -> bool:
        """Tell whether a letter is one of these."""
        found = self._has(letter)
        if not found and self.folded:
            found = self._has(letter.lower()) or self._has(letter.upper())
        return found is not self.negated

    def _has(self, letter: str) -> bool:
        return len(letter) == 1 and any(low <= ord(letter) <= high for low, high in self.spans)


class Position(Enum):
    """What holds between two letters."""

    TEXT_BEGIN = auto()
    TEXT_END = auto()
    LINE_BEGIN = auto()
    LINE_END = auto()
    WORD = auto()
    NO_WORD = auto()


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after another."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first of the parts that leads to a match."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part so many times; *most* is -1 where there is no limit."""

    part: "Node"
    least: int
    most: int
    lazy: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A part whose text is remembered under a number."""

    part: "Node"
    number: int


Node: TypeAlias = Letters | Position | Sequence | Choice | Repeat | Group
