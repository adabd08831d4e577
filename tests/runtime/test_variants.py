"""Readers get the variant that they like best, and the first where they do not say."""

import pytest

from exporter.runtime.variants import preferred_language, preferred_type

TYPES = ("text/html", "text/markdown", "application/json")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param("", "text/html", id="nothing said"),
        pytest.param("*/*", "text/html", id="anything"),
        pytest.param("image/png", "text/html", id="nothing that there is"),
        pytest.param("application/json", "application/json", id="one"),
        pytest.param(
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html",
            id="browser",
        ),
        pytest.param("text/html;q=0.1, text/markdown;q=0.2", "text/markdown", id="weights"),
        pytest.param("text/*, text/html;q=0", "text/markdown", id="the most specific counts"),
        pytest.param("text/html;q=x, text/markdown", "text/markdown", id="malformed weight"),
        pytest.param("text/html;q=7, text/markdown;q=0.1", "text/markdown", id="weight over 1"),
        pytest.param(";q=1,,", "text/html", id="no name"),
    ],
)
def test_the_type_that_is_liked_best_is_chosen(accept: str, expected: str) -> None:
    assert preferred_type(accept, TYPES) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("", "en", id="nothing said"),
        pytest.param("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko", id="Korean browser"),
        pytest.param("en-GB,ko;q=0.5", "en", id="region"),
        pytest.param("fr, ko;q=0.1", "ko", id="one that there is"),
        pytest.param("fr, *;q=0.5", "en", id="any other"),
        pytest.param("de", "en", id="none that there is"),
    ],
)
def test_the_language_that_is_liked_best_is_chosen(header: str, expected: str) -> None:
    assert preferred_language(header, ("en", "ko")) == expected
