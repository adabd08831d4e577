"""Boards for the tests of pages."""

from dataclasses import replace
from datetime import datetime, timedelta

from msgspec import structs

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Verdict
from exporter.domain.skyline import LevelChange
from exporter.domain.transitions import Transition
from exporter.report.status import Board, Cluster
from exporter.report.status.words import Words, words
from exporter.report.texts import Lang
from tests.report.evaluations import NOW

ENGLISH: Words = words(Lang.EN, now=NOW)
KOREAN: Words = words(Lang.KO, now=NOW)


def board(outcome: Evaluation, *, name: str = "north", web: str = "") -> Board:
    """Return the board of an evaluation."""
    return Board(outcome=outcome, cluster=Cluster(name=name, web=web))


def ago(**lasting: float) -> datetime:
    """Return an instant before :data:`NOW`."""
    return NOW - timedelta(**lasting)


def watched(
    outcome: Evaluation,
    *transitions: Transition,
    since: datetime,
    levels: tuple[LevelChange, ...] = (),
) -> Evaluation:
    """Return an evaluation whose process has watched *since* an instant, and seen all that."""
    return replace(outcome, watching=since, transitions=transitions, levels=levels)


def became(
    finding: Finding, at: datetime, *, before: Verdict | None, after: Verdict | None
) -> Transition:
    """Return what became of a finding at an instant."""
    return Transition(
        at=at,
        check=finding.check,
        subject=finding.subject,
        before=before,
        after=after,
        detail=finding.detail,
    )


def dated(finding: Finding, at: datetime) -> Finding:
    """Return a finding that has been so since an instant."""
    return structs.replace(finding, since=at)
