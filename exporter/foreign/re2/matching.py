"""Matches patterns: all ways at once, letter by letter, so that none is gone twice.

Source: Russ Cox, "Regular Expression Matching: the Virtual Machine Approach" (Pike's machine); Go,
package ``regexp``, for what matches next and how replacements are written.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from exporter.foreign.re2.nodes import Letters, Position
from exporter.foreign.re2.parsing import Parser, UnsupportedPatternError
from exporter.foreign.re2.program import Found, Program, Save, Split, Step

MAX_WORK: Final = 2_000_000
"""So many steps all matches of one pattern may take together."""
_COPIED: Final = 16
"""So many numbers are copied in the time of a step."""
_REFERENCE: Final = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")
Slots: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a match and its groups begin and end; -1 for a group that took no part."""

    text: str
    slots: Slots

    @property
    def start(self) -> int:
        """Where the match begins."""
        return self.slots[0]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.slots[1]

    def group(self, number: int) -> str | None:
        """Return the text of a group, None where it took no part; 0 is the whole match."""
        first, last = self.slots[2 * number : 2 * number + 2]
        return None if first < 0 else self.text[first:last]


@dataclass(slots=True)
class Pattern:
    """A pattern; *names* are those of its groups, empty where one has none.

    *work* is how many steps the last search took; copying where groups begin and end is some.
    """

    steps: Sequence[Step]
    names: tuple[str, ...]
    work: int = 0

    def search(self, text: str, start: int = 0) -> Match | None:
        """Return the leftmost match from *start* on; raises :exc:`UnsupportedPatternError`."""
        self.work = 0
        return self._search(text, start)

    def matches(self, text: str) -> Iterator[Match]:
        """Yield one match after another, as Go's ``FindAll`` does."""
        self.work = 0
        at, before = 0, -1
        while at <= len(text) and (found := self._search(text, at)):
            if found.end != at or found.start != before:
                yield found
            before = found.end
            at = at + 1 if found.end == at else found.end

    def replace(self, text: str, by: str) -> Iterator[str]:
        """Yield the pieces of a text with *by* for each match, as Go's ``ReplaceAll`` does."""
        self.work = 0
        at = end = 0
        while at <= len(text) and (found := self._search(text, at)):
            yield text[end : found.start]
            if found.end > end or found.start == 0:
                yield self._expanded(by, found)
            end = found.end
            at = max(at + 1, found.end)
        yield text[end:]

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

    def _search(self, text: str, start: int) -> Match | None:
        empty: Slots = (-1,) * (2 * len(self.names) + 2)
        threads: dict[int, Slots] = {}
        best: Slots | None = None
        for at in range(start, len(text) + 1):
            if best is None:
                self._follow(threads, 0, empty, text, at)
            letter = text[at : at + 1]
            following: dict[int, Slots] = {}
            for place, slots in threads.items():
                step = self.steps[place]
                if isinstance(step, Found):
                    best = slots
                    break  # what comes after is not wanted as much
                if letter and isinstance(step, Letters) and step.holds(letter):
                    self._follow(following, place + 1, slots, text, at + 1)
            threads = following
            if not threads and best is not None:
                break
        return None if best is None else Match(text, best)

    def _follow(
        self, threads: dict[int, Slots], place: int, slots: Slots, text: str, at: int
    ) -> None:
        """Add all places that are reached without a letter, the most wanted first."""
        pending = [(place, slots)]
        while pending:
            place, slots = pending.pop()
            if place in threads:
                continue
            self.work += 1
            if self.work > MAX_WORK:
                raise UnsupportedPatternError("takes too many steps")
            match self.steps[place]:
                case Split(first=first, second=second):
                    threads[place] = slots  # gone already; itself it matches nothing
                    pending += [(second, slots), (first, slots)]
                case Save(slot=slot):
                    threads[place] = slots
                    self.work += len(slots) // _COPIED
                    pending.append((place + 1, (*slots[:slot], at, *slots[slot + 1 :])))
                case Position() as position:
                    threads[place] = slots
                    if _holds(position, text, at):
                        pending.append((place + 1, slots))
                case _:
                    threads[place] = slots


def _is_word(text: str, at: int) -> bool:
    letter = text[at : at + 1] if at >= 0 else ""
    return letter.isascii() and (letter.isalnum() or letter == "_")


def _holds(position: Position, text: str, at: int) -> bool:
    match position:
        case Position.TEXT_BEGIN:
            return at == 0
        case Position.TEXT_END:
            return at == len(text)
        case Position.LINE_BEGIN:
            return at == 0 or text[at - 1] == "\n"
        case Position.LINE_END:
            return at == len(text) or text[at] == "\n"
        case _:
            is_edge = _is_word(text, at - 1) is not _is_word(text, at)
            return is_edge is (position is Position.WORD)


@lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> Pattern:
    """Return a pattern; raises :exc:`PatternError` or :exc:`UnsupportedPatternError`."""
    parser = Parser(pattern)
    node = parser.parse()
    return Pattern(tuple(Program(node).steps), tuple(parser.names))
