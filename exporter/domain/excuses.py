"""Excuses: what explains a failure for a while, since when, and until when at the latest."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class ExcuseReason(StrEnum):
    """What is under way. The values stand in JSON: a public contract."""

    MAINTENANCE = "maintenance"
    ROLLOUT = "rollout"
    SCALING = "scaling"
    SYNC = "sync"
    STARTING = "starting"
    REMOVAL = "removal"
    DRAIN = "drain"
    SETTLING = "settling"


class Basis(StrEnum):
    """Who tells since when. The values stand in JSON: a public contract.

    ``window`` is the settings' word, ``object`` an instant of the object itself. ``first_sight``
    is when it was seen to begin. ``exporter_start`` is when the process started, where it was
    under way already and nothing tells since when.
    """

    WINDOW = "window"
    OBJECT = "object"
    FIRST_SIGHT = "first_sight"
    EXPORTER_START = "exporter_start"


class Progress(Struct, frozen=True, kw_only=True, gc=False):
    """Something under way that could explain a failure; for how long, the policy decides.

    *waits_for* says in words what is under way, and what has to happen yet. *since* is the
    object's own word, None where it has none; then it began at *earliest* at the earliest, which
    is when the object was made, say. *limit* is its own deadline, None for the settings'.

    *round* names what is under way: as long as that is the same, it goes on, also where the
    subject passes for a moment. Without a name it is over with the next pass. *counts* grow
    while it moves on, and more than ever before renews it. Of *only_new* things it
    excuses nothing that was seen to pass before.
    """

    reason: ExcuseReason
    waits_for: str
    since: datetime | None = None
    earliest: datetime | None = None
    limit: timedelta | None = None
    round: str = ""
    counts: tuple[int, ...] = ()
    only_new: bool = False

    def shifted(self, by: timedelta) -> "Progress":
        """Return it dated by another clock."""
        if not by:
            return self
        return replace(self, since=_shifted(self.since, by), earliest=_shifted(self.earliest, by))


class Excuse(Struct, frozen=True, kw_only=True, gc=False):
    """Why a failure is suppressed, *since* when, and *until* when at the latest.

    *waits_for* says in words what is under way, *basis* who tells since when that is so.
    """

    reason: ExcuseReason
    waits_for: str
    since: datetime
    until: datetime
    basis: Basis = Basis.OBJECT

    def __str__(self) -> str:
        began = self.since.isoformat()
        if self.basis is Basis.EXPORTER_START:
            began = f"{began}, counted from the exporter's start"
        return f"{self.waits_for} (since {began}; until {self.until.isoformat()} at the latest)"


def _shifted(instant: datetime | None, by: timedelta) -> datetime | None:
    """Return an instant moved; one at the end of time, which somebody made up, stays there."""
    try:
        return instant and instant + by
    except OverflowError:
        return instant
