"""A report as Markdown with tables (GitHub's and CommonMark's dialect)."""

import re
from collections.abc import Iterator

from exporter.report.columns import printable
from exporter.report.paper import (
    Block,
    Cell,
    Items,
    Outcome,
    Paper,
    Paragraph,
    Properties,
    Section,
    Table,
)

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SPECIAL = re.compile(r"([\\`*\[\]|~$])|(?<![^\W_])_|_(?![^\W_])")
_LEADING = re.compile(r"^([-+=#]|\d{1,9}[.)](?=\s|$))")


def escape(text: str) -> str:
    """Return foreign *text* on one line so that Markdown shows it as it is.

    An underscore between letters needs no escape, and names are easier to read without.
    """
    line = " ".join(printable(text).split()).translate(_ENTITIES)
    line = _SPECIAL.sub(lambda found: "\\" + found[0], line)
    return _LEADING.sub(_not_a_block, line)


def _not_a_block(found: re.Match[str]) -> str:
    """Escape what would begin a list, a heading or a rule at the start of a line."""
    text = found[0]
    return f"{text[:-1]}\\{text[-1]}"


def write(paper: Paper) -> str:
    """Return the report as Markdown."""
    return "\n\n".join(_lines(paper)) + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield f"# {escape(paper.title)}"
    if paper.subtitle:
        yield escape(paper.subtitle)
    for number, section in enumerate(paper.sections, start=1):
        yield from _section(section, number=f"{number}", level=2)


def _section(section: Section, *, number: str, level: int) -> Iterator[str]:
    yield f"{'#' * level} {number}. {escape(section.title)}"
    for block in section.blocks:
        yield _block(block)
    for index, part in enumerate(section.parts, start=1):
        yield from _section(part, number=f"{number}.{index}", level=level + 1)


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return escape(text)
        case Items(texts, ordered):
            numbered = enumerate(texts, start=1)
            marked = ((f"{n}." if ordered else "-", text) for n, text in numbered)
            return "\n".join(f"{mark} {escape(text)}" for mark, text in marked)
        case Outcome(sentence, text):
            return f"**{escape(sentence.text)}**\n\n{escape(text)}"
        case Properties(pairs):
            return "\n".join(f"- {escape(name)}: {_cell(value)}" for name, value in pairs)
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    shown = [index for index, name in enumerate(table.head) if name]
    lines = [
        _row(escape(table.head[index]) for index in shown),
        _row("---" for _ in shown),
        *(_row(_cell(row[index]) for index in shown) for row in table.rows),
    ]
    return "\n".join(lines)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    return f"[{text}](<{_address(cell.href)}>)" if cell.href and text else text


def _address(href: str) -> str:
    """Return an address as it may stand between angle brackets in a table."""
    return printable(href).translate(
        {ord(character): f"%{ord(character):02X}" for character in "<>|\\ "}
    )
