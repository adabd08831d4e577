"""An evaluation as ``check --format json`` prints it."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from exporter.domain import evaluation, excuses, finding, policy, transitions
from exporter.domain.check import Check
from exporter.domain.declaration import Failure as Failed
from exporter.domain.errors import Reason
from exporter.domain.evaluation import WaiverState
from exporter.domain.excuses import Basis, ExcuseReason
from exporter.domain.finding import Layer, Severity, Verdict
from exporter.domain.items import ItemState
from exporter.domain.provenance import Source
from exporter.report.documents.places import (
    Count,
    Instant,
    Line,
    Path,
    Place,
    Revision,
    Share,
    Subject,
    instant,
    location,
    places,
)

Coverage = Annotated[
    Share | None,
    Meta(description="How much of what is declared could be judged; null where nothing is."),
]


class ItemCount(Struct, frozen=True):
    """How many things of a kind a source declares, and what became of them."""

    source: Source
    kind: str
    state: ItemState
    count: Annotated[int, Meta(ge=1)]


class LayerScore(Struct, frozen=True):
    """The score of a layer."""

    layer: Layer
    ratio: Annotated[
        Share | None, Meta(description="pass / (pass + fail); null where nothing was judged.")
    ]
    coverage: Coverage
    subjects: Annotated[
        dict[Verdict, Count], Meta(description="How many findings have which verdict.")
    ]


class Failure(Struct, frozen=True):
    """Something that could not be read."""

    message: str
    reason: Reason
    advice: str
    part: Annotated[
        str,
        Meta(
            description="The part of the source that is lost with it; empty where it is the whole."
        ),
    ]
    source: Source
    path: Path
    line: Line
    revision: Revision

    @classmethod
    def of(cls, failure: Failed) -> "Failure":
        """Return the document of *failure*."""
        return cls(
            message=failure.message,
            reason=failure.reason,
            advice=failure.advice,
            part=failure.part,
            **location(failure.place),
        )


class SourceStatus(Struct, frozen=True):
    """How a source is doing."""

    source: Source
    up: bool
    last_success: Instant | None
    revision: str | None
    items: Annotated[dict[str, Count], Meta(description="What it gave, by kind.")]
    failures: tuple[Failure, ...]

    @classmethod
    def of(cls, status: evaluation.SourceStatus) -> "SourceStatus":
        """Return the document of *status*."""
        return cls(
            source=status.source,
            up=status.up,
            last_success=instant(status.last_success),
            revision=status.revision or None,
            items=dict(status.items),
            failures=tuple(map(Failure.of, status.failures)),
        )


class Accepted(Struct, frozen=True):
    """A failure, or an item that nobody compares, that somebody accepts until a date."""

    check: Annotated[str, Meta(description="A check's id, or a shell pattern.")]
    subject: Annotated[str, Meta(description="name or namespace/name; a shell pattern.")]
    reason: str
    owner: str
    expires: Instant
    item_state: Annotated[
        str | None,
        Meta(description="Why nobody compares the items that a waiver accepts; null for failures."),
    ]
    ticket: Annotated[str | None, Meta(description="Where it is followed up.")]
    approved_by: Annotated[str | None, Meta(description="Who agreed.")]

    @classmethod
    def of(cls, waiver: policy.Waiver) -> "Accepted":
        """Return the document of *waiver*."""
        return Accepted(
            check=waiver.check,
            subject=waiver.subject,
            reason=waiver.reason,
            owner=waiver.owner,
            expires=waiver.expires.isoformat(),
            item_state=waiver.state or None,
            ticket=waiver.ticket or None,
            approved_by=waiver.approved_by or None,
        )


class Waiver(Accepted, frozen=True):
    """A waiver of the settings, and what became of it."""

    state: WaiverState


class Excuse(Struct, frozen=True):
    """Why a failure is suppressed, and until when at the latest."""

    reason: ExcuseReason
    waits_for: Annotated[str, Meta(description="What is under way, for people.")]
    since: Instant
    until: Instant
    basis: Annotated[
        Basis,
        Meta(
            description="Who tells since when: the settings, the object, a look that saw it "
            "begin, or nobody (then it counts from the exporter's start)."
        ),
    ]

    @classmethod
    def of(cls, excuse: excuses.Excuse) -> "Excuse":
        """Return the document of *excuse*."""
        return cls(
            reason=excuse.reason,
            waits_for=excuse.waits_for,
            since=excuse.since.isoformat(),
            until=excuse.until.isoformat(),
            basis=excuse.basis,
        )


class Before(Struct, frozen=True):
    """What a finding was before its declaration could not be read any more."""

    verdict: Literal["fail"]
    since: Instant


class Finding(Struct, frozen=True):
    """One check's verdict on one subject."""

    check: Annotated[str, Meta(description="The check's id; docs/checks has a page of that name.")]
    layer: Layer
    severity: Severity
    subject: Subject
    verdict: Verdict
    detail: Annotated[str, Meta(description="One line for people; empty for a pass.")]
    declared: Annotated[
        Any, Meta(description="What the code says; any JSON, null where there is nothing to show.")
    ]
    observed: Annotated[Any, Meta(description="What was found; any JSON.")]
    set_by: Annotated[
        dict[str, str] | None,
        Meta(
            description="Who wrote fields of observed last, by the name that he gave himself, how "
            "and when; null where nobody knows."
        ),
    ]
    provenance: tuple[Place, ...]
    cause: Annotated[
        str | None,
        Meta(
            description="The check that reports what this follows from, or the source that could "
            "not be read."
        ),
    ]
    cause_subject: Annotated[
        Subject | None,
        Meta(description="Of what that check reports it; null where the cause is no check."),
    ]
    reason: Annotated[
        ItemState | None, Meta(description="Why nobody compares it; null for what is compared.")
    ]
    advice: Annotated[
        str | None, Meta(description="What to do about it, where the reader of the source knows.")
    ]
    since: Annotated[
        Instant | None,
        Meta(description="From when on the verdict holds; null where nobody looked before."),
    ]
    was: Annotated[
        Before | None,
        Meta(description="What it was before its declaration broke; null otherwise."),
    ]
    excuse: Excuse | None
    waiver: Accepted | None
    owner: Annotated[
        str | None, Meta(description="Who is to act on it; null for a pass, or if nobody says.")
    ]

    @classmethod
    def of(
        cls,
        found: finding.Finding,
        check: Check,
        accepting: Mapping[str, policy.Waiver],
        *,
        owner: str = "",
    ) -> "Finding":
        """Return the document of what *check* found; *accepting* has the waivers by id."""
        cause = found.cause
        return cls(
            check=check.id,
            layer=check.layer_of(found),
            severity=check.severity,
            subject=Subject.of(found.subject),
            verdict=found.verdict,
            detail=found.detail,
            declared=found.declared,
            observed=found.observed,
            set_by=dict(found.set_by) if found.set_by else None,
            provenance=places(found.provenance),
            cause=cause.id if cause else None,
            cause_subject=Subject.of(cause.subject) if cause and cause.subject else None,
            reason=ItemState(found.reason) if found.reason else None,
            advice=found.advice or None,
            since=instant(found.since),
            was=Before("fail", found.was.isoformat()) if found.was else None,
            excuse=Excuse.of(found.excuse) if found.excuse else None,
            waiver=Accepted.of(accepting[found.waiver]) if found.waiver else None,
            owner=owner or None,
        )


class Transition(Struct, frozen=True):
    """What a check says of a subject became another."""

    at: Instant
    check: str
    subject: Subject
    before: Annotated[
        Verdict | None, Meta(description="null where the check did not speak of it before.")
    ]
    after: Annotated[
        Verdict | None, Meta(description="null where the check speaks of it no longer.")
    ]
    detail: Annotated[str, Meta(description="That of the finding that it became.")]
    series: Annotated[
        bool,
        Meta(description="Whether it is from Prometheus, where null only means: did not fail."),
    ]

    @classmethod
    def of(cls, transition: transitions.Transition) -> "Transition":
        """Return the document of a *transition*."""
        return cls(
            at=transition.at.isoformat(),
            check=transition.check,
            subject=Subject.of(transition.subject),
            before=transition.before,
            after=transition.after,
            detail=transition.detail,
            series=transition.series,
        )


class Evaluation(Struct, frozen=True):
    """cluster-conformance check --format json."""

    at: Instant
    coverage: Coverage
    layers: tuple[LayerScore, ...]
    items: tuple[ItemCount, ...]
    findings: tuple[Finding, ...]
    sources: tuple[SourceStatus, ...]
    waivers: tuple[Waiver, ...]

    @classmethod
    def of(cls, outcome: evaluation.Evaluation) -> "Evaluation":
        """Return the document of *outcome*."""
        return Evaluation(
            at=outcome.at.isoformat(),
            coverage=outcome.coverage,
            layers=layers(outcome),
            items=items(outcome.items),
            findings=findings(outcome, outcome.findings),
            sources=tuple(map(SourceStatus.of, outcome.sources)),
            waivers=waivers(outcome),
        )


def layers(outcome: evaluation.Evaluation) -> tuple[LayerScore, ...]:
    """Return the score of each layer."""
    return tuple(
        LayerScore(
            layer=layer, ratio=score.ratio, coverage=score.coverage, subjects=dict(score.counts)
        )
        for layer, score in outcome.layers.items()
    )


def items(counts: Mapping[evaluation.ItemCount, int]) -> tuple[ItemCount, ...]:
    """Return how many things are declared, by source, kind and what became of them."""
    return tuple(ItemCount(*counted, count=count) for counted, count in sorted(counts.items()))


def findings(
    outcome: evaluation.Evaluation, some: Iterable[finding.Finding]
) -> tuple[Finding, ...]:
    """Return *some* of the findings of an evaluation, in their order."""
    accepting = outcome.accepting
    checks = {check.id: check for check in outcome.checks}
    return tuple(
        Finding.of(
            found,
            checks[found.check],
            accepting,
            owner=outcome.owner_of(found, checks[found.check]),
        )
        for found in some
    )


def waivers(outcome: evaluation.Evaluation) -> tuple[Waiver, ...]:
    """Return every waiver, and what became of it."""
    return tuple(
        Waiver(**asdict(Accepted.of(waiver)), state=state) for waiver, state in outcome.waivers
    )
