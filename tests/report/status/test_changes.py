"""What changed is told by the moment: the worst by name, the rest by number."""

from datetime import timedelta

import pytest

from exporter.domain.evaluation import SourceStatus
from exporter.domain.finding import Verdict
from exporter.domain.provenance import Source
from exporter.domain.skyline import Level
from exporter.report.status.changes import events, every
from exporter.report.status.titles import TITLES, title
from exporter.report.status.words import Words
from tests.report.evaluations import check, evaluation, finding
from tests.report.status.boards import ENGLISH, KOREAN, ago, became, board, watched

LOST = finding("n1", check="node_present")
CHECKS = (check("node_present"), check("node_ready"))


def test_what_came_together_is_one_event_led_by_the_worst() -> None:
    at = ago(hours=1)
    unknown = [finding(f"n{one}", Verdict.UNKNOWN, check="node_ready") for one in range(5)]
    outcome = watched(
        evaluation(LOST, *unknown, checks=CHECKS),
        *(became(one, at, before=Verdict.PASS, after=Verdict.UNKNOWN) for one in unknown),
        became(LOST, at, before=Verdict.PASS, after=Verdict.FAIL),
        since=ago(days=2),
    )

    (event,) = events(board(outcome), ENGLISH, since=ago(hours=24))

    assert event.text == "Node n1 is not in the cluster. 5 others changed."
    assert event.level is Level.WARNING


def test_what_is_settled_is_told_as_that() -> None:
    outcome = watched(
        evaluation(finding("n1", Verdict.PASS, check="node_present"), checks=CHECKS),
        became(LOST, ago(hours=2), before=Verdict.PASS, after=Verdict.FAIL),
        became(LOST, ago(hours=1), before=Verdict.FAIL, after=Verdict.PASS),
        since=ago(days=2),
    )

    last, first = events(board(outcome), ENGLISH, since=ago(hours=24))

    assert (last.text, last.word) == ("No longer: Node n1 is not in the cluster", "settled")
    assert first.at < last.at


def test_only_the_last_day_is_on_the_page_and_all_in_the_history() -> None:
    outcome = watched(
        evaluation(LOST, checks=CHECKS),
        became(LOST, ago(days=2), before=Verdict.PASS, after=Verdict.FAIL),
        since=ago(days=3),
    )
    shown = board(outcome)

    assert events(shown, ENGLISH, since=shown.at - timedelta(days=1)) == []
    assert len(every(shown, ENGLISH)) == 1


@pytest.mark.parametrize("name", sorted(TITLES.keys() - {"declaration_compared"}))
@pytest.mark.parametrize("number", [1, 2])
def test_every_title_tells_of_a_change_too(name: str, number: int) -> None:
    some = [finding(f"n{one}", check=name) for one in range(number)]
    outcome = watched(
        evaluation(*some),
        *(became(one, ago(hours=1), before=Verdict.PASS, after=Verdict.FAIL) for one in some),
        since=ago(days=2),
    )

    (event,) = events(board(outcome), ENGLISH, since=ago(hours=24))

    assert event.text.startswith(title(board(outcome).entries[0], ENGLISH))


def test_what_cannot_be_judged_is_told_by_the_title_of_its_check() -> None:
    unknown = finding("n1", Verdict.UNKNOWN, check="node_ready")
    outcome = watched(
        evaluation(unknown),
        became(unknown, ago(hours=1), before=Verdict.PASS, after=Verdict.UNKNOWN),
        since=ago(days=2),
    )

    (event,) = every(board(outcome), ENGLISH)

    assert event.text == "Node n1 cannot be judged: Title of node_ready"


def test_the_history_folds_what_followed_under_its_cause() -> None:
    at = ago(hours=1)
    names = ("node_ready", "node_taints", "node_labels")
    follow = [finding("n1", Verdict.UNKNOWN, check=name, cause="node_present") for name in names]
    other = finding("n7", check="node_ready")
    outcome = watched(
        evaluation(LOST, other, *follow),
        became(LOST, at, before=Verdict.PASS, after=Verdict.FAIL),
        became(other, at, before=Verdict.PASS, after=Verdict.FAIL),
        *(became(one, at, before=Verdict.PASS, after=Verdict.UNKNOWN) for one in follow),
        since=ago(days=2),
    )

    told = {one.text: len(one.more) for one in every(board(outcome), ENGLISH)}

    assert told == {"Node n1 is not in the cluster": 3, "Node n7 is not Ready": 0}


@pytest.mark.parametrize("words", [ENGLISH, KOREAN], ids=["en", "ko"])
def test_what_a_silent_source_leaves_unknown_is_one_event_however_long_it_took(
    words: Words,
) -> None:
    unknown = [
        finding(f"n{at}", Verdict.UNKNOWN, check="node_ready", cause="kubernetes")
        for at in range(4)
    ]
    outcome = watched(
        evaluation(*unknown),
        *(
            became(one, ago(minutes=9 - at), before=Verdict.PASS, after=Verdict.UNKNOWN)
            for at, one in enumerate(unknown)
        ),
        since=ago(days=2),
    )

    (event,) = every(board(outcome), words)

    assert event.text.startswith("Kubernetes API")
    assert event.at == ago(minutes=9)
    assert len(event.more) == 4


def test_what_can_be_judged_again_is_folded_under_what_was_settled() -> None:
    at = ago(hours=1)
    again = finding("n1", Verdict.PASS, check="node_ready")
    outcome = watched(
        evaluation(finding("n1", Verdict.PASS, check="node_present"), again),
        became(again, at, before=Verdict.UNKNOWN, after=Verdict.PASS),
        became(LOST, at, before=Verdict.FAIL, after=Verdict.PASS),
        since=ago(days=2),
    )

    (event,) = every(board(outcome), ENGLISH)

    assert event.text == "No longer: Node n1 is not in the cluster"
    assert len(event.more) == 1


def test_what_became_unknown_before_a_source_went_silent_is_not_laid_at_its_door() -> None:
    unknown = finding("n1", Verdict.UNKNOWN, check="node_ready", cause="kubernetes")
    silent = SourceStatus(source=Source.KUBERNETES, up=False, last_success=ago(minutes=5))
    outcome = watched(
        evaluation(LOST, unknown, sources=(silent,)),
        became(LOST, ago(minutes=9), before=Verdict.PASS, after=Verdict.FAIL),
        became(unknown, ago(minutes=9), before=Verdict.PASS, after=Verdict.UNKNOWN),
        since=ago(days=2),
    )

    (event,) = every(board(outcome), ENGLISH)

    assert event.text == "Node n1 is not in the cluster"
    assert len(event.more) == 1
