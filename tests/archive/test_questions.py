"""Ten questions are answered from a verified archive alone; what nobody looked at is no yes."""

from datetime import date, timedelta, timezone

import pytest

from exporter.archive.chain import verified
from exporter.archive.questions import ABOUT_SUBJECT, QUESTIONS, Asked, UnansweredError, answer
from exporter.archive.reports import Reports
from tests.archive.kept import KEPT, KEY

REPORTS = Reports(KEPT, verified(KEPT, keys=[KEY]))
ACCEPTED = (
    "accepted by platform team, approved by head of platform until 2025-11-14T12:00:00+00:00, "
    "OPS-7: being replaced"
)
UNSEEN = "unknown: not all of it could be judged (as of 2025-11-15T05:30:00+00:00, 1 checks)"
WAIVED = f"Node/n2 node_ready: waived (Ready is False; {ACCEPTED})"


def asked(question: str, day: int, subject: str = "", **options: str) -> list[str]:
    about = Asked(
        day=date(2025, 11, day),
        subject=subject,
        controls=frozenset({"node_ready"}),
        **options,
    )
    return answer(question, REPORTS, about)


@pytest.mark.parametrize(
    ("question", "day", "subject", "lines"),
    [
        pytest.param(
            "conforming",
            12,
            "Node/n1",
            ["yes (as of 2025-11-12T05:30:00+00:00, 1 checks)"],
            id="it conformed",
        ),
        pytest.param(
            "conforming",
            13,
            "Node/n2",
            ["no (as of 2025-11-13T05:30:00+00:00, 1 checks)", WAIVED],
            id="accepted is not conforming",
        ),
        pytest.param(
            "conforming",
            15,
            "Node/n1",
            [
                UNSEEN,
                "Node/n1 node_ready: unknown (no answer)",
            ],
            id="unseen is not conforming",
        ),
        pytest.param("who-accepted", 13, "Node/n2", [WAIVED], id="who accepted"),
        pytest.param(
            "who-accepted", 12, "Node/n2", ["nobody: nothing of it was accepted"], id="nobody"
        ),
        pytest.param("accepted", 13, "", [WAIVED], id="accepted"),
        pytest.param("accepted", 12, "", ["nothing"], id="nothing accepted"),
        pytest.param(
            "deviations",
            12,
            "",
            ["critical: Node/n2 node_ready: fail (Ready is False)"],
            id="deviations",
        ),
        pytest.param("deviations", 13, "", ["none"], id="no deviations"),
        pytest.param(
            "history",
            15,
            "Node/n2",
            [
                "2025-11-12T05:30:00+00:00 Node/n2 node_ready: fail (Ready is False)",
                f"2025-11-13T05:30:00+00:00 {WAIVED}",
                "2025-11-15T05:30:00+00:00 Node/n2 node_ready: pass",
            ],
            id="history",
        ),
        pytest.param(
            "coverage",
            15,
            "",
            ["all: coverage 50.0%", "infrastructure: coverage 50.0%, ratio 99.9%"],
            id="coverage",
        ),
        pytest.param("unseen", 15, "", ["1: kubernetes: no answer"], id="unseen"),
        pytest.param("unseen", 12, "", ["nothing"], id="nothing unseen"),
        pytest.param(
            "revision", 12, "", ["8d1f4c27 (main), as of 2025-11-12T05:30:00+00:00"], id="revision"
        ),
        pytest.param("ended", 12, "", [f"ends: node_ready of n2: {ACCEPTED}"], id="ends soon"),
        pytest.param("ended", 15, "", [f"ended: node_ready of n2: {ACCEPTED}"], id="ended"),
        pytest.param(
            "control",
            12,
            "",
            [
                "1 of 2 findings pass (as of 2025-11-12T05:30:00+00:00)",
                "Node/n2 node_ready: fail (Ready is False)",
            ],
            id="control",
        ),
    ],
)
def test_an_answer_comes_from_the_report_of_the_day(
    question: str, day: int, subject: str, lines: list[str]
) -> None:
    assert asked(question, day, subject) == lines


@pytest.mark.parametrize("question", sorted(QUESTIONS.keys() - {"history"}))
def test_without_a_report_of_the_day_nothing_is_claimed(question: str) -> None:
    with pytest.raises(UnansweredError, match="there is no report of 2025-11-14"):
        asked(question, 14, "Node/n1")


@pytest.mark.parametrize("question", sorted(ABOUT_SUBJECT))
def test_of_what_nobody_knows_nothing_is_claimed(question: str) -> None:
    with pytest.raises(UnansweredError, match="Node/n9"):
        asked(question, 12, "Node/n9")


def test_a_revision_that_was_not_known_is_not_made_up() -> None:
    with pytest.raises(UnansweredError, match="names no revision"):
        asked("revision", 15)


def test_there_are_ten_questions() -> None:
    assert len(QUESTIONS) == 10


def test_days_are_those_of_the_zone() -> None:
    far = Reports(KEPT, REPORTS.chain, timezone(timedelta(hours=20)))

    assert sorted(far.days()) == [date(2025, 11, 13), date(2025, 11, 14), date(2025, 11, 16)]
