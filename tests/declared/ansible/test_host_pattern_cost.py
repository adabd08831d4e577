"""A host pattern is taken apart in time linear to it, and has so many parts at the most."""

import pytest

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.host_patterns import HostPatterns
from tests.cost import at_most

PATTERNS = HostPatterns(["w1", "w2", "w3"], {"all": ["w1", "w2", "w3"], "g": ["w1"]})


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [
        pytest.param("w1:w2", ["w1", "w2"], id="two"),
        pytest.param("all:!g", ["w2", "w3"], id="all but a group"),
        pytest.param("all[0:1]", ["w1", "w2"], id="a slice with its own colon"),
        pytest.param("w[12],w3", ["w3"], id="an index and another one"),
        pytest.param(" w1 , ,w2", ["w1", "w2"], id="blanks"),
    ],
)
def test_separators_in_brackets_are_none(pattern: str, hosts: list[str]) -> None:
    assert PATTERNS.match(pattern) == hosts


@pytest.mark.parametrize("unit", [":!=", "w[0:", ":&all"])
def test_a_long_one_is_refused_at_once(unit: str) -> None:
    with at_most(200), pytest.raises(UnresolvedError, match="more than 1,000"):
        PATTERNS.match("all" + unit * 50_000)


@pytest.mark.parametrize("unit", ["[", "]", "[]", " :"])
def test_brackets_and_blanks_without_end_cost_little(unit: str) -> None:
    with at_most(200):
        PATTERNS.match("all:" + unit * 500)
