"""What the readers hand to an evaluation: facts, and how the sources are doing."""

from dataclasses import dataclass, field
from datetime import timedelta

from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.evaluation import SourceStatus
from exporter.domain.facts import Facts
from exporter.domain.watches import WatchStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One side, declared or observed, as it was last read.

    *unresolved* and *failures* are what could not be told or read; *sources* says how each
    source of this side is doing, and *watches* each kind that is followed. By *ahead* the API
    server's clock is ahead of ours, where they differ by more than a little.
    """

    facts: Facts = field(default_factory=Facts)
    sources: tuple[SourceStatus, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    failures: tuple[Failure, ...] = ()
    watches: tuple[WatchStatus, ...] = ()
    ahead: timedelta = timedelta()
