"""Whose memory is whose, and where the one that this process began with came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from exporter.domain.finding import Subject

_LONG = 12


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: one *cluster* as one *declaration* (a repository) says."""

    cluster: str = ""
    declaration: str = ""

    @property
    def labels(self) -> tuple[str, str]:
        """Return the values of the labels ``cluster_name`` and ``declaration``.

        An address may hold what nobody shall see, and only has to be told from others.
        """
        return self.cluster, sha256(self.declaration.encode()).hexdigest()[:_LONG]


class MemoryKind(StrEnum):
    """Where memory is kept. The values stand in the API's answers."""

    NONE = "none"
    FILE = "file"
    PROMETHEUS = "prometheus"


@dataclass(frozen=True, slots=True)
class MemoryOrigin:
    """Which memory this process began with, and *until* when that had been kept."""

    kind: MemoryKind = MemoryKind.NONE
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailureOnce:
    """What failed at times: *since* when it did so last, and when it was last *seen* to."""

    check: str
    subject: Subject
    since: datetime
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """What the series of an earlier process tell: it was watched *since* then *until* then.

    *failing* is since when findings failed at the end, *ended* what failed before that.
    """

    since: datetime
    until: datetime
    failing: Mapping[tuple[str, Subject], datetime] = field(default_factory=dict)
    ended: tuple[FailureOnce, ...] = ()
