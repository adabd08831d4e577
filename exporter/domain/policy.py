"""What the owners decided: what is not managed, what is accepted, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from exporter.domain.cron import Schedule
from exporter.domain.finding import Finding, Subject
from exporter.domain.images import Mirror

BLIND_SPOTS = "declaration_compared"
"""The check whose findings a waiver may accept though they are no failures."""


def matches_any(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether *name* matches one of the shell *patterns*, case and all."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What *owner* accepts for *reason* until *expires*: failures, or items that nobody compares.

    *check* and *subject* are shell patterns; a subject is matched by ``name`` and by
    ``namespace/name``. With a *state* it accepts the items that nobody compares for that reason,
    and no failure. *ticket* and *approved_by* are for readers.
    """

    check: str
    subject: str
    reason: str
    owner: str
    expires: datetime
    state: str = ""
    ticket: str = ""
    approved_by: str = ""

    @property
    def id(self) -> str:
        """Name this waiver in labels and reports: ``check:subject``, or ``check:subject:state``.

        Several may have the same one: of those that hold, the first counts.
        """
        return ":".join(filter(None, (self.check, self.subject, self.state)))

    def covers(self, failure: Finding) -> bool:
        """Tell whether *failure* is what this waiver speaks of."""
        return (
            not self.state
            and fnmatchcase(failure.check, self.check)
            and self._names(failure.subject)
        )

    def accepts(self, subject: Subject, state: str) -> bool:
        """Tell whether this waiver accepts that the item *subject* is not compared for *state*.

        A pattern does not, so that nobody accepts a blind spot unawares.
        """
        named = self.check == BLIND_SPOTS and bool(self.state)
        return named and self.state == state and self._names(subject)

    def _names(self, subject: Subject) -> bool:
        return fnmatchcase(subject.name, self.subject) or fnmatchcase(str(subject), self.subject)


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
class RecurringMaintenance:
    """A window that opens whenever *schedule* is due, for *duration*."""

    nodes: tuple[str, ...]
    schedule: Schedule
    duration: timedelta

    def window(self, at: datetime) -> Maintenance | None:
        """Return the window that is open at an instant, None where none is."""
        start = self.schedule.until(at)
        if start is None or at >= start + self.duration:
            return None
        return Maintenance(nodes=self.nodes, start=start, end=start + self.duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartLimits:
    """From how many restarts of a workload's containers within *window* on something is amiss.

    *out_of_memory* is the same for those that ended as they took more memory than they may.
    """

    window: timedelta = timedelta(hours=1)
    restarts: int = 3
    out_of_memory: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The decisions that checks need, whatever the time.

    What Argo CD has not compared for *refresh_deadline* is too old to count; zero for never, None
    where Argo CD's own rules decide. A node may be cordoned for *drain_deadline*. An image may run
    from one of the *mirrors*. *restarts* is how often containers may restart.
    """

    consistent_labels: tuple[str, ...] = ()
    unmanaged_labels: tuple[str, ...] = ()
    unmanaged_taints: tuple[str, ...] = ()
    refresh_deadline: timedelta | None = None
    drain_deadline: timedelta = timedelta(hours=1)
    mirrors: tuple[Mirror, ...] = ()
    restarts: RestartLimits = RestartLimits()


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant as of which everything is judged.

    It changes with every evaluation, so it is apart from :class:`Policy`: what a check finds
    without it holds as long as nothing else changes. By *ahead* the API server's clock is ahead of
    ours; *witnesses* is what the age of that which others say is counted to; None for the
    newest instant that they name, as in an old dump.
    """

    now: datetime
    witnesses: datetime | None = None
    ahead: timedelta = timedelta()

    @property
    def cluster(self) -> datetime:
        """The same instant by the API server's clock."""
        return self.now + self.ahead
