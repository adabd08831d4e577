"""Failures that vanish with their declaration: they stay remembered, and their alerts firing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.items import ItemState
from exporter.domain.policy import BLIND_SPOTS
from exporter.runtime.judged import Judged, Kept

READABLE = "declaration_readable"
"""The check that reports files and directories which are broken."""
NAMED = 3
"""How many hidden failures a detail names before it counts the rest."""


@dataclass(slots=True)
class Hidden:
    """What failed when the file or directory that declares it broke.

    *findings* are these failures, unknown now; *notes* what is to be added to the findings about
    what is broken, by check.
    """

    findings: tuple[Finding, ...] = ()
    notes: Mapping[str, Mapping[Subject, str]] = field(default_factory=dict)

    def look(
        self, before: Mapping[str, Judged], judged: Mapping[str, Judged], *, at: datetime
    ) -> None:
        """Look for failures of the time *before* that no check speaks of any more."""
        broken = _broken(judged)
        if not broken and not self.findings:
            return
        found = [
            (name, cause, kept)
            for name, one in judged.items()
            for cause, kept in _hidden(before.get(name), one, broken, at=at)
        ]
        self.findings = tuple(_as_hidden(cause, kept) for _, cause, kept in found)
        self.notes = _notes(self.findings)


def _broken(judged: Mapping[str, Judged]) -> dict[str, Cause]:
    """Return the findings that say which files and directories cannot be read, by their path."""
    found: dict[str, Cause] = {}
    for check in (READABLE, BLIND_SPOTS):
        for one in judged[check].amiss.values() if check in judged else ():
            if check == READABLE or one.reason == ItemState.UNREADABLE:
                found.setdefault(one.subject.name, Cause(check, one.subject))
    return found


def _hidden(
    before: Judged | None, one: Judged, broken: Mapping[str, Cause], *, at: datetime
) -> Iterator[tuple[Cause, Kept]]:
    """Yield what failed of one check and is declared in what is *broken*; keep it, and no other."""
    for subject, kept in list(_vanished(before, one, at=at)):
        cause = _declaring(kept.failure, broken)
        if cause is None or at >= min(kept.lost, at) + one.decisions.declared_max_age:
            one.kept.pop(subject, None)
        else:
            one.kept[subject] = kept
            yield cause, kept


def _vanished(
    before: Judged | None, one: Judged, *, at: datetime
) -> Iterator[tuple[Subject, Kept]]:
    if before is None:
        return
    for subject, kept in before.kept.items():
        if not one.speaks_of(subject):
            yield subject, kept
    if before is not one:
        for subject, last in before.amiss.items():
            failed = last.verdict is Verdict.FAIL and last.since is not None
            if failed and not one.speaks_of(subject):
                yield subject, Kept(failure=last, was=last.since or at, lost=at)


def _declaring(failure: Finding, broken: Mapping[str, Cause]) -> Cause | None:
    """Return what is *broken* of that which declares a *failure*: the file, else its directory."""
    paths = (path for place in failure.provenance for path in _upwards(place.path))
    return next((broken[path] for path in paths if path in broken), None)


def _upwards(path: str) -> Iterator[str]:
    """Yield *path* and the directories that it lies in, the innermost first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _as_hidden(cause: Cause, kept: Kept) -> Finding:
    return replace(
        kept.failure, verdict=Verdict.UNKNOWN, cause=cause, since=kept.lost, was=kept.was
    )


def _notes(hidden: Iterable[Finding]) -> dict[str, dict[Subject, str]]:
    by_cause: dict[Cause, list[Finding]] = {}
    for one in hidden:
        if one.cause is not None:
            by_cause.setdefault(one.cause, []).append(one)
    notes: dict[str, dict[Subject, str]] = {}
    for cause, some in by_cause.items():
        if cause.subject is not None:
            notes.setdefault(cause.id, {})[cause.subject] = _note(some)
    return notes


def _note(hidden: list[Finding]) -> str:
    named = [f"{one.check} of {one.subject.kind} {one.subject}" for one in hidden[:NAMED]]
    more = len(hidden) - len(named)
    listed = ", ".join(named) + (f" and {more} more" if more else "")
    failures = "failing finding" if len(hidden) == 1 else "failing findings"
    return f"hides {len(hidden)} {failures}: {listed}"
