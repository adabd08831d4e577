"""What was found before, and what became of it: what excuses, dates and causes go by."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from exporter.domain.finding import Finding, Verdict
from exporter.domain.transitions import Transition
from exporter.runtime.accounting import Accounting
from exporter.runtime.answers import Answers
from exporter.runtime.attribution import Attribution
from exporter.runtime.causes import void
from exporter.runtime.coverage import Coverage
from exporter.runtime.decisions import Decisions
from exporter.runtime.expected import Expected
from exporter.runtime.hidden import Hidden
from exporter.runtime.judged import Judged, Revision
from exporter.runtime.levels import Levels
from exporter.runtime.past import CheckPast, Past, transitions
from exporter.runtime.policy import Stage, Start
from exporter.runtime.refused import Refused

__all__ = ["Decisions", "History", "Judged"]

KEPT = 500
"""How many transitions are remembered."""
AT_ONCE = 100
"""How many of them at most of one evaluation: a source that is gone changes every finding."""
_RANKS: Mapping[Verdict | None, int] = {Verdict.FAIL: 0, Verdict.PASS: 1}


@dataclass(slots=True)
class History:
    """What was found last: *answers* of the checks, and what became of them.

    Of what it saw at its first evaluation it cannot tell since when that holds: it takes that
    instant. Where the clock was set back, nothing began later than now. *started* is when the
    process did, the first evaluation where nobody says. Without *dates* nothing is dated, and
    nothing remembered: so it is for who looks once. *past* is what an earlier process knew,
    *transitions* the last ones, the newest last. As long as not all has been looked at
    (*complete*), no transition is one. *revision* is the commit of what is declared now.
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
    past: Past = field(default_factory=Past)
    complete: bool = True
    revision: str = ""
    transitions: deque[Transition] = field(init=False)
    levels: Levels = field(init=False)
    _start: Start | None = None
    _last: Mapping[str, Judged] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.remember(self.past)

    def remember(self, past: Past) -> None:
        """Begin with what is known of the *past*, before anything is judged."""
        self.past = past
        self.transitions = deque(past.transitions, maxlen=KEPT)
        self.levels = Levels.of(past.levels, began=past.watching)

    @property
    def judged(self) -> Mapping[str, Judged]:
        """What became last of that which each check found, by its id."""
        return self._last

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
                name: self._judge(name, findings, decisions, at=at)
                for name, findings in found.items()
            },
        )
        if self.dates:
            self.hidden.look(before, self._last, at=at)
            self._note(before, at=at)
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
        name: str,
        found: tuple[Finding, ...],
        decisions: Decisions,
        *,
        at: datetime,
    ) -> Judged:
        last = self._last.get(name)
        if last is not None and last.holds(found, decisions, at=at):
            return last
        judged = Judged(found=found, decisions=decisions, at=at)
        past = self.past.checks.get(name) or CheckPast()
        Stage(judged=judged, before=last, start=self._start, past=past).decide()
        return judged

    def _note(self, before: Mapping[str, Judged], *, at: datetime) -> None:
        """Remember what became another; of too many at once the failures first."""
        if not self.complete:
            return
        became = transitions(before, self._last, at=at, revision=self.revision)
        new = sorted(became, key=_failures_first)
        self.transitions.extend(reversed(list(islice(new, AT_ONCE))))


def _failures_first(transition: Transition) -> int:
    return _RANKS.get(transition.after, len(_RANKS))
