"""The HTML report is one file that executes nothing and asks nobody."""

import re
from base64 import b64decode
from hashlib import sha256
from html.parser import HTMLParser

from hypothesis import given, settings

from exporter.domain.finding import Verdict
from exporter.report import html
from exporter.report.paper import Cell, Items, Paper, Paragraph, Section, table
from tests.report.evaluations import foreign

VOID = {"meta"}


class Reader(HTMLParser):
    """Notes the elements, and whether each that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


def report(text: str, *, href: str = "") -> Paper:
    cell = Cell(text, href=href, verdict=Verdict.FAIL)
    blocks = (table(("Name",), [[cell]]), Items((text,)), Paragraph(text))
    return Paper("ko", text, (Section(text, blocks, (Section("Inner"),)),))


def test_a_node_called_script_is_text() -> None:
    text = html.write(report("<script>alert(1)</script>"))

    assert "script" not in read(text).seen
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@settings(deadline=None)
@given(foreign(40))
def test_whatever_a_text_holds_the_elements_are_the_same(text: str) -> None:
    reader = read(html.write(report(text)))

    assert reader.open == []
    assert reader.seen == read(html.write(report("x"))).seen


def test_it_asks_nobody() -> None:
    text = html.write(report("x"))

    assert not re.search(r"https?:|url\(|@import|<script|<link|<img", text)


def test_its_style_sheet_is_the_one_that_a_policy_would_allow() -> None:
    text = html.write(report("x"))

    found = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert found
    digest = b64decode(html.style_source().removeprefix("'sha256-").removesuffix("'"))
    assert digest == sha256(found[1].encode()).digest()


def test_it_says_its_language_and_colours_by_verdict() -> None:
    text = html.write(report("x", href="https://git.example.com/a?b=1&c=2"))

    assert '<html lang="ko">' in text
    assert '<td class="fail"><a href="https://git.example.com/a?b=1&amp;c=2">x</a></td>' in text
