"""What was found before, and what became of it: what excuses, dates and causes go by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exporter.domain.finding import Finding
from exporter.runtime.accounting import Accounting
from exporter.runtime.answers import Answers
from exporter.runtime.attribution import Attribution
from exporter.runtime.causes import void
from exporter.runtime.coverage import Coverage
from exporter.runtime.decisions import Decisions
from exporter.runtime.expected import Expected
from exporter.runtime.hidden import Hidden
from exporter.runtime.judged import Judged, Revision
from exporter.runtime.policy import Stage, Start
from exporter.runtime.refused import Refused

__all__ = ["Decisions", "History", "Judged"]


@dataclass(slots=True)
class History:
    """What was found last: *answers* of the checks, and what became of them.

    Of what it saw at its first evaluation it cannot tell since when that holds: it takes that
    instant. Where the clock was set back, nothing began later than now. *started* is when the
    process did, the first evaluation where nobody says. Without *dates* nothing is dated, and
    nothing remembered: so it is for who looks once.
    """

    dates: bool = True
    started: datetime | None = None
    answers: Answers = field(default_factory=Answers)
    attribution: Attribution = field(default_factory=Attribution)
    accounting: Accounting = field(default_factory=Accounting)
    coverage: Coverage = field(default_factory=Coverage)
    expected: Expected = field(default_factory=Expected)
    refused: Refused = field(default_factory=Refused)
    hidden: Hidden = field(default_factory=Hidden)
    _start: Start | None = None
    _last: Mapping[str, Judged] = field(default_factory=dict)

    def judge(
        self, found: Mapping[str, tuple[Finding, ...]], decisions: Decisions, *, at: datetime
    ) -> Mapping[str, Judged]:
        """Return what becomes of that which each check *found*, at the instant *at*.

        Where a check found the very same and nothing else has changed, that is the same as before.
        """
        if self.dates and self._start is None:
            self._start = Start(process=self.started or at, judging=at)
        before, self._last = (
            self._last,
            {
                name: self._judge(self._last.get(name), findings, decisions, at=at)
                for name, findings in found.items()
            },
        )
        if self.dates:
            self.hidden.look(before, self._last, at=at)
        for name, one in self._last.items():
            notes = self.hidden.notes.get(name, {})
            one.revise(Revision(void=void(one, self._last), notes=notes))
        return self._last

    @property
    def remembered(self) -> tuple[Finding, ...]:
        """Return the failures whose declaration broke since, as they are now."""
        unknown = (
            one.amiss[subject]
            for one in self._last.values()
            for subject in one.kept
            if subject in one.amiss
        )
        return (*unknown, *self.hidden.findings)

    def _judge(
        self,
        last: Judged | None,
        found: tuple[Finding, ...],
        decisions: Decisions,
        *,
        at: datetime,
    ) -> Judged:
        if last is not None and last.holds(found, decisions, at=at):
            return last
        judged = Judged(found=found, decisions=decisions, at=at)
        Stage(judged=judged, before=last, start=self._start).decide()
        return judged
