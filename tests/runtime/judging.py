"""A check whose findings tests make up, evaluated again and again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions, History

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
DEADLINE = timedelta(minutes=30)
SUBJECT = Subject("StatefulSet", "db", "pg")


def minutes(count: float) -> datetime:
    """Return the instant so many minutes after :data:`NOW`."""
    return NOW + timedelta(minutes=count)


def rolling(**given: Any) -> Progress:
    """Return a rollout that is under way, of revision ``7`` if nothing else is *given*."""
    usual = Progress(reason=ExcuseReason.ROLLOUT, waits_for="a rollout is under way", round="7")
    return structs.replace(usual, **given)


def failing(progress: Progress | None = None, *, subject: Subject = SUBJECT) -> Finding:
    """Return a failure that *progress* may excuse."""
    return Finding(
        check="made_up",
        subject=subject,
        verdict=Verdict.FAIL,
        detail="2 of 3 pods are ready",
        progress=progress,
    )


def passing(subject: Subject = SUBJECT) -> Finding:
    """Return a pass."""
    return Finding(check="made_up", subject=subject, verdict=Verdict.PASS)


def unknown(subject: Subject = SUBJECT, **given: Any) -> Finding:
    """Return what nobody could look at."""
    return Finding(check="made_up", subject=subject, verdict=Verdict.UNKNOWN, **given)


def made_up(name: str, found: Sequence[Finding], **given: Any) -> Check:
    """Return a check of this *name* that has *found* what it is told to."""

    def judge(_: Facts) -> Iterator[Finding]:
        yield from (structs.replace(one, check=name) for one in found)

    return replace(
        Check(
            id=name,
            layer=Layer.APPLICATIONS,
            severity=Severity.CRITICAL,
            title="Made up",
            needs=(),
            subjects=lambda _: [one.subject for one in found],
            judge=judge,
        ),
        **given,
    )


@dataclass
class Judging:
    """Evaluations one after the other, as a process makes them that *started* at :data:`NOW`."""

    history: History | None = field(default_factory=lambda: History(started=NOW))
    decisions: Decisions = field(default_factory=lambda: Decisions(deadline=DEADLINE))

    def see(self, at: float, *found: Finding, **checks: Sequence[Finding]) -> Evaluation:
        """Evaluate *at* so many minutes what ``made_up``, and other *checks*, have found."""
        every = {"made_up": found, **checks} if found or not checks else checks
        return evaluate(
            [made_up(name, some) for name, some in every.items()],
            facts=Facts(),
            decisions=self.decisions,
            sources=(),
            at=minutes(at),
            history=self._fresh(),
        )

    def _fresh(self) -> History | None:
        if self.history is not None:
            self.history.answers = type(self.history.answers)()  # its checks are others each time
        return self.history

    def verdict(self, at: float, found: Finding) -> Verdict:
        """Return what becomes of one finding *at* so many minutes."""
        (one,) = self.see(at, found).findings
        return one.verdict
