from datetime import timedelta
from typing import Any

import pytest

from exporter.checks import prometheus_rules
from exporter.domain.excuses import ExcuseReason
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.monitoring.prometheus.rules import (
    CheckSeries,
    DeclaredRules,
    Evaluated,
    LoadedRules,
    RuleGroup,
    RuleSeries,
)
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.INVENTORY, "conformance.yaml")
SETTLE = timedelta(minutes=7)
UP, SLO, OLD, NEW = (frozenset({one}) for one in ("up", "slo", "old", "new"))
SERIES = RuleSeries(existing=frozenset({"up", "new"}), missing=frozenset({"old", "slo"}))


def group(name: str = "g", **given: Any) -> RuleGroup:
    return RuleGroup(name=name, **{"needs": (UP,), **given})


def judge_all(
    *groups: RuleGroup,
    patterns: tuple[str, ...] = ("g",),
    check: CheckSeries = CheckSeries.OWN,
    unserved: str = "",
) -> list[Finding]:
    known = (
        DeclaredRules(groups=patterns, check_series=check, settle=SETTLE, place=PLACE),
        LoadedRules(groups, unserved),
        SERIES,
    )
    return list(prometheus_rules.judge(Facts({type(one): one for one in known})))


def judge(*groups: RuleGroup, check: CheckSeries = CheckSeries.OWN) -> Finding:
    (finding,) = judge_all(*groups, check=check)
    return finding


def test_a_healthy_group_whose_series_exist_passes() -> None:
    finding = judge(group())

    assert (finding.verdict, finding.detail, finding.observed) == (Verdict.PASS, "", ["g"])
    assert finding.provenance == (PLACE,)


@pytest.mark.parametrize(
    ("groups", "detail"),
    [
        pytest.param((), "no group of that name is loaded", id="not-loaded"),
        pytest.param((group(errors=("Down: many-to-many",)),), "Down: many-to-many", id="broken"),
        pytest.param(
            (group(evaluated=Evaluated.LONG_AGO),),
            "last evaluated several intervals ago",
            id="stuck",
        ),
        pytest.param(
            (group(slow=True, interval=30),),
            "an evaluation takes longer than its interval of 30 s",
            id="slow",
        ),
        pytest.param(
            (group(), group(errors=("Down: no",), file="b")), "Down: no", id="one-of-two-files"
        ),
    ],
)
def test_a_group_that_does_not_work_fails(groups: tuple[RuleGroup, ...], detail: str) -> None:
    finding = judge(*groups)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


def test_a_rule_on_series_that_do_not_exist_may_settle_and_then_fails() -> None:
    finding = judge(group(needs=(UP, OLD, SLO)))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "no series for old, slo")
    assert finding.progress
    assert (finding.progress.reason, finding.progress.limit) == (ExcuseReason.SETTLING, SETTLE)


def test_series_that_nobody_could_ask_for_hide_only_themselves() -> None:
    known = (
        DeclaredRules(
            groups=("g", "lost"), check_series=CheckSeries.OWN, settle=SETTLE, place=PLACE
        ),
        LoadedRules((group(),)),
        SERIES,
    )
    gaps: dict[type, tuple[Gap, ...]] = {RuleSeries: (Gap(Source.PROMETHEUS, "too many queries"),)}

    found = prometheus_rules.judge(Facts({type(one): one for one in known}, gaps))

    assert [(one.subject.name, one.verdict, one.cause, one.detail) for one in found] == [
        ("g", Verdict.UNKNOWN, Cause(Source.PROMETHEUS), "too many queries"),
        ("lost", Verdict.FAIL, None, "no group of that name is loaded"),
    ]


def test_of_alternatives_one_is_enough() -> None:
    assert judge(group(needs=(OLD | NEW,))).verdict is Verdict.PASS
    assert judge(group(needs=(OLD | SLO,))).detail == "no series for old or slo"


@pytest.mark.parametrize(
    ("blind", "detail"),
    [
        pytest.param(
            group(needs=(UP, frozenset({"later"}))),
            "not asked for all series yet, 1 to go",
            id="unasked",
        ),
        pytest.param(
            group(unreadable=("Odd",)), "the expression of Odd could not be read", id="unreadable"
        ),
        pytest.param(
            group(needs=(OLD | {"later"},)), "not asked for all series yet, 1 to go", id="half"
        ),
    ],
)
def test_what_was_not_looked_at_is_unknown_and_no_pass(blind: RuleGroup, detail: str) -> None:
    finding = judge(blind)

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, detail)
    assert judge(blind, check=CheckSeries.OFF).verdict is Verdict.PASS


def test_a_server_without_the_route_is_unknown() -> None:
    (finding,) = judge_all(unserved="/api/v1/rules is not served here")

    assert (finding.verdict, finding.detail) == (
        Verdict.UNKNOWN,
        "/api/v1/rules is not served here",
    )


@pytest.mark.parametrize(
    ("interval", "minutes"), [pytest.param(30, 5, id="short"), pytest.param(3600, 180, id="long")]
)
def test_a_group_that_was_never_evaluated_is_excused_for_some_intervals(
    interval: float, minutes: int
) -> None:
    finding = judge(group(evaluated=Evaluated.NEVER, interval=interval))

    assert finding.verdict is Verdict.FAIL
    assert finding.progress
    assert finding.progress.limit == timedelta(minutes=minutes)


def test_a_pattern_stands_for_all_groups_that_it_matches() -> None:
    found = judge_all(group("g-1"), group("g-2", errors=("x",)), patterns=("g-*", "h-*"))

    assert [(one.subject.name, one.verdict) for one in found] == [
        ("g-*", Verdict.FAIL),
        ("h-*", Verdict.FAIL),
    ]


def test_other_groups_are_judged_where_all_are_asked_for() -> None:
    groups = group("g"), group("z", needs=(OLD,))

    own, every = judge_all(*groups), judge_all(*groups, check=CheckSeries.ALL)

    assert [one.subject.name for one in own] == ["g"]
    assert [(one.subject.name, one.verdict) for one in every] == [
        ("g", Verdict.PASS),
        ("z", Verdict.FAIL),
    ]
