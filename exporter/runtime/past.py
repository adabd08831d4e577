"""What an earlier process saw, so that a restart makes no old failure a new one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.flow import StepTaken
from exporter.domain.recollection import MemoryOrigin
from exporter.domain.skyline import LevelChange
from exporter.domain.transitions import Transition
from exporter.runtime.judged import Judged
from exporter.runtime.rounds import Round


@dataclass(slots=True)
class CheckPast:
    """What was amiss of one check's subjects, *since* when, and what they waited for (*rounds*)."""

    since: dict[Subject, tuple[Verdict, datetime]] = field(default_factory=dict)
    rounds: dict[Subject, Round] = field(default_factory=dict)

    def since_when(self, finding: Finding) -> datetime | None:
        """Return since when a finding has been so, if an earlier process knew.

        Until a subject was judged once, what was known of it stands; then it is forgotten.
        """
        known = self.since.get(finding.subject)
        if known is None:
            return None
        if known[0] is finding.verdict:
            return known[1]
        if finding.verdict is not Verdict.UNKNOWN:
            del self.since[finding.subject]
        return None

    def forget(self, subject: Subject) -> None:
        """Let go what was known of a *subject* that passes."""
        self.since.pop(subject, None)


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier process saw of each check, by its id, and what it saw change.

    *transitions* are the last ones, *levels* those of the layers; *watching* is when it, or one
    before it, began to look; *origin* is where all that was kept. *steps* are those of commits on
    their way.
    """

    checks: Mapping[str, CheckPast] = field(default_factory=dict)
    transitions: tuple[Transition, ...] = ()
    levels: tuple[LevelChange, ...] = ()
    watching: datetime | None = None
    origin: MemoryOrigin = field(default_factory=MemoryOrigin)
    steps: tuple[StepTaken, ...] = ()


def transitions(
    before: Mapping[str, Judged],
    now: Mapping[str, Judged],
    *,
    at: datetime,
    revision: str = "",
) -> Iterator[Transition]:
    """Yield what became another of what each check judged; nothing of one that judges first."""
    for name, judged in now.items():
        last = before.get(name)
        if last is None or last is judged:
            continue
        for subject in sorted(last.amiss.keys() | judged.amiss.keys()):
            was, is_now = _verdict(last, subject), _verdict(judged, subject)
            if was is not is_now:
                found = judged.amiss.get(subject)
                yield Transition(
                    at=at,
                    check=name,
                    subject=subject,
                    before=was,
                    after=is_now,
                    detail=found.detail if found else "",
                    revision=revision,
                )


def _verdict(judged: Judged, subject: Subject) -> Verdict | None:
    found = judged.amiss.get(subject)
    if found is not None:
        return found.verdict
    return Verdict.PASS if judged.speaks_of(subject) else None
