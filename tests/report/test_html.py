"""The HTML report is one file that executes nothing and asks nobody."""

import re
from base64 import b64decode
from collections.abc import Sequence
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from markupsafe import escape

from exporter.domain.finding import Severity, Verdict
from exporter.report import html
from exporter.report.chapters.cells import FOLDED, Cells
from exporter.report.columns import printable
from exporter.report.overview import overview
from exporter.report.paper import (
    Cell,
    Items,
    Outcome,
    Paper,
    Paragraph,
    Properties,
    Section,
    table,
)
from exporter.report.texts import Lang, texts
from tests.report.evaluations import evaluation, foreign

VOID = {"meta", "wbr"}


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
    bad = Cell(text, verdict=Verdict.FAIL, severity=Severity.CRITICAL)
    bar = Cell("", bar=((Verdict.PASS, 3), (Verdict.UNKNOWN, 1)))
    blocks = (
        Outcome(bad, text),
        table(("Name", text, "Link", ""), [[text, bad, Cell("x", href=href), bar]]),
        Items((text,)),
        Items((text,), ordered=True),
        Properties(((text, bad),)),
        Paragraph(text),
    )
    return Paper("ko", text, (Section(text, blocks, (Section("Inner"),)),), subtitle=f"of {text}")


def test_a_node_called_script_is_text() -> None:
    text = html.write(report("<script>alert(1)</script>"))

    assert "script" not in read(text).seen
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_long_words_may_be_broken_after_a_mark_and_nowhere_else() -> None:
    text = str(html.shown("argocd/applications/apps.yaml:19 a/b <wbr>"))

    assert text == "argocd/<wbr>applications/<wbr>apps.<wbr>yaml:<wbr>19 a/b &lt;wbr&gt;"


@settings(deadline=None)
@given(foreign(60))
def test_what_may_be_broken_is_the_same_text(text: str) -> None:
    assert html.shown(text).replace("<wbr>", "") == escape(printable(text))


@settings(deadline=None)
@given(foreign(40))
def test_whatever_a_text_holds_the_elements_are_the_same(text: str) -> None:
    reader = read(html.write(report(text)))

    assert reader.open == []
    seen = [element for element in reader.seen if element != "wbr"]
    assert seen == read(html.write(report("x"))).seen


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
    assert '<a href="https://git.example.com/a?b=1&amp;c=2">x</a>' in text
    assert 'class="v fail"' in text
    assert '<tr role="row" class="diff">' in text


def test_numbers_stay_on_one_line() -> None:
    rows = [["a", "14 / 14", "1,234", "v1.2"]]

    text = html.write(Paper("en", "x", (Section("x", (table(("A", "B", "C", "D"), rows),)),)))

    assert text.count('<td role="cell" class="n"') == 2


def test_the_result_is_told_by_a_shape_and_a_word_too() -> None:
    for verdict in Verdict:
        text = html.write(
            Paper("en", "x", (Section("x", (table(("A",), [[Cell("x", verdict=verdict)]]),)),))
        )

        shape = re.search(r'<use href="#(i-[a-z]+)"/></svg> x</span>', text)
        assert shape
        assert f'<symbol id="{shape[1]}"' in text


def rows(verdicts: Sequence[Verdict]) -> list[list[Cell | str]]:
    return [[f"n{at}", Cell(verdict, verdict=verdict)] for at, verdict in enumerate(verdicts)]


MANY = [*[Verdict.PASS] * FOLDED, Verdict.FAIL, Verdict.UNKNOWN]


@pytest.mark.parametrize(
    ("verdicts", "folded"),
    [
        pytest.param(MANY, FOLDED, id="many"),
        pytest.param([Verdict.PASS] * 9, 9, id="all"),
        pytest.param([Verdict.PASS, Verdict.FAIL], 0, id="few"),
    ],
)
def test_many_rows_that_match_are_not_printed_and_counted_instead(
    verdicts: Sequence[Verdict], folded: int
) -> None:
    cells = Cells(overview(evaluation()), texts(Lang.EN))
    section = Section("x", cells.table(("Node", "Result"), rows(verdicts)))

    text = html.write(Paper(Lang.EN, "x", (section,)))

    assert text.count(' class="ok"') == folded
    assert (f"{folded} rows that match are not printed" in text) is bool(folded)
    assert ("folds all" in text) is (set(verdicts) == {Verdict.PASS})
