"""A report counts alike wherever it counts, calls one thing by one word, and contradicts nothing.

That the reports of the reference cluster are those of today's code is held by test_golden.
"""

import re

import pytest

from exporter.domain.finding import Verdict
from exporter.domain.published import Asked
from exporter.report.status import PageContext, page
from exporter.report.texts import Lang
from tests.report.evaluations import blind, charts, evaluation, finding
from tests.report.golden import path
from tests.report.status.boards import board

LANGUAGES = pytest.mark.parametrize("lang", list(Lang))


def report(lang: Lang) -> str:
    return path(lang).read_text(encoding="utf-8")


def table(text: str, title: str) -> dict[str, list[str]]:
    """Return the rows of a section's table by their first cell."""
    section = text.partition(f" {title}\n")[2].partition("\n#")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    return {first: rest for first, *rest in rows[2:]}


@LANGUAGES
def test_what_was_checked_is_the_number_of_all_layers(lang: Lang) -> None:
    text = report(lang)
    total = re.search(r"^\| (?:All layers|전체)[^|]*\| [^|]+ \| (\d+) ", text, re.MULTILINE)
    told = re.search(r"^\D*(\d+)", text.partition("**\n\n")[2])

    assert total is not None
    assert told is not None
    assert told[1] == total[1]


@pytest.mark.parametrize("title", ["4.1. Labels", "4.2. Taints"])
def test_no_node_matches_beside_a_mismatch_of_its_own(title: str) -> None:
    text = report(Lang.EN)
    nodes = {name: row[0] for name, row in table(text, "3.2. Nodes").items()}
    amiss = [name for name, row in table(text, title).items() if row[0] != "match"]

    assert [name for name in amiss if nodes[name] == "match"] == []


@LANGUAGES
def test_what_is_unknown_is_called_by_one_word(lang: Lang) -> None:
    assert "not seen" not in report(lang).lower()


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ("1 of 61 conform", "are compared at all", "98.0% of the declared items")),
        ("ko", ("1/61 일치", "건 비교", "선언 항목의 98.0% 판정")),
    ],
)
def test_each_share_says_what_it_is_a_share_of(lang: str, told: tuple[str, ...]) -> None:
    items = charts(11, *["allow charts.example.org"] * 60)
    outcome = evaluation(finding("n1", Verdict.PASS), *blind(items), items=items, coverage=0.98)

    body = page(board(outcome), Asked((("lang", lang),)), context=PageContext()).body.decode()

    assert [one for one in told if one not in body] == []
