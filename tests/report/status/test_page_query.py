"""An address says what is asked for, and nonsense in it asks for nothing."""

import pytest

from exporter.report.status.page_query import PageQuery


def test_nothing_asked_is_everything() -> None:
    query = PageQuery.of(())

    assert not query.narrowed
    assert query.address == "?"


def test_an_address_is_read_as_it_was_written() -> None:
    query = PageQuery.of((("q", "k8s a&b"), ("verdict", "fail"), ("nodes", "3")))

    assert query.words == ("k8s", "a&b")
    assert query.address == "?q=k8s+a%26b&verdict=fail&nodes=3"


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
    assert PageQuery.of((("nodes", text),)).pages["nodes"] == number


def test_what_nobody_knows_is_not_passed_on() -> None:
    assert PageQuery.of((("evil", "1"), ("layer", ""))).address == "?"


def test_the_next_page_keeps_what_was_asked_for() -> None:
    query = PageQuery.of((("q", "a"), ("findings", "2")))

    assert query.at("nodes", 3) == "?q=a&findings=2&nodes=3#nodes"


def test_another_filter_begins_anew() -> None:
    query = PageQuery.of((("q", "a"), ("findings", "2")))

    assert query.only(check="node_ready", q="n1") == "?q=n1&check=node_ready#findings"


def test_a_search_has_an_end() -> None:
    assert len(PageQuery.of((("q", "x" * 10_000),)).search) == 200
