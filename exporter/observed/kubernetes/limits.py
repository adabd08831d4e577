"""How long to wait, how much to take: every bound on the talk with an API server."""

from dataclasses import dataclass
from datetime import timedelta

BOOKMARK_SECONDS = 60.0
"""How often kube-apiserver sends a bookmark on a watch that has nothing else to tell."""

QUIET_SECONDS = 2.5 * BOOKMARK_SECONDS
"""How long a watch may be silent before it is taken for dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Times in seconds, sizes in bytes.

    After a trouble comes a pause, from *first_pause* doubling up to *last_pause*, less a random
    part; what the server asks for by Retry-After counts up to *longest_wait*. A connection that
    held for *steady* seconds makes the backoff short again. A watch is asked to end after *watch*
    (shortest, longest) seconds, and is given up when nothing comes for *quiet*; a streaming list,
    for *stall*. A page of a list may take *page*. An optional kind that is not installed is asked
    for again after *absent*, one that is forbidden after *forbidden*. The work of one watch holds
    the event loop for no longer than about *slice*; there are several.
    """

    connect: float = 10.0
    page: float = 60.0
    stall: float = 30.0
    quiet: float = QUIET_SECONDS
    watch: tuple[float, float] = (300.0, 600.0)
    first_pause: float = 0.8
    last_pause: float = 30.0
    longest_wait: float = 120.0
    steady: float = 10.0
    absent: float = 60.0
    forbidden: float = 30.0
    slice: float = 0.005
    page_items: int = 500
    page_bytes: int = 1 << 26
    line_bytes: int = 1 << 24
    read_bytes: int = 1 << 18


def limits_for(max_age: timedelta) -> Limits:
    """Return limits under which a healthy watch never looks older than *max_age*.

    Where bookmarks would come too seldom for that, watches end sooner: the server sends one
    before it ends a watch.
    """
    quiet = min(QUIET_SECONDS, max_age.total_seconds() / 2)
    if quiet > 1.5 * BOOKMARK_SECONDS:
        return Limits(quiet=quiet)
    return Limits(quiet=quiet, watch=(quiet / 2, quiet * 0.8), steady=min(10.0, quiet / 4))
