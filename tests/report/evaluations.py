"""Evaluations for the tests of reports, made by hand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from hypothesis import strategies as st

from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation, Score, SourceStatus, WaiverState
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Place, Source

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
PLACE = Place(Source.TERRAFORM, "terraform/main.tf", 53, "8d1f4c27b6a05e93d2c7f81b4a6e0953c1d7b248")
WAIVER = Waiver(
    check="node_ready",
    subject="*",
    reason="being replaced",
    owner="platform team",
    expires=datetime(2025, 12, 1, tzinfo=UTC),
)


def foreign(size: int) -> st.SearchStrategy[str]:
    """Return any text at all, also with lone surrogates and control characters."""
    return st.text(st.characters(exclude_categories=()), max_size=size)


def check(
    name: str, *, layer: Layer = Layer.INFRASTRUCTURE, severity: Severity = Severity.WARNING
) -> Check:
    """Return a check that never runs."""
    return Check(
        id=name,
        layer=layer,
        severity=severity,
        title=f"Title of {name}",
        needs=(),
        subjects=lambda _: (),
        judge=lambda _: iter(()),
    )


def node(name: str) -> Subject:
    """Return a node as a subject."""
    return Subject("Node", "", name)


def finding(
    name: str = "n1",
    verdict: Verdict = Verdict.FAIL,
    *,
    check: str = "node_ready",
    detail: str = "",
    cause: str = "",
    provenance: tuple[Place, ...] = (),
) -> Finding:
    """Return a finding on the node *name*; a waived one by :data:`WAIVER`."""
    return Finding(
        check=check,
        subject=node(name),
        verdict=verdict,
        detail=detail,
        cause=cause,
        provenance=provenance,
        waiver=WAIVER.id if verdict is Verdict.WAIVED else "",
    )


def evaluation(
    *findings: Finding,
    checks: Sequence[Check] = (),
    facts: Facts | None = None,
    sources: tuple[SourceStatus, ...] = (),
    waivers: tuple[tuple[Waiver, WaiverState], ...] = ((WAIVER, WaiverState.ACTIVE),),
) -> Evaluation:
    """Return an evaluation with these findings, and a check of each name that has none."""
    given = {one.id for one in checks}
    named = dict.fromkeys(one.check for one in findings if one.check not in given)
    known = (*checks, *map(check, named))
    scores = {one.id: _score(each for each in findings if each.check == one.id) for one in known}
    layers = {}
    for layer in dict.fromkeys(one.layer for one in known):
        ids = {one.id for one in known if one.layer is layer}
        layers[layer] = _score(one for one in findings if one.check in ids)
    return Evaluation(
        at=NOW,
        seconds=0.1,
        checks=known,
        findings=findings,
        layers=layers,
        scores=scores,
        facts=facts or Facts(),
        sources=sources,
        waivers=waivers,
    )


def _score(findings: Iterable[Finding]) -> Score:
    counts = Counter(one.verdict for one in findings)
    return Score(counts={verdict: counts[verdict] for verdict in Verdict})
