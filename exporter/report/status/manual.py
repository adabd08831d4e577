"""The pages of checks and the runbooks, as they lie in docs/, made into HTML.

Of Markdown (CommonMark 0.31 with GitHub's tables) only what these pages use is known: headings,
paragraphs, lists, fenced code, tables, links, code, bold. All else is text, and all text is
escaped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

import exporter

FOLDERS: Final = ("checks", "runbooks")
_NAME: Final = re.compile(r"[A-Za-z0-9_]+")
_INLINE: Final = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)")
_ITEM: Final = re.compile(r"( *)(?:[-*]|(\d+)\.) +(.*)")
_HEADING: Final = re.compile(r"(#{1,4}) +(.*)")
_RULE: Final = re.compile(r"[|\s:-]+")
_INDENT: Final = 2
_BREAKS: Final = re.compile(r"(?<=[/.:,=@_-])(?=\w)")
"""Where a long word of code may be broken, as names on pages are."""


def names(folder: str) -> tuple[str, ...]:
    """Return the names of the pages in one of the :data:`FOLDERS`, sorted."""
    if folder not in FOLDERS:
        return ()
    return tuple(sorted(path.stem for path in (_root() / folder).glob("*.md")))


def text(folder: str, name: str) -> str | None:
    """Return a page as it was written, None where there is none of that name."""
    if folder not in FOLDERS or not _NAME.fullmatch(name):
        return None
    path = _root() / folder / f"{name}.md"
    return path.read_text("utf-8") if path.is_file() else None


@cache
def _root() -> Path:
    """Return where the pages lie: in the package, or in the repository beside it."""
    inside = Path(str(files(exporter))) / "docs"
    return inside if inside.is_dir() else inside.parents[1] / "docs"


def html(source: str) -> Markup:
    """Return a page as HTML; links to other pages lead there, those to elsewhere are text."""
    return Markup("\n").join(_Writer(source.splitlines()).blocks())


@dataclass(slots=True)
class _Writer:
    """Makes HTML of *lines*, block by block."""

    lines: list[str]
    at: int = 0

    def blocks(self) -> Iterator[Markup]:
        """Yield the blocks in their order."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.at += 1
            elif line.lstrip().startswith("```"):
                yield self._code(len(line) - len(line.lstrip()))
            elif heading := _HEADING.fullmatch(line):
                self.at += 1
                yield Markup("<h{0}>{1}</h{0}>").format(len(heading[1]), inline(heading[2]))
            elif line.startswith("|"):
                yield self._table()
            elif _ITEM.fullmatch(line):
                yield self._list(0)
            else:
                yield Markup("<p>{}</p>").format(inline(self._paragraph()))

    def _paragraph(self) -> str:
        start = self.at
        while self.at < len(self.lines):
            if not self._goes_on(self.lines[self.at], first=self.at == start):
                break
            self.at += 1
        return " ".join(self.lines[start : self.at])

    def _goes_on(self, line: str, *, first: bool) -> bool:
        special = line.startswith(("|", "#", "```")) or _ITEM.fullmatch(line)
        return bool(line.strip()) and (first or not special)

    def _code(self, indent: int) -> Markup:
        self.at += 1
        start = self.at
        while self.at < len(self.lines) and not self.lines[self.at].lstrip().startswith("```"):
            self.at += 1
        code = "\n".join(line[indent:] for line in self.lines[start : self.at])
        self.at += 1
        return Markup('<pre class="copy" tabindex="0">{}</pre>').format(_breakable(code))

    def _table(self) -> Markup:
        rows: list[list[str]] = []
        while self.at < len(self.lines) and self.lines[self.at].startswith("|"):
            line = self.lines[self.at].strip().strip("|")
            if not _RULE.fullmatch(line):
                rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)])
            self.at += 1
        head, *body = rows
        heads = Markup().join(Markup('<th scope="col">{}</th>').format(inline(one)) for one in head)
        lines = Markup().join(
            Markup("<tr>{}</tr>").format(
                Markup().join(Markup("<td>{}</td>").format(inline(one)) for one in row)
            )
            for row in body
        )
        label = ", ".join(filter(None, head)) or "table"
        table = Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>")
        region = Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>')
        return region.format(label, table.format(heads, lines))

    def _list(self, indent: int) -> Markup:
        """Return a list, and the lists and code within its items."""
        items: list[Markup] = []
        ordered = bool((_ITEM.fullmatch(self.lines[self.at]) or [None, None, None])[2])
        while self.at < len(self.lines):
            found = _ITEM.fullmatch(self.lines[self.at])
            if found is None or len(found[1]) != indent or bool(found[2]) is not ordered:
                break
            self.at += 1
            items.append(Markup("<li>{}{}</li>").format(inline(found[3]), self._within(indent)))
        tag = "ol" if ordered else "ul"
        return Markup("<{0}>{1}</{0}>").format(tag, Markup().join(items))

    def _within(self, indent: int) -> Markup:
        """Return what belongs to an item: lines, lists and code that stand further in."""
        parts: list[Markup] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            deeper = len(line) - len(line.lstrip()) >= indent + _INDENT
            if not line.strip():
                after = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
                if not after.strip() or len(after) - len(after.lstrip()) < indent + _INDENT:
                    break
                self.at += 1
            elif not deeper:
                break
            elif line.lstrip().startswith("```"):
                parts.append(self._code(len(line) - len(line.lstrip())))
            elif found := _ITEM.fullmatch(line):
                parts.append(self._list(len(found[1])))
            else:
                self.at += 1
                parts.append(Markup(" {}").format(inline(line.strip())))
        return Markup().join(parts)


def _breakable(code: str) -> Markup:
    """Return code whose long words may be broken after a mark of punctuation."""
    return Markup("<wbr>").join(map(escape, _BREAKS.split(code)))


def inline(text: str) -> Markup:
    """Return a line with its code, bold words and links; the rest is text."""
    parts: list[Markup] = []
    end = 0
    for found in _INLINE.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(_marked(found))
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup().join(parts)


def _marked(found: re.Match[str]) -> Markup:
    code, bold, label, target = found.groups()
    if code is not None:
        return Markup("<code>{}</code>").format(_breakable(code))
    if bold is not None:
        return Markup("<strong>{}</strong>").format(inline(bold))
    address = _address(target)
    shown = inline(label)
    return Markup('<a href="{}">{}</a>').format(address, shown) if address else shown


def _address(target: str) -> str:
    """Return where a link leads here, or nothing: other pages are not served."""
    page = target.partition("#")[0]
    if target.startswith("https://"):
        return target
    name = page.removesuffix(".md").rpartition("/")[2]
    for folder in FOLDERS:
        inside = page.startswith(f"../{folder}/") or "/" not in page
        if page.endswith(".md") and inside and name in names(folder):
            return f"../{folder}/{name}"
    return ""
