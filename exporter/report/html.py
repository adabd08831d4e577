"""A report as one HTML file that needs nothing else: for a browser, a mail, a printer."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from exporter.domain.finding import Severity, Verdict
from exporter.report.columns import printable
from exporter.report.paper import Block, Cell, Paper, matches

_LONG = 16
"""Characters of a word from which on a line may end within it, after a mark of punctuation."""
_WORDS = re.compile(rf"\S{{{_LONG},}}")
_MARKS = re.compile(r"(?<=[/.:=,_@])(?=[^/.:=,_@])")
_NUMBERS = re.compile(r"[\d,.%]+(?: / [\d,.%]+)*")
_CLASSES = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "warn",
    Verdict.UNKNOWN: "unk",
    Verdict.WAIVED: "acc",
    Verdict.SUPPRESSED: "prog",
}


def write(paper: Paper) -> str:
    """Return the report as HTML; every text is escaped."""
    return _template().render(paper=paper, style=Markup(_style()))  # noqa: S704 - our own file


def style_source() -> str:
    """Return the source of its style sheet for ``style-src`` of a Content-Security-Policy."""
    return f"'sha256-{b64encode(sha256(_style().encode()).digest()).decode()}'"


def shown(text: str) -> Markup:
    """Return foreign *text*, escaped, on one line that may be broken in long paths and labels."""
    line, pieces, end = printable(text), [], 0
    for word in _WORDS.finditer(line):
        parts = _MARKS.split(word[0])
        pieces += [escape(line[end : word.start()]), Markup("<wbr>").join(parts)]
        end = word.end()
    return Markup("").join((*pieces, escape(line[end:])))


def look(cell: Cell) -> str:
    """Return the class of a cell with a verdict: its colour and its shape."""
    if cell.verdict is None:
        return ""
    critical = cell.verdict is Verdict.FAIL and cell.severity is Severity.CRITICAL
    return "fail" if critical else _CLASSES[cell.verdict]


def _deviates(row: Iterable[Cell]) -> bool:
    return any(cell.verdict is Verdict.FAIL for cell in row)


def _is_number(cell: Cell) -> bool:
    """Tell whether a cell has numbers only, as ``14 / 14``, which stay on one line."""
    return _NUMBERS.fullmatch(cell.text) is not None


def _bars(cell: Cell) -> Iterator[tuple[str, int, int]]:
    """Yield the parts of a bar that is 1,000 wide: class, beginning and width."""
    total, begun = sum(number for _, number in cell.bar), 0
    for verdict, number in cell.bar:
        end = begun + number
        left, right = round(1000 * begun / total), round(1000 * end / total)
        yield _CLASSES[verdict], left, right - left
        begun = end


def _kind(block: Block) -> str:
    return type(block).__name__.lower()


@cache
def _style() -> str:
    return _resource("base.css") + _resource("report.css")


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["shown"] = shown
    environment.filters["look"] = look
    environment.tests["diff"] = _deviates
    environment.tests["match"] = matches
    environment.tests["all_match"] = lambda rows: all(map(matches, rows))
    environment.tests["number"] = _is_number
    environment.globals["bars"] = _bars
    environment.globals["kind"] = _kind
    return environment.from_string(_resource("report.html"))


def _resource(name: str) -> str:
    return files("exporter.report").joinpath("templates", name).read_text("utf-8")
