from hypothesis import given
from hypothesis import strategies as st

from exporter.checks.wording import MAX_TEXT, excerpt, first, listing


@given(st.text())
def test_an_excerpt_is_one_short_line(text: str) -> None:
    found = excerpt(text)

    assert len(found) <= MAX_TEXT
    assert len(found.splitlines()) <= 1


def test_a_short_line_stays_as_it_is() -> None:
    assert excerpt("Kubelet stopped posting node status.") == "Kubelet stopped posting node status."


def test_what_is_cut_shows_it() -> None:
    assert excerpt("x" * 1000) == "x" * (MAX_TEXT - 4) + " ..."
    assert excerpt(" " * 5000 + "x").endswith(" ...")


def test_a_list_names_ten_and_counts_the_rest() -> None:
    assert listing(["a", "b"]) == "a, b"
    assert (
        listing([str(number) for number in range(12)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"
    )


def test_the_first_ten_are_kept_short() -> None:
    assert first(["a\nb"] * 20) == ["a b"] * 10
