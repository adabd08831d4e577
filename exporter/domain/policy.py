"""What the owners decided: what is not managed, what is accepted, and until when."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from exporter.domain.finding import Finding


def matches_any(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether *name* matches one of the shell *patterns*, case and all."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A failure that *owner* accepts for *reason* until *expires*.

    *check* and *subject* are shell patterns; a subject is matched by ``name`` and by
    ``namespace/name``.
    """

    check: str
    subject: str
    reason: str
    owner: str
    expires: datetime

    @property
    def id(self) -> str:
        """Name this waiver in labels and reports: ``check:subject``."""
        return f"{self.check}:{self.subject}"

    def covers(self, finding: Finding) -> bool:
        """Tell whether *finding* is what this waiver speaks of."""
        subject = finding.subject
        return fnmatchcase(finding.check, self.check) and (
            fnmatchcase(subject.name, self.subject) or fnmatchcase(str(subject), self.subject)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A window in which failures of the *nodes* (shell patterns), and on them, are expected."""

    nodes: tuple[str, ...]
    start: datetime
    end: datetime

    def covers(self, finding: Finding, *, at: datetime) -> bool:
        """Tell whether *finding* is of one of the nodes and *at* lies in the window."""
        subject = finding.subject
        node = subject.name if subject.kind == "Node" else finding.node
        return self.start <= at < self.end and bool(node) and matches_any(node, self.nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The decisions that checks need, whatever the time."""

    consistent_labels: tuple[str, ...] = ()
    unmanaged_labels: tuple[str, ...] = ()
    unmanaged_taints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For how long what is under way is excused, and the instant at which that is asked.

    It changes with every evaluation, so it is apart from :class:`Policy`: what a check finds
    without it holds as long as nothing else changes.
    """

    now: datetime
    rollout_deadline: timedelta = field(default=timedelta(minutes=30))

    def excuses(self, since: datetime | None) -> bool:
        """Tell whether what began at *since* may still go on; None is something just begun."""
        return since is None or self.now - since < self.rollout_deadline
