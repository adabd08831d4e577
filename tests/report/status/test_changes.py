"""What changed is told by the moment: the worst by name, the rest by number."""

from datetime import timedelta

import pytest

from exporter.domain.finding import Verdict
from exporter.domain.skyline import Level
from exporter.report.status.changes import events, every
from exporter.report.status.titles import TITLES, title
from tests.report.evaluations import check, evaluation, finding
from tests.report.status.boards import ENGLISH, ago, became, board, watched

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
