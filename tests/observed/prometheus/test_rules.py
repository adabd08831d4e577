from datetime import UTC, datetime
from typing import Any

import pytest

from exporter.domain.errors import ReadError
from exporter.domain.monitoring.prometheus.rules import Evaluated, RuleGroup
from exporter.observed.prometheus.rules import parse
from tests.observed.prometheus.told import GROUP, RULE, success

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
NEVER = "0001-01-01T00:00:00Z"


def groups(*told: dict[str, Any]) -> tuple[RuleGroup, ...]:
    return parse(success({"groups": list(told)}), lambda name: name != "other", now=NOW).groups


def test_a_healthy_group_is_told_with_what_it_needs() -> None:
    assert groups(GROUP) == (
        RuleGroup(
            name="g",
            file="/etc/prometheus/rules/g.yaml",
            interval=30,
            needs=(frozenset({'up{job="node-exporter"}'}),),
        ),
    )


def test_equal_groups_are_equal_whatever_their_order_and_last_evaluation() -> None:
    later = {**GROUP, "lastEvaluation": "2025-11-12T05:29:59Z", "evaluationTime": 0.5}

    assert groups(GROUP, {**GROUP, "name": "a"}) == groups({**later, "name": "a"}, later)


def test_groups_that_nobody_asked_for_are_left_out() -> None:
    assert groups({**GROUP, "name": "other"}) == ()


@pytest.mark.parametrize(
    ("changed", "evaluated"),
    [
        pytest.param("2025-11-12T05:28:31.123456789Z", Evaluated.RECENTLY, id="recently"),
        pytest.param("2025-11-12T05:28:29Z", Evaluated.LONG_AGO, id="three-intervals-ago"),
        pytest.param(NEVER, Evaluated.NEVER, id="never"),
        pytest.param("", Evaluated.NEVER, id="untold"),
    ],
)
def test_when_a_group_was_evaluated_counts_in_its_intervals(
    changed: str, evaluated: Evaluated
) -> None:
    (found,) = groups({**GROUP, "lastEvaluation": changed})

    assert found.evaluated is evaluated


@pytest.mark.parametrize(
    ("duration", "slow"),
    [pytest.param(29.9, False, id="in-time"), pytest.param(30.1, True, id="slow")],
)
def test_an_evaluation_must_fit_into_its_interval(duration: float, *, slow: bool) -> None:
    (found,) = groups({**GROUP, "evaluationTime": duration})

    assert found.slow is slow


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        pytest.param(
            {"health": "err", "lastError": "many-to-many"}, ("Down: many-to-many",), id="error"
        ),
        pytest.param({"health": "err"}, ("Down: err",), id="without-a-word"),
        pytest.param({"health": "unknown", "lastEvaluation": NEVER}, (), id="before-the-first"),
        pytest.param(
            {"health": "err", "lastError": "x" * 9999}, (f"Down: {'x' * 200}",), id="long"
        ),
    ],
)
def test_rules_that_fail_are_told_with_their_error(
    changed: dict[str, str], errors: tuple[str, ...]
) -> None:
    (found,) = groups({**GROUP, "rules": [{**RULE, **changed}]})

    assert found.errors == errors


def test_what_another_rule_records_need_not_be_looked_for() -> None:
    recording = {**RULE, "type": "recording", "name": "a:b", "query": "c"}
    other = {**GROUP, "name": "other", "rules": [recording]}

    (found,) = groups({**GROUP, "rules": [{**RULE, "query": "a:b > 0"}, RULE]}, other)

    assert found.needs == (frozenset({'up{job="node-exporter"}'}),)


def test_an_expression_that_cannot_be_read_is_told() -> None:
    (found,) = groups({**GROUP, "rules": [RULE, {**RULE, "name": "Odd", "query": "a{"}]})

    assert found.unreadable == ("Odd",)
    assert len(found.needs) == 1


def test_absurd_numbers_do_no_harm() -> None:
    (found,) = groups({**GROUP, "interval": 1e300, "evaluationTime": -1})

    assert found.evaluated is Evaluated.RECENTLY


@pytest.mark.parametrize("data", [{"groups": {}}, {}, {"groups": [{"name": "g"}]}, []])
def test_another_shape_is_an_error_and_no_empty_list(data: Any) -> None:
    with pytest.raises(ReadError):
        parse(success(data), lambda _: True, now=NOW)
