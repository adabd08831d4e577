"""Findings: one check's verdict on one subject, and the closed sets that they are made of."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from exporter.domain.excuses import Excuse, Progress
from exporter.domain.json import Json
from exporter.domain.provenance import Place


class Verdict(StrEnum):
    """What a check says of a subject. The values are label values: a public contract."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    SUPPRESSED = "suppressed"


WORST_FIRST: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
"""The verdicts of a check: of several parts of one subject the first of these decides."""


class Severity(StrEnum):
    """How soon somebody must act, worst first. The values are label values: a public contract."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(Severity).index(self)


class Layer(StrEnum):
    """The layers of a cluster, lowest first. The values are label values: a public contract."""

    INFRASTRUCTURE = "infrastructure"
    CONFIGURATION = "configuration"
    APPLICATIONS = "applications"
    GITOPS = "gitops"
    OBSERVABILITY = "observability"


class Subject(NamedTuple):
    """What a finding is about; *namespace* is empty where the kind has none.

    A tuple, as a large cluster's are made, looked up and sorted by the hundred thousand.
    """

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


INTERNAL = "internal"
"""The cause of findings of a check that failed by itself."""


class Cause(Struct, frozen=True, gc=False):
    """What a finding follows from.

    *id* is that of the check that reports it of *subject*; or, without a subject, the source that
    could not be read, or :data:`INTERNAL`. *others* counts the further subjects of which the same
    check reports the same.

    It explains only what that check does not pass: the evaluation takes it off a finding whose
    cause passes, or was never judged.
    """

    id: str
    subject: Subject | None = None
    others: int = 0

    def __str__(self) -> str:
        return self.id


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """One check's verdict on one subject.

    *declared* and *observed* are plain JSON data, short enough to be read. *node* is the node
    that the subject hangs on, if it hangs on a single one. *layer* is given by checks that belong
    to no single layer. *reason* is why nobody compares an item, and *advice* what to do about
    that. *progress* is what could explain a failure for a while.

    The evaluation adds the rest: *since* is the instant from which the verdict holds, None where
    nobody looked before, and *was* the one from which it failed before its declaration could no
    longer be read. *excuse* is why it is suppressed; *waiver* the id of the waiver by which it is
    accepted. *set_by* says of fields in *observed* who wrote them, as he calls himself,
    and *set_at* when the last of them was written.

    A large cluster has 70,000, in no cycle: a struct is made seven times as fast as a dataclass.
    """

    check: str
    subject: Subject
    verdict: Verdict
    detail: str = ""
    declared: Json = None
    observed: Json = None
    provenance: tuple[Place, ...] = ()
    cause: Cause | None = None
    since: datetime | None = None
    was: datetime | None = None
    waiver: str = ""
    progress: Progress | None = None
    excuse: Excuse | None = None
    node: str = ""
    layer: Layer | None = None
    reason: str = ""
    advice: str = ""
    set_by: Mapping[str, str] | None = None
    set_at: datetime | None = None

    @property
    def is_blind_spot(self) -> bool:
        """Whether nobody could look, and neither another finding explains it nor a waiver accepts.

        That decides the exit code.
        """
        explained = self.cause is not None and self.cause.subject is not None
        return self.verdict is Verdict.UNKNOWN and not explained and not self.waiver
