"""What Prometheus is meant to scrape, and what it scrapes."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from exporter.domain.provenance import Place


class Per(StrEnum):
    """What there is a target for."""

    NODE = "node"
    JOB = "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredTarget:
    """Targets that there must be: one on each node, or at least *minimum* of the job.

    *job* is a shell pattern. *label* names the label that tells a target's node, where neither
    its address nor one of the usual labels does.
    """

    job: str
    per: Per = Per.NODE
    label: str = ""
    minimum: int = 1

    def covers(self, job: str) -> bool:
        """Tell whether targets of *job* are what this speaks of."""
        return fnmatchcase(job, self.job)


@dataclass(frozen=True, slots=True)
class DeclaredTargets:
    """All targets that there must be."""

    targets: tuple[DeclaredTarget, ...]
    place: Place


class Health(StrEnum):
    """The health of a target, as Prometheus spells it; unknown before its first scrape."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class ScrapeTarget:
    """A target that Prometheus scrapes.

    *names* are the names and addresses by which its node may be recognised. *path* is where it
    has its metrics, where that is known: a kubelet has several. *stale* tells that it was last
    scraped several intervals ago.
    """

    job: str
    instance: str
    names: tuple[str, ...] = ()
    path: str = ""
    health: Health = Health.UP
    error: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class ScrapeTargets:
    """All targets of the declared jobs, sorted."""

    targets: tuple[ScrapeTarget, ...]
