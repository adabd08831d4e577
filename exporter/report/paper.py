"""A report as it is read, in words but in no format: sections of paragraphs, lists and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from exporter.domain.finding import Severity, Verdict

WIDE = 5
"""From how many columns on a table takes the whole width."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: plain text of any origin, and where it links to.

    *verdict* tells writers that can colour how, with the *severity* of what fails. *bar* has how
    many findings have which verdict, for writers that can draw.
    """

    text: str
    href: str = ""
    verdict: Verdict | None = None
    severity: Severity | None = None
    bar: tuple[tuple[Verdict, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row is as long as *head*. A column without a name is for bars only.

    *folded* is what is printed on paper for rows that match; where it is empty, these are.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"a row is not as long as the head {self.head}")

    @property
    def is_wide(self) -> bool:
        """Whether it needs all the width there is."""
        return len(self.head) >= WIDE


def matches(row: Sequence[Cell]) -> bool:
    """Tell whether a row says of something that it matches, and of nothing that it does not."""
    return {cell.verdict for cell in row if cell.verdict is not None} == {Verdict.PASS}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list; *ordered* where its items are steps."""

    texts: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The one sentence that readers came for, and the *text* that goes with it."""

    sentence: Cell
    text: str


@dataclass(frozen=True, slots=True)
class Properties:
    """What is to be known of one thing: names, each with a value."""

    pairs: tuple[tuple[str, Cell], ...]


Block: TypeAlias = Table | Paragraph | Items | Outcome | Properties


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section; *parts* are its subsections. *anchor* is what an address leads to.

    Of one in *landscape* the tables need wide sheets.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple["Section", ...] = ()
    anchor: str = ""
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole report in the language *lang*; *subtitle* says of what, and as of when.

    *links* lead from it to what is served beside it; a file has none.
    """

    lang: str
    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    contents: str = "Contents"
    links: tuple[Cell, ...] = ()


def table(head: Sequence[str], rows: Sequence[Sequence[Cell | str]]) -> Table:
    """Return a table of cells, or of plain texts."""
    return Table(
        head=tuple(head),
        rows=tuple(
            tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows
        ),
    )
