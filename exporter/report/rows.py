"""What readers see of an evaluation, row by row: values without a text of their own.

Everywhere None means that nobody could look; an empty value means that there is nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from exporter.domain.check import Check
from exporter.domain.declaration import ApplicationKey, JoinedBy, WorkloadKey
from exporter.domain.evaluation import Score, SourceStatus, WaiverState
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.items import ItemState
from exporter.domain.nodes import ConditionStatus
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Place, Source
from exporter.domain.taints import Taint
from exporter.report.account import NotCompared

WORST_FIRST = (
    Verdict.FAIL,
    Verdict.UNKNOWN,
    Verdict.SUPPRESSED,
    Verdict.WAIVED,
    Verdict.PASS,
)
"""The verdicts in the order in which readers want them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """How a source is doing; *age* is that of its last success, None where it had none."""

    status: SourceStatus
    age: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group of nodes: *minimum* to *maximum* expected, and how many of it were observed.

    Where its size is not *stated* so that anybody could tell it, nothing is expected; one that is
    *unbounded* may have any.
    *members* are the nodes declared by name, *missing* those of them that the cluster lacks.
    """

    name: str
    minimum: int
    maximum: int
    observed: int | None
    ready: int | None
    members: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = ()
    place: Place | None = None
    stated: bool = True
    unbounded: bool = False
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def matches(self) -> bool | None:
        """Whether as many nodes are there as are expected."""
        if self.observed is None or not self.stated:
            return None
        return self.unbounded or self.minimum <= self.observed <= self.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """A node, declared or unexpectedly there.

    One that is *named* is declared by itself, not as a member of a group. *known_as* is what the
    cluster calls it, where that is another name, *joined_by* by what it was found then. Observed
    labels and taints are those declared, and those others that nobody else manages.
    *verdicts* has that of every check that speaks of the node.
    """

    name: str
    group: str
    declared: bool
    named: bool = True
    known_as: str = ""
    joined_by: JoinedBy | None = None
    present: bool | None
    ready: ConditionStatus | None = None
    unschedulable: bool | None = None
    roles: tuple[str, ...] | None = None
    version_declared: str = ""
    version: str | None = None
    labels_declared: Mapping[str, str] | None = None
    labels: Mapping[str, str] | None = None
    taints_declared: tuple[Taint, ...] | None = None
    taints: tuple[Taint, ...] | None = None
    places: tuple[Place, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadRow:
    """A declared workload, and how it runs.

    *overlay* is the directory that it is rendered from. *minimum* and *maximum* are the declared
    replicas, an autoscaler's where it has one. *placement* counts its pods by node, "" for those
    that are on none, and *waiting* its containers by the reason that they wait for; *told* is what
    its pods say of that. *tolerations* and *node_selector* are None where they are not understood.
    """

    key: WorkloadKey
    application: ApplicationKey | None
    overlay: str
    present: bool | None
    minimum: int | None = None
    maximum: int | None = None
    desired: int | None = None
    ready: int | None = None
    images: tuple[str, ...] = ()
    node_selector: Mapping[str, str] | None = None
    tolerations: tuple[str, ...] | None = None
    placement: Mapping[str, int] | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    place: Place
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow:
    """A declared Argo CD Application; *sync* and *health* are "" where Argo CD has not said yet.

    *paths* and *revisions* are those declared, *deployed* the commits that run.
    """

    key: ApplicationKey
    application_set: str
    present: bool | None
    sync: str | None = None
    health: str | None = None
    paths: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    deployed: tuple[str, ...] | None = None
    place: Place
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A check and how its subjects did."""

    check: Check
    score: Score

    @property
    def total(self) -> int:
        """How many subjects it has."""
        return sum(self.score.counts.values())

    @property
    def conforming(self) -> int:
        """How many of them passed."""
        return self.score.counts[Verdict.PASS]

    @property
    def verdict(self) -> Verdict | None:
        """The worst that it said, None where it has no subjects."""
        return worst(self.score.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """A layer; *score* is None, and *checks* empty, where the settings name nothing to check."""

    layer: Layer
    score: Score | None
    checks: tuple[CheckRow, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """The worst that was said in this layer, None where nothing was."""
        return worst(self.score.counts) if self.score else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding with what its check says of itself, its waiver, owner, and what it follows from.

    *chain* begins with the nearest cause; see :func:`exporter.report.causes.chain`. *source*
    declares what the finding says is not compared; *folded* has all others that are not for the
    same reason, where the row stands for them, too.
    """

    finding: Finding
    layer: Layer
    severity: Severity
    title: str
    waiver: Waiver | None = None
    owner: str = ""
    chain: tuple["Link", ...] = ()
    source: Source | None = None
    folded: NotCompared | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a cause chain; *more* others stand at the same place of it."""

    finding: Finding
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverRow:
    """An accepted failure: a waiver, and the subjects for which something waits on it."""

    waiver: Waiver
    state: WaiverState
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenRow:
    """Why *count* findings are unknown: a *cause* (a source or a check) and what was said.

    *checks* are those that could not judge; they speak of *concerned* subjects, of which
    *subjects* are the first.
    """

    cause: str
    detail: str
    count: int
    checks: tuple[str, ...]
    subjects: tuple[Subject, ...]
    concerned: int


class Aim(StrEnum):
    """What success takes beside checks that pass."""

    EVERYTHING_SEEN = "everything_seen"
    WAIVERS_VALID = "waivers_valid"
    SOURCES_UP = "sources_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A success indicator: *reached* of *total* for a check's id or an :class:`Aim`.

    *verdict* is what it comes to: ``waived`` where all that is lacking is accepted.
    """

    code: str
    layer: Layer | None
    reached: int
    total: int
    verdict: Verdict


class Term(StrEnum):
    """How soon a recommendation is worth following."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class Advice(StrEnum):
    """What is recommended. A check's failures are ``fix``, worded by its id."""

    FIX = "fix"
    RESTORE_SOURCE = "restore_source"
    COMPARE = "compare"
    MEND_CHECK = "mend_check"
    RENEW_WAIVER = "renew_waiver"
    REMOVE_WAIVER = "remove_waiver"
    RESOLVE_WAIVED = "resolve_waived"
    CHECK_LAYER = "check_layer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """Something to do, derived from findings: a code and its parameters, no text.

    *about* is the check's id, the source, the waiver's id or the layer that *advice* speaks of;
    *count* subjects are concerned, of which *subjects* are the first. *by* is when at the latest.
    *state* is why they are not compared, and *remedy* what their reader says about it, if so.
    """

    term: Term
    advice: Advice
    about: str
    count: int = 0
    subjects: tuple[Subject, ...] = ()
    by: datetime | None = None
    state: ItemState | None = None
    remedy: str = ""


def worst(counts: Mapping[Verdict, int]) -> Verdict | None:
    """Return the worst verdict that was counted, None where none was."""
    return next((verdict for verdict in WORST_FIRST if counts.get(verdict)), None)
