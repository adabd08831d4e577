"""Evaluations for the tests of reports, made by hand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st
from msgspec import structs

from exporter.checks import declaration_compared
from exporter.domain.check import Chapter, Check
from exporter.domain.evaluation import (
    Evaluation,
    ItemCount,
    Score,
    SourceStatus,
    WaiverState,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Place, Source
from exporter.runtime.expected import Expected

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
PLACE = Place(Source.TERRAFORM, "terraform/main.tf", 53, "8d1f4c27b6a05e93d2c7f81b4a6e0953c1d7b248")
WAIVER = Waiver(
    check="node_ready",
    subject="*",
    reason="being replaced",
    owner="platform team",
    expires=datetime(2025, 12, 1, tzinfo=UTC),
    ticket="OPS-7",
    approved_by="head of platform",
)


def foreign(size: int) -> st.SearchStrategy[str]:
    """Return any text at all, also with lone surrogates and control characters."""
    return st.text(st.characters(exclude_categories=()), max_size=size)


def check(
    name: str, *, layer: Layer = Layer.INFRASTRUCTURE, severity: Severity = Severity.WARNING
) -> Check:
    """Return a check that never runs; its results are those of nodes, and tell success."""
    return Check(
        id=name,
        layer=layer,
        severity=severity,
        title=f"Title of {name}",
        needs=(),
        subjects=lambda _: (),
        judge=lambda _: iter(()),
        headline=True,
        chapter=Chapter.NODES,
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
    """Return a finding on the node *name*; a waived one by :data:`WAIVER`.

    *cause* is a source, or a check that finds something of the same node.
    """
    subject = node(name) if "_" in cause else None  # as in the id of a check, in no source's name
    return Finding(
        check=check,
        subject=node(name),
        verdict=verdict,
        detail=detail,
        cause=Cause(cause, subject) if cause else None,
        provenance=provenance,
        waiver=WAIVER.id if verdict is Verdict.WAIVED else "",
    )


def item(
    name: str = "argocd/shop/0",
    state: ItemState = ItemState.COMPARED,
    *,
    source: Source = Source.ARGOCD,
    kind: str = "Source",
    message: str = "",
    advice: str = "",
) -> Item:
    """Return a thing that the code declares in ``argocd/apps.yaml``."""
    namespace, _, rest = name.rpartition("/") if name.count("/") < 2 else name.partition("/")
    return Item(
        source=source,
        subject=Subject(kind, namespace, rest),
        state=state,
        place=Place(source, "argocd/apps.yaml", 3),
        message=message,
        advice=advice,
    )


def charts(
    rendered: int, *others: str, state: ItemState = ItemState.NOT_RENDERED
) -> tuple[Item, ...]:
    """Return the sources of Applications: so many compared, one each with these *others* as advice.

    Each of the others is a chart that nobody rendered.
    """
    seen = (item(f"argocd/app-{number:02}/0") for number in range(rendered))
    unseen = (
        item(
            f"argocd/app-{number:02}/0",
            state,
            message=f"the chart chart-{number:02} lies in no checkout",
            advice=advice,
        )
        for number, advice in enumerate(others, start=rendered)
    )
    return (*seen, *unseen)


def blind(items: Iterable[Item], *, waiver: str = "") -> tuple[Finding, ...]:
    """Return what is found of those *items* that are not compared, accepted by a *waiver*."""
    facts = Facts({DeclaredItems: DeclaredItems(tuple(items))})
    found = declaration_compared.judge(facts)
    return tuple(structs.replace(one, waiver=waiver) for one in found)


def evaluation(
    *findings: Finding,
    checks: Sequence[Check] = (),
    facts: Facts | None = None,
    sources: tuple[SourceStatus, ...] = (),
    waivers: tuple[tuple[Waiver, WaiverState], ...] = ((WAIVER, WaiverState.ACTIVE),),
    items: Sequence[Item] = (),
    coverage: float | None = None,
) -> Evaluation:
    """Return an evaluation with these findings, and a check of each name that has none.

    What is not compared of the *items* is found only where it is among the findings. What follows
    from its facts is worked out, as it is in an evaluation.
    """
    ours = {declaration_compared.ID: declaration_compared.CHECK}
    given = {one.id for one in checks}
    named = dict.fromkeys(one.check for one in findings if one.check not in given)
    known = (*checks, *(ours.get(name) or check(name) for name in named))
    by_id = {one.id: one for one in known}
    by_check = {name: tuple(one for one in findings if one.check == name) for name in by_id}
    layers: dict[Layer, list[Finding]] = {one.layer: [] for one in known if one.layer}
    for one in findings:
        layers.setdefault(by_id[one.check].layer_of(one), []).append(one)
    facts = facts or Facts()
    with_items = replace(facts, known={**facts.known, DeclaredItems: DeclaredItems(tuple(items))})
    return Evaluation(
        at=NOW,
        seconds=0.1,
        checks=known,
        findings=findings,
        by_check=by_check,
        layers={layer: _score(some) for layer, some in layers.items()},
        scores={name: _score(some) for name, some in by_check.items()},
        facts=Expected().known(with_items),
        items=Counter(ItemCount(one.source, one.subject.kind, one.state) for one in items),
        coverage=coverage,
        sources=sources,
        waivers=waivers,
    )


def _score(findings: Iterable[Finding]) -> Score:
    counts = Counter(one.verdict for one in findings)
    return Score(counts={verdict: counts[verdict] for verdict in Verdict})
