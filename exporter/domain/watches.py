"""How the watches of a live cluster are doing, kind by kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Restart(StrEnum):
    """Why a list or watch began anew. The values are label values: a public contract."""

    ENDED = "ended"
    """The server ended a watch, as it was asked to."""
    EXPIRED = "expired"
    """The server no longer knows the version to go on from."""
    QUIET = "quiet"
    """Nothing came for longer than a healthy watch is silent."""
    CUT = "cut"
    """The connection broke."""
    UNREACHABLE = "unreachable"
    """No connection came about."""
    REFUSED = "refused"
    """The server answered with an error."""
    FORBIDDEN = "forbidden"
    """The server does not let us."""
    UNAUTHORIZED = "unauthorized"
    """The server does not take our credentials: whatever is asked for, nothing of it is told."""
    ABSENT = "absent"
    """The server does not know the kind."""
    MALFORMED = "malformed"
    """What came is not what was asked for."""
    INTERNAL = "internal"
    """The watch itself failed; see the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStatus:
    """The watch of one kind, over all namespaces that are watched.

    *up* tells whether all of it is known and recent, and the last attempt to follow it succeeded.
    *events* counts what watches told, bookmarks included; *lists* the complete lists; *restarts*
    holds every reason. *last_event* and *last_list* are the oldest among the namespaces. *items*
    is how many objects are known.
    """

    kind: str
    up: bool
    events: int = 0
    lists: int = 0
    restarts: Mapping[Restart, int] = field(default_factory=dict)
    last_event: datetime | None = None
    last_list: datetime | None = None
    items: int = 0
