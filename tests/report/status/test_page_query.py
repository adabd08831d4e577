"""An address says what is asked for, and nonsense in it asks for nothing."""

import pytest

from exporter.report.status.grouping import By
from exporter.report.status.page_query import PageQuery
from exporter.report.texts import Lang


def test_nothing_asked_is_everything() -> None:
    query = PageQuery.of(())

    assert not query.narrowed
    assert query.address == "?"


def test_an_address_is_read_as_it_was_written() -> None:
    given = (("q", "k8s a&b"), ("verdict", "fail"), ("by", "check"), ("page", "3"), ("lang", "ko"))

    query = PageQuery.of(given)

    assert query.words == ("k8s", "a&b")
    assert query.address == "?q=k8s+a%26b&verdict=fail&by=check&page=3&lang=ko"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("7", 7, id="number"),
        pytest.param("0", 1, id="none"),
        pytest.param("-3", 1, id="negative"),
        pytest.param("x", 1, id="no number"),
        pytest.param("\N{SUPERSCRIPT TWO}", 1, id="no ASCII"),
        pytest.param("9" * 5000, 1, id="endless"),
    ],
)
def test_a_page_is_a_number_from_one(text: str, number: int) -> None:
    assert PageQuery.of((("page", text),)).page == number


def test_what_nobody_knows_is_not_passed_on() -> None:
    given = (("evil", "1"), ("layer", ""), ("by", "magic"), ("lang", "xx"))

    assert PageQuery.of(given).address == "?"


def test_the_next_page_keeps_what_was_asked_for() -> None:
    assert PageQuery.of((("q", "a"), ("page", "2"))).at(3) == "?q=a&page=3"


def test_another_grouping_keeps_what_was_asked_for_and_begins_anew() -> None:
    query = PageQuery.of((("layer", "gitops"), ("page", "2")))

    assert query.grouped(By.OWNER) == "?layer=gitops&by=owner"


def test_another_filter_begins_anew_in_the_same_language() -> None:
    query = PageQuery.of((("q", "a"), ("page", "2"), ("lang", "ko")))

    assert query.only(check="node_ready", q="n1") == "?q=n1&check=node_ready&lang=ko"


def test_another_language_shows_the_same() -> None:
    assert PageQuery.of((("q", "a"), ("lang", "en"))).told_in(Lang.KO) == "?q=a&lang=ko"


def test_a_search_has_an_end() -> None:
    assert len(PageQuery.of((("q", "x" * 10_000),)).search) == 200
