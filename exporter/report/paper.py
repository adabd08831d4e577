"""A report as it is read, in words but in no format: sections of paragraphs, lists and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from exporter.domain.finding import Verdict


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: plain text of any origin, and where it links to.

    *verdict* tells writers that can colour how.
    """

    text: str
    href: str = ""
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row is as long as *head*."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"a row is not as long as the head {self.head}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list without order."""

    texts: tuple[str, ...]


Block: TypeAlias = Table | Paragraph | Items


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section; *parts* are its subsections."""

    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole report in the language *lang*."""

    lang: str
    title: str
    sections: tuple[Section, ...]


def table(head: Sequence[str], rows: Sequence[Sequence[Cell | str]]) -> Table:
    """Return a table of cells, or of plain texts."""
    return Table(
        head=tuple(head),
        rows=tuple(
            tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows
        ),
    )
