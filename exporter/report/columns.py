"""Aligned columns of text, which fit a terminal where its width is known."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

GAP: Final = 2
"""Blanks between two columns."""
NARROWEST: Final = 12
"""Characters below which no column is made narrower to fit; one that is narrower stays so."""


def printable(text: str) -> str:
    """Return *text* on one line, without what a terminal would take for a command."""
    return "".join(character if character.isprintable() else " " for character in text)


def columns(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, width: int | None = None
) -> Iterator[str]:
    """Yield lines of aligned columns, two blanks apart."""
    for lines in blocks(head, rows, width=width):
        yield from lines


def blocks(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, width: int | None = None
) -> Iterator[list[str]]:
    """Yield the lines of each row, first those of the *head*.

    Where *width* characters are too few, the widest columns are made narrower, and their cells
    go on below.
    """
    table = [list(head), *([printable(cell) for cell in row] for row in rows)]
    cells = list(zip(*table, strict=True))
    widths = [max(map(len, column)) for column in cells]
    if width is not None:
        words = [max(map(_longest_word, column)) for column in cells]
        widths = fitted(widths, room=width - GAP * (len(head) - 1), words=words)
    for row in table:
        wrapped = [_wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
        yield [_line(line, widths) for line in zip_longest(*wrapped, fillvalue="")]


def fitted(widths: Sequence[int], *, room: int, words: Sequence[int]) -> list[int]:
    """Return *widths* that add up to *room* at the most, if that can be: the widest is cut first.

    A column stays as wide as the longest of its *words*, unless there is no room for all of these.
    """
    found = _cut(widths, room=room, least=words)
    return _cut(found, room=room, least=[min(size, NARROWEST) for size in widths])


def _cut(widths: Sequence[int], *, room: int, least: Sequence[int]) -> list[int]:
    """Take a character of the widest column that may lose one, as long as there are too many."""
    found = list(widths)
    for _ in range(sum(found) - room):
        spare = [index for index, size in enumerate(found) if size > least[index]]
        if not spare:
            break
        found[max(spare, key=found.__getitem__)] -= 1
    return found


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(size) for cell, size in zip(cells, widths, strict=True))
    return (" " * GAP).join(padded).rstrip()


def _longest_word(cell: str) -> int:
    return max(map(len, cell.split()), default=0)


def _wrapped(cell: str, size: int) -> list[str]:
    if len(cell) <= size:
        return [cell]
    return textwrap.wrap(cell, size, break_on_hyphens=False) or [""]
