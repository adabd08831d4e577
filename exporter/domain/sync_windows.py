"""Sync windows: when Argo CD may sync an Application by itself, and when it must not.

Source: Argo CD, "Sync Windows", and ``SyncWindows.CanSync`` of its API.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from exporter.domain.cron import Schedule
from exporter.domain.declaration import ApplicationKey
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap

LONGEST: Final = timedelta(days=7)
"""For how long windows excuse that nothing is synced; who keeps it off for longer shall say so."""
_STEPS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What windows go by of an Application."""

    name: str
    namespace: str
    cluster_name: str
    cluster_server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncWindow:
    """One entry of ``spec.syncWindows`` of an AppProject.

    It allows, or with *deny* forbids, syncs for *duration* from whenever *schedule* is due, to the
    Applications that one of the patterns names, or with *all_of* one of each kind. One without a
    schedule cannot be read: nobody knows when it is.
    """

    deny: bool
    schedule: Schedule | None
    duration: timedelta
    applications: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    all_of: bool = False

    def covers(self, target: Target) -> bool:
        """Tell whether it is about an Application."""
        named = (
            (self.applications, (target.name,)),
            (self.clusters, (target.cluster_name, target.cluster_server)),
            (self.namespaces, (target.namespace,)),
        )
        found = [
            any(name and fnmatchcase(name, pattern) for pattern in patterns for name in names)
            for patterns, names in named
            if patterns
        ]
        return bool(found) and (all(found) if self.all_of else any(found))

    def began(self, at: datetime) -> datetime | None:
        """Return when it began last, at an instant or before."""
        return self.schedule.until(at) if self.schedule else None

    def is_active(self, at: datetime) -> bool:
        """Tell whether it is open at an instant."""
        began = self.began(at)
        return began is not None and at < began + self.duration

    def turns(self, at: datetime) -> Iterator[datetime]:
        """Yield when it may open or close next after an instant."""
        if self.schedule is None:
            return
        began = self.began(at)
        if began is not None and at < began + self.duration:
            yield began + self.duration  # unless it opens again meanwhile, as is seen then
        elif (opens := self.schedule.after(at)) is not None:
            yield opens


@dataclass(frozen=True, slots=True)
class Block:
    """That windows keep an Application from being synced, from *since* to *until*."""

    since: datetime
    until: datetime


def block(windows: Sequence[SyncWindow], target: Target, *, at: datetime) -> Block | None:
    """Return that *windows* keep an Application from being synced at an instant, if they do.

    None as well where that cannot be told. A block that does not end within :data:`LONGEST` is said
    to end then.
    """
    mine = [window for window in windows if window.covers(target)]
    if any(window.schedule is None for window in mine) or _may_sync(mine, at):
        return None
    since = max((turn for window in mine for turn in _turned(window, at)), default=at)
    until = at
    for _ in range(_STEPS):
        until = min((turn for window in mine for turn in window.turns(until)), default=_end(at))
        if until >= _end(at) or _may_sync(mine, until):
            break
    return Block(since, min(until, _end(at)))


def _may_sync(windows: Sequence[SyncWindow], at: datetime) -> bool:
    active = [window for window in windows if window.is_active(at)]
    if any(window.deny for window in active):
        return False
    return bool(active) or all(window.deny for window in windows)


def _turned(window: SyncWindow, at: datetime) -> Iterator[datetime]:
    """Yield when a window began to keep syncs off: a denial by opening, a permit by closing."""
    began = window.began(at)
    if began is None:
        return
    turned = began if window.deny else began + window.duration
    if turned <= at:
        yield turned


def _end(at: datetime) -> datetime:
    return at + LONGEST


@dataclass(frozen=True, slots=True)
class ObservedProjects:
    """The sync windows of AppProjects; of the *unreadable* ones nothing is known but the name."""

    projects: Mapping[ApplicationKey, tuple[SyncWindow, ...]] = field(default_factory=dict)
    unreadable: Mapping[ApplicationKey, Gap] = field(default_factory=dict)

    @property
    def has_gaps(self) -> bool:
        """Whether any of them cannot be read."""
        return bool(self.unreadable)

    def gap(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: what cannot be read of windows excuses nothing."""
        del subject, aspect
        return None

    def doubt(self, subject: Subject, aspect: str) -> Gap | None:
        """Return None: no verdict rests on windows that are not there."""
        del subject, aspect
        return None
