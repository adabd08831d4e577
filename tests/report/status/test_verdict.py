"""The first sentence says how bad it is, what is new, and the worst by name."""

from dataclasses import replace

import pytest

from exporter.checks import alertmanager_silences
from exporter.domain.evaluation import Evaluation, SourceStatus
from exporter.domain.finding import Finding, Severity, Verdict
from exporter.domain.provenance import Source
from exporter.domain.skyline import Level
from exporter.report.account import account
from exporter.report.headline import headline as of_report
from exporter.report.status.verdict import banner
from exporter.report.status.words import Words
from exporter.report.texts import Lang, texts
from tests.report.evaluations import NOW, WAIVER, blind, charts, check, evaluation, finding
from tests.report.status.boards import ENGLISH, KOREAN, ago, became, board, dated, watched

CRITICAL = (check("node_present", severity=Severity.CRITICAL), check("node_ready"))
INFO = (check("node_ready", severity=Severity.INFO),)
OLD = ago(days=2)


def headline(outcome: Evaluation, words: Words = ENGLISH) -> str:
    return banner(board(outcome), words).headline


def lost(**lasting: float) -> Finding:
    return dated(finding("n1", check="node_present"), ago(**lasting))


def gone(**lasting: float) -> Evaluation:
    """A node is lost, and its readiness unknown because of that."""
    outcome = evaluation(
        lost(**lasting),
        dated(finding("n1", Verdict.UNKNOWN, check="node_ready", cause="node_present"), NOW),
        dated(finding("n2", check="node_ready", detail="kubelet stopped"), ago(days=3)),
        checks=CRITICAL,
    )
    return watched(outcome, became(lost(), NOW, before=Verdict.PASS, after=Verdict.FAIL), since=OLD)


def test_a_new_critical_cause_stands_first_by_name_and_age() -> None:
    assert (
        headline(gone(minutes=2)) == "1 critical, new for 2 minutes: Node n1 is not in the cluster"
    )
    assert headline(gone(minutes=2), KOREAN) == "심각 1건 · 2분 전 발생: Node n1: 클러스터에 없음"


def test_what_is_older_than_a_day_is_not_new() -> None:
    assert headline(gone(hours=25)) == "1 critical, nothing new: Node n1 is not in the cluster"


def test_what_was_there_at_the_first_look_is_not_new() -> None:
    outcome = replace(gone(hours=3), watching=ago(hours=3), transitions=())

    assert headline(outcome) == "First look: 1 critical: Node n1 is not in the cluster"


def test_several_are_counted_beside_the_worst() -> None:
    outcome = evaluation(
        lost(), finding("n2", check="node_present", detail="gone, too"), checks=CRITICAL
    )

    assert headline(outcome) == "2 critical: Node n1 is not in the cluster and 1 other"


def test_warnings_say_that_nothing_is_critical_and_nothing_new() -> None:
    outcome = evaluation(*(dated(finding(f"n{at}"), ago(days=3)) for at in range(10)))

    assert headline(watched(outcome, since=OLD)) == (
        "10 warnings, none critical, nothing new: 10 nodes are not Ready"
    )


def test_that_nobody_hears_of_anything_stands_in_the_first_sentence() -> None:
    silence = finding("alertmanager", check=alertmanager_silences.ID)
    outcome = evaluation(lost(), silence, checks=(*CRITICAL, alertmanager_silences.CHECK))

    assert headline(outcome) == "1 critical: Node n1 is not in the cluster. All alerts are silenced"
    assert headline(outcome, KOREAN).endswith("모든 알림 차단 중")
    assert of_report(outcome, account(outcome), texts=texts(Lang.EN)) == (
        "Does not conform: 2 findings fail; all alerts are silenced"
    )


def test_what_is_only_for_information_is_no_warning() -> None:
    assert headline(evaluation(finding(), checks=INFO)) == (
        "1 deviation for information: Node n1 is not Ready"
    )


@pytest.mark.parametrize(
    ("found", "expected", "level"),
    [
        pytest.param([Verdict.PASS], "Conforms to its code", Level.CONFORMS, id="all well"),
        pytest.param(
            [Verdict.PASS, Verdict.WAIVED, Verdict.SUPPRESSED],
            "Conforms to its code",
            Level.CONFORMS,
            id="accepted",
        ),
        pytest.param(
            [Verdict.PASS, Verdict.UNKNOWN],
            "Not known to conform: 1 thing could not be judged",
            Level.UNKNOWN,
            id="not seen",
        ),
        pytest.param([], "Nothing that can be checked is declared", Level.UNKNOWN, id="nothing"),
    ],
)
def test_without_a_failure_it_says_what_is_known(
    found: list[Verdict], expected: str, level: Level
) -> None:
    outcome = evaluation(*(finding(f"n{at}", verdict) for at, verdict in enumerate(found)))

    head = banner(board(outcome), ENGLISH)

    assert (head.headline, head.level) == (expected, level)


def test_it_says_since_when_all_is_well() -> None:
    settled = became(finding(), ago(days=3, hours=5), before=Verdict.FAIL, after=Verdict.PASS)
    outcome = watched(evaluation(finding("n1", Verdict.PASS)), settled, since=ago(days=9))

    assert headline(outcome) == "Conforms to its code, for 3 days 5 hours"


SIXTY = charts(11, *["allow charts.example.org"] * 60)


def test_conforms_stands_alone_only_where_all_was_compared() -> None:
    seen = finding("n1", Verdict.PASS)
    accepted = evaluation(seen, *blind(SIXTY, waiver=WAIVER.id), items=SIXTY)
    untold = evaluation(seen, *blind(SIXTY), items=SIXTY)

    assert headline(accepted).startswith("Conforms as far as looked at: 11 of 71")
    assert headline(untold).startswith("Nothing deviates. 60 of 71")


def test_a_warning_names_the_blind_spots_beside_it() -> None:
    outcome = evaluation(finding(), *blind(SIXTY), items=SIXTY)

    assert headline(outcome).endswith("60 of 71 Applications' sources are not compared")


def test_nothing_can_be_told_without_the_cluster() -> None:
    silent = SourceStatus(source=Source.KUBERNETES, up=False)
    outcome = evaluation(finding("n1", Verdict.PASS), sources=(silent,))

    head = banner(board(outcome), ENGLISH)

    assert head.headline == "Cannot tell: the cluster has never been seen"
    assert head.level is Level.UNKNOWN


def test_before_everything_was_seen_it_says_how_far_it_is() -> None:
    read = SourceStatus(source=Source.ANSIBLE, up=True, last_success=NOW)
    waiting = SourceStatus(source=Source.PROMETHEUS, up=False)
    outcome = replace(evaluation(sources=(read, waiting)), complete=False)

    assert headline(outcome) == "Looking for the first time: 1 of 2 sources read"
