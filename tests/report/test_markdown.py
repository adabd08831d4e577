"""Markdown shows foreign texts as they are, and obeys none of them."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.report import markdown
from exporter.report.columns import printable
from exporter.report.paper import Cell, Items, Paper, Paragraph, Section, Table, table
from tests.report.evaluations import foreign

UNESCAPED_PIPE = re.compile(r"(?<!\\)(?:\\\\)*\|")


def written(*blocks: Table | Paragraph | Items) -> str:
    return markdown.write(Paper("en", "Title", (Section("Part", blocks),)))


def rows(text: str) -> list[list[str]]:
    """Read the tables as GitHub does: a cell ends at a pipe that is not escaped."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in UNESCAPED_PIPE.split(line)[1:-1]] for line in lines]


def shown(text: str) -> str:
    """Undo escapes as a renderer does."""
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("k8s-api-auth", "k8s-api-auth", id="a name as it is"),
        pytest.param("node_taints", "node_taints", id="an underscore within a word"),
        pytest.param("_private_", r"\_private\_", id="an underscore around a word"),
        pytest.param("a|b", r"a\|b", id="a pipe"),
        pytest.param("*-api", r"\*-api", id="a pattern"),
        pytest.param("`x`", r"\`x\`", id="backquotes"),
        pytest.param(
            "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", id="HTML"
        ),
        pytest.param("&lt;", "&amp;lt;", id="an entity"),
        pytest.param("[x](javascript:1)", r"\[x\](javascript:1)", id="a link"),
        pytest.param("# x", r"\# x", id="a heading"),
        pytest.param("- x", r"\- x", id="a list"),
        pytest.param("1. x", r"1\. x", id="a numbered list"),
        pytest.param("a\r\nb\x00c\u2028d", "a b c d", id="lines and control characters"),
        pytest.param("\\|", r"\\\|", id="an escape"),
        pytest.param("~~x~~", r"\~\~x\~\~", id="struck out"),
        pytest.param("$x$", r"\$x\$", id="a formula"),
    ],
)
def test_a_text_is_shown_as_it_is(text: str, expected: str) -> None:
    assert markdown.escape(text) == expected


@settings(deadline=None)
@given(st.lists(foreign(40), min_size=2, max_size=2))
def test_every_row_has_the_cells_of_the_head_and_their_texts(texts: list[str]) -> None:
    text = written(table(("A", "B"), [texts]))

    head, rule, row = rows(text)
    assert (head, rule) == (["A", "B"], ["---", "---"])
    assert [shown(cell) for cell in row] == [" ".join(printable(one).split()) for one in texts]


@settings(deadline=None)
@given(foreign(60))
def test_a_text_never_begins_a_block_of_its_own(text: str) -> None:
    lines = written(Items((text,)), Paragraph(text)).splitlines()

    assert len([line for line in lines if line.startswith("#")]) == 2
    assert not [line for line in lines if re.match(r"\s*(<|>|```|===|\|)", line)]


def test_a_link_keeps_its_table_in_shape() -> None:
    text = written(table(("A", "B"), [[Cell("a|b", href="https://x.example/a|b>c d"), "x"]]))

    assert rows(text)[2] == [r"[a\|b](<https://x.example/a%7Cb%3Ec%20d>)", "x"]


def test_sections_are_numbered_through() -> None:
    part = Section("Part", parts=(Section("Inner"), Section("Other")))

    text = markdown.write(Paper("en", "Title", (Section("First"), part)))

    assert [line for line in text.splitlines() if line] == [
        *("# Title", "## 1. First", "## 2. Part", "### 2.1. Inner", "### 2.2. Other")
    ]
