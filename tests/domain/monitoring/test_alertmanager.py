"""The matchers of a silence, as Alertmanager means them, in bounded time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.domain.monitoring.alertmanager import ActiveAlerts, Matcher
from tests.cost import at_most


@pytest.mark.parametrize(
    ("matcher", "value", "expected"),
    [
        pytest.param(Matcher(name="a", value="b"), "b", True, id="equal"),
        pytest.param(Matcher(name="a", value="b"), "bb", False, id="not equal"),
        pytest.param(Matcher(name="a", value=""), "", True, id="empty is absent"),
        pytest.param(Matcher(name="a", value="b", equal=False), "c", True, id="other"),
        pytest.param(Matcher(name="a", value="b", equal=False), "", True, id="other: absent"),
        pytest.param(Matcher(name="a", value="b.*", regex=True), "bcd", True, id="like"),
        pytest.param(Matcher(name="a", value="b|c", regex=True), "bc", False, id="anchored"),
        pytest.param(Matcher(name="a", value=".*", regex=True), "", True, id="anything"),
        pytest.param(Matcher(name="a", value=".+", regex=True), "", False, id="something"),
        pytest.param(Matcher(name="a", value="b.", regex=True, equal=False), "c", True, id="un"),
        pytest.param(Matcher(name="a", value="b(c|d)", regex=True), "bd", True, id="group"),
        pytest.param(Matcher(name="a", value="[", regex=True), "[", None, id="no expression"),
    ],
)  # fmt: skip
def test_the_four_operators(matcher: Matcher, value: str, *, expected: bool | None) -> None:
    assert matcher.matches(value) is expected


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|a)*a", "(?:a+a+)+", "(.|.)(.|.)*", "(?i)A+"])
def test_what_holds_up_other_engines_is_told(expression: str) -> None:
    assert Matcher(name="a", value=expression, regex=True).matches("a" * 40) is True


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("(.{100}x|y){9}" * 10, id="over a large program"),
        pytest.param(r"(a)\1", id="which looks back"),
        pytest.param(r"\C+", id="of bytes, as Go has none"),
    ],
)
def test_what_cannot_be_told_is_not(expression: str) -> None:
    assert Matcher(name="a", value=expression, regex=True).matches("a" * 1000) is None


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab.|()[]*+?{}1,\\^$-&~", max_size=60))
def test_no_expression_takes_long(expression: str) -> None:
    matcher = Matcher(name="a", value=expression, regex=True)

    with at_most(100):
        matcher.matches("ab" * 20 + "!")


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        pytest.param(Matcher(name="a", value="b"), 'a="b"', id="equal"),
        pytest.param(Matcher(name="a", value="b", equal=False), 'a!="b"', id="not equal"),
        pytest.param(Matcher(name="a", value="b", regex=True), 'a=~"b"', id="like"),
        pytest.param(Matcher(name="a", value="b", regex=True, equal=False), 'a!~"b"', id="unlike"),
    ],
)  # fmt: skip
def test_matchers_are_written_as_amtool_writes_them(matcher: Matcher, text: str) -> None:
    assert str(matcher) == text


def test_the_watchdog_arrives_while_it_is_held() -> None:
    assert ActiveAlerts(watchdog="Watchdog", counts={"Watchdog": 1}).watchdog_arrives
    assert not ActiveAlerts(watchdog="Watchdog", counts={"Other": 1}).watchdog_arrives


def test_groups_of_a_matcher_which_nobody_asks_for_cost_nothing() -> None:
    matcher = Matcher(name="a", value="(a|)" * 1000, regex=True)

    with at_most(100):
        assert matcher.matches("a" * 200) is True
