"""What subjects wait for, followed from evaluation to evaluation, so that no excuse goes on anew.

A rollout that never ends may look new again and again: a container that crashes is Ready for a
moment, a controller restarts, somebody edits the object. What was seen of it before counts.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from exporter.domain.excuses import Basis, Progress

_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Since when something goes on, and who says so."""

    at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One thing that a subject waits for: *name* is that of its :class:`Progress`.

    *counts* are the best so far, *amiss* is when the subject was last seen not to pass.
    """

    name: str
    began: Beginning
    limit: timedelta
    counts: tuple[int, ...]
    amiss: datetime

    @property
    def ends(self) -> datetime:
        """When it is waited for no longer."""
        began = self.began.at
        return began + self.limit if self.limit < _LATEST - began else _LATEST

    def after(self, *, passed: bool, at: datetime) -> "Round | None":
        """Return it as of the instant *at*, or None where the subject *passed* long enough."""
        if not passed:
            return replace(self, amiss=at)
        return self if self.name and at - self.amiss < self.limit else None


def follow(
    progress: Progress,
    known: Round | None,
    *,
    limit: timedelta,
    otherwise: Beginning | None,
    at: datetime,
) -> Round | None:
    """Return the round that *progress* belongs to, at the instant *at*.

    *otherwise* is when it began where neither the object tells nor it was *known* before; where
    that is None, too, nobody can tell, and there is none. No beginning lies in the future.
    """
    own = Beginning(min(progress.since, at), Basis.OBJECT) if progress.since else None
    if known is None or known.name != progress.round:
        made = Beginning(min(progress.earliest, at), Basis.OBJECT) if progress.earliest else None
        began = own or _later(otherwise, made, limit=limit, at=at)
        if began is None:
            return None
        return _round(progress, began, limit=limit, at=at, counts=progress.counts)
    counts = tuple(map(max, zip_longest(progress.counts, known.counts, fillvalue=0)))
    began = Beginning(min(known.began.at, at), known.began.basis)
    if counts != known.counts:  # more than ever before
        began = max(began, own or Beginning(at, Basis.FIRST_SIGHT), key=lambda one: one.at)
    return _round(progress, began, limit=limit, at=at, counts=counts)


def _later(
    otherwise: Beginning | None, made: Beginning | None, *, limit: timedelta, at: datetime
) -> Beginning | None:
    """Return the later one of two instants before which something did not begin.

    Who looks once has only the object's word, which says nothing of what is older than the limit.
    """
    if otherwise is None:
        return made if made is not None and at - made.at < limit else None
    return max(otherwise, made or otherwise, key=lambda one: one.at)


def _round(
    progress: Progress,
    began: Beginning,
    *,
    limit: timedelta,
    at: datetime,
    counts: tuple[int, ...],
) -> Round:
    return Round(name=progress.round, began=began, limit=limit, counts=counts, amiss=at)
