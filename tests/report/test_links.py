"""A link leads to the line at the commit, and nowhere that was not meant."""

import pytest

from exporter.domain.provenance import Place, Source
from exporter.report.links import address

WEB = "https://git.example.com/blob/{revision}/{path}#L{line}"


def place(path: str = "a/b.tf", line: int = 7, revision: str = "abc") -> Place:
    return Place(Source.TERRAFORM, path, line, revision)


@pytest.mark.parametrize(
    ("one", "web", "expected"),
    [
        pytest.param(place(), WEB, "https://git.example.com/blob/abc/a/b.tf#L7", id="a line"),
        pytest.param(
            place(line=0), WEB, "https://git.example.com/blob/abc/a/b.tf#L1", id="no line"
        ),
        pytest.param(
            place("a b/<x>?#.tf"),
            WEB,
            "https://git.example.com/blob/abc/a%20b/%3Cx%3E%3F%23.tf#L7",
            id="quoted",
        ),
        pytest.param(
            place("{line}"), WEB, "https://git.example.com/blob/abc/%7Bline%7D#L7", id="a brace"
        ),
        pytest.param(place("apps:web/d.yaml"), WEB, "", id="in another repository"),
        pytest.param(place(), "", "", id="no address"),
        pytest.param(place(revision=""), WEB, "", id="no revision"),
        pytest.param(place(), "javascript:alert('{path}')", "", id="a script"),
    ],
)
def test_a_place_has_an_address(one: Place, web: str, expected: str) -> None:
    assert address(one, web=web) == expected
