"""What Argo CD has yet to deliver, on purpose: a sync runs, or waits for its turn or its window."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from exporter.domain.applications import (
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSets,
    SyncStep,
)
from exporter.domain.declaration import ApplicationKey
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.finding import Cause, Subject
from exporter.domain.sync_windows import Block, ObservedProjects, SyncWindow, Target, block

DELIVERING: Final = "application_delivering"
SYNCED: Final = "application_synced"
HEALTHY: Final = "application_healthy"


@dataclass(frozen=True, slots=True)
class PendingSyncs:
    """What each Application that is OutOfSync waits for, of those that wait for anything.

    *behind* is what tells of each Application that is OutOfSync: what it delivers is not as
    declared for that. *held_back* is what tells of the Application for which another one waits in a
    RollingSync, once that takes too long.
    """

    waiting: Mapping[ApplicationKey, Progress] = field(default_factory=dict)
    behind: Mapping[ApplicationKey, Cause] = field(default_factory=dict)
    held_back: Mapping[ApplicationKey, Cause] = field(default_factory=dict)

    def of(self, application: ApplicationKey | None) -> Progress | None:
        """Return what an *application* waits for, if it does."""
        return self.waiting.get(application) if application else None


PENDING: Final = (PendingSyncs, ObservedApplications, ObservedApplicationSets, ObservedProjects)
"""What checks weigh that go by it, and what it follows from."""


def pending_syncs(
    applications: ObservedApplications,
    sets: ObservedApplicationSets,
    projects: ObservedProjects,
    *,
    at: datetime | None,
    grace: timedelta,
) -> PendingSyncs:
    """Return what waits at the instant *at*; without one, windows are none.

    Once a window ends, Argo CD has *grace* to begin.
    """
    waiting = {
        key: progress
        for key, have in applications.applications.items()
        if have.sync == "OutOfSync"
        and (progress := next(_reasons(have, sets, projects, at=at, grace=grace), None))
    }
    behind = {
        key: _about(DELIVERING if any(have.errors) else SYNCED, key)
        for key, have in applications.applications.items()
        if have.sync == "OutOfSync" or any(have.errors)
    }
    held_back = {
        key: behind.get(other) or _about(HEALTHY, other)
        for key, have in applications.applications.items()
        if have.sync == "OutOfSync" and (other := _awaited(have, sets)) is not None
    }
    return PendingSyncs(waiting, behind, held_back)


def _awaited(have: ObservedApplication, sets: ObservedApplicationSets) -> ApplicationKey | None:
    """Return the Application of an earlier step that a RollingSync waits for, if so."""
    owner = sets.owner_of(have)
    own = owner.steps.get(have.key.name) if owner and owner.is_rolling else None
    if owner is None or own is None or own.status != "Waiting":
        return None
    earlier = (
        name
        for name, step in sorted(owner.steps.items())
        if step.is_under_way and step.number < own.number
    )
    first = min(earlier, key=lambda name: owner.steps[name].number, default=None)
    return ApplicationKey(have.key.namespace, first) if first else None


def _about(check: str, key: ApplicationKey) -> Cause:
    return Cause(check, Subject("Application", key.namespace, key.name))


def _reasons(
    have: ObservedApplication,
    sets: ObservedApplicationSets,
    projects: ObservedProjects,
    *,
    at: datetime | None,
    grace: timedelta,
) -> Iterator[Progress]:
    """Yield what an Application waits for, the nearest first.

    Another sync of the same commits is no other to wait for. A RollingSync lets its Applications
    wait for those of the steps before. Windows keep off what would be synced by itself.
    """
    if have.operation.is_running:
        yield Progress(
            reason=ExcuseReason.SYNC,
            waits_for="a sync runs",
            since=have.operation.started,
            round=f"revisions {' '.join(have.revisions)}",
        )
    owner = sets.owner_of(have)
    step = owner.steps.get(have.key.name) if owner and owner.is_rolling else None
    if step and step.is_under_way:
        yield _rolling(step)
    if at is not None and have.automation is not None:
        kept = block(_windows(have, projects), _target(have), at=at)
        if kept:
            yield _blocked(kept, grace)


def _windows(have: ObservedApplication, projects: ObservedProjects) -> tuple[SyncWindow, ...]:
    return projects.projects.get(ApplicationKey(have.controller, have.project), ())


def _target(have: ObservedApplication) -> Target:
    return Target(
        name=have.key.name,
        namespace=have.destination_namespace,
        cluster_name=have.destination_name,
        cluster_server=have.destination_server,
    )


def _rolling(step: SyncStep) -> Progress:
    return Progress(
        reason=ExcuseReason.SYNC,
        waits_for=f"RollingSync: step {step.step} is {step.status}",
        since=step.since,
        round=f"step {step.step}",
    )


def _blocked(kept: Block, grace: timedelta) -> Progress:
    return Progress(
        reason=ExcuseReason.SYNC,
        waits_for="a sync window of its AppProject keeps it from being synced",
        since=kept.since,
        limit=kept.until - kept.since + grace,
        round=f"window {kept.since.isoformat()}",
    )
