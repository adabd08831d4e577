"""Prometheus must scrape what is declared: one target on each node, or enough of a job."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from exporter.checks import subjects, unknowns
from exporter.checks.elastic import NEW, removal, start
from exporter.checks.settling import settling
from exporter.checks.wording import excerpt
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import Attribute, DeclaredNode
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.monitoring.prometheus.targets import (
    DeclaredTarget,
    DeclaredTargets,
    Health,
    Per,
    ScrapeTarget,
    ScrapeTargets,
)
from exporter.domain.monitoring.stack import Component
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import AsOf
from exporter.domain.provenance import Place

ID = "scrape_targets"
FIRST_SCRAPE = timedelta(minutes=5)
_NOT_SCRAPED = settling(FIRST_SCRAPE, waits_for="it has yet to be scraped")
_HOSTNAME = "kubernetes.io/hostname"
_USUAL = "/metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A node that must be scraped, as far as it is declared and observed.

    The cluster calls it *key*. *odd* says why no more is known of it there, if so.
    """

    name: str
    key: str
    declared: DeclaredNode | None
    observed: ObservedNode | None
    odd: Gap | None = None

    def names(self) -> set[str]:
        """Return all by which a target on it may be known."""
        found = {self.name, self.key}
        if self.declared is not None and Attribute.INTERNAL_IP in self.declared.attributes:
            found.add(self.declared.attributes[Attribute.INTERNAL_IP].value)
        if self.observed is not None:
            found.update(self.observed.internal_ips)
            found.add(self.observed.labels.get(_HOSTNAME, self.key))
        return found


def expected_targets(facts: Facts) -> list[Subject]:
    """Return the declared targets, sorted."""
    known = facts.find(DeclaredTargets)
    nodes = _nodes(facts) if known else []
    return sorted(
        {one for target in (known.targets if known else ()) for one in _of(target, nodes)}
    )


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for each declared target among those that Prometheus has."""
    declared, scraped = facts.get(DeclaredTargets), facts.get(ScrapeTargets).targets
    nodes = _nodes(facts)
    found: dict[Subject, Finding] = {}
    for target in declared.targets:
        mine = [one for one in scraped if target.covers(one.job)]
        for one in _judge(target, mine, nodes=nodes, place=declared.place, facts=facts):
            found.setdefault(one.subject, one)
    yield from (found[subject] for subject in sorted(found))


def _nodes(facts: Facts) -> list[_Node]:
    """Return the declared nodes, and those that a declared group has grown by."""
    known, seen = facts.find(DeclaredNodes), facts.find(ObservedNodes)
    declared, observed = known.nodes if known else {}, seen.nodes if seen else {}
    odd = seen.unreadable if seen else {}
    labels = {**{name: {} for name in odd}, **{name: one.labels for name, one in observed.items()}}
    grown = (
        name
        for name in labels
        if known and name not in declared and known.group_of(name, labels[name])
    )
    return [
        _Node(
            name=known.name_of(key) if known else key,
            key=key,
            declared=declared.get(key),
            observed=observed.get(key),
            odd=odd.get(key),
        )
        for key in (*declared, *grown)
    ]


def _of(target: DeclaredTarget, nodes: Iterable[_Node]) -> Iterator[Subject]:
    if target.per is Per.JOB:
        yield _subject(target.job)
    else:
        yield from (_subject(f"{target.job}/{node.name}") for node in nodes)


def _subject(name: str) -> Subject:
    return Subject("ScrapeTarget", "", name)


def _judge(
    target: DeclaredTarget,
    scraped: Sequence[ScrapeTarget],
    *,
    nodes: Iterable[_Node],
    place: Place,
    facts: Facts,
) -> Iterator[Finding]:
    if target.per is Per.JOB:
        yield _judge_job(target, scraped, place=place)
    elif blind := unknowns.blind(facts, (DeclaredNodes, ObservedNodes)):
        yield from (_unseen(subject, why=blind, facts=facts) for subject in _of(target, nodes))
    else:
        by_name, now = _by_name(scraped), facts.get(AsOf).cluster
        for node in nodes:
            mine = sorted({one for name in node.names() for one in by_name.get(name, ())})
            finding = _judge_node(target, node, mine, place=place, now=now)
            if not scraped and finding.verdict is Verdict.FAIL:
                detail = f"{finding.detail}; Prometheus has none of a job {target.job}"
                finding = replace(finding, detail=detail)
            yield finding


def _unseen(subject: Subject, *, why: str, facts: Facts) -> Finding:
    """Return what is found where the nodes of neither side can be relied on."""
    gaps = facts.gaps_in((DeclaredNodes, ObservedNodes))
    cause = Cause(gaps[0].source) if gaps else None
    return Finding(check=ID, subject=subject, verdict=Verdict.UNKNOWN, detail=why, cause=cause)


def _by_name(scraped: Iterable[ScrapeTarget]) -> Mapping[str, list[ScrapeTarget]]:
    found: dict[str, list[ScrapeTarget]] = defaultdict(list)
    for one in scraped:
        for name in one.names:
            found[name].append(one)
    return found


def _judge_job(target: DeclaredTarget, scraped: Sequence[ScrapeTarget], *, place: Place) -> Finding:
    up = sum(map(_is_up, scraped))
    enough = up >= target.minimum
    first = next((f"; {_trouble(one)}" for one in scraped if not _is_up(one)), "")
    waiting = not enough and any(one.health is Health.UNKNOWN for one in scraped)
    return Finding(
        check=ID,
        subject=_subject(target.job),
        verdict=Verdict.PASS if enough else Verdict.FAIL,
        detail="" if enough else f"{up} of {len(scraped)} targets are up{first}",
        declared={"minimum": target.minimum},
        observed={"targets": len(scraped), "up": up},
        provenance=(place,),
        progress=_NOT_SCRAPED if waiting else None,
    )


def _judge_node(
    target: DeclaredTarget,
    node: _Node,
    mine: Sequence[ScrapeTarget],
    *,
    place: Place,
    now: datetime,
) -> Finding:
    """Judge one node: of several targets with the same path one that is up is enough."""
    lost = _lost(mine)
    up = bool(mine) and not lost
    trouble = _trouble(lost[0]) if lost else "no target"
    verdict, detail, cause = (Verdict.PASS, "", None) if up else (Verdict.FAIL, trouble, None)
    if node.odd is not None and not up:
        verdict, detail, cause = Verdict.UNKNOWN, node.odd.message, Cause(node.odd.source)
    elif node.observed is None and node.odd is None:
        verdict, detail = Verdict.UNKNOWN, "node is not in the cluster"
        cause = Cause("node_present", subjects.node(node.name))
    elif not up and _is_told(node):
        verdict, detail = Verdict.UNKNOWN, f"{trouble}; the node is not Ready"
        cause = Cause("node_ready", subjects.node(node.name))
    under_way = None
    if verdict is Verdict.FAIL and node.observed is not None:
        under_way = _progress(node.observed, lost, now=now)
    places = node.declared.places if node.declared is not None else ()
    return Finding(
        check=ID,
        subject=_subject(f"{target.job}/{node.name}"),
        verdict=verdict,
        detail=detail,
        declared="up",
        observed="up" if up else _state(lost),
        provenance=(place, *places),
        cause=cause,
        progress=under_way,
        node=node.name,
    )


def _lost(mine: Sequence[ScrapeTarget]) -> list[ScrapeTarget]:
    """Return the targets with a path of which none is up: a kubelet has several."""
    seen = {one.path for one in mine if _is_up(one)}
    return [one for one in mine if one.path not in seen]


def _is_told(node: _Node) -> bool:
    """Tell whether ``node_ready`` fails for a *node*; it looks at declared ones only."""
    not_ready = node.observed is not None and node.observed.ready is not ConditionStatus.TRUE
    return node.declared is not None and not_ready


def _progress(
    have: ObservedNode, lost: Sequence[ScrapeTarget], *, now: datetime
) -> Progress | None:
    """Return why a node may be without a target that is up for a while."""
    if have.ready is not ConditionStatus.TRUE:
        return Progress(
            reason=ExcuseReason.STARTING, waits_for="the node is not Ready", since=have.ready_since
        )
    if leaving := removal(have):
        return leaving
    if have.created is not None and now - have.created < NEW:
        return start(have)
    return _NOT_SCRAPED if any(one.health is Health.UNKNOWN for one in lost) else None


def _is_up(target: ScrapeTarget) -> bool:
    return target.health is Health.UP and not target.stale


def _state(lost: Sequence[ScrapeTarget]) -> str:
    if not lost:
        return "missing"
    return "stale" if lost[0].health is Health.UP else lost[0].health.value


def _trouble(target: ScrapeTarget) -> str:
    """Say what is wrong with a target that is not up."""
    name = excerpt(target.instance + (target.path if target.path != _USUAL else ""))
    if target.health is Health.UNKNOWN:
        return f"{name} has not been scraped yet"
    if target.health is Health.UP:
        return f"{name} was last scraped several intervals ago"
    return f"{name} is down" + (f": {excerpt(target.error)}" if target.error else "")


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Prometheus scrapes every declared target",
    needs=(DeclaredTargets, ScrapeTargets, AsOf),
    weighs=(DeclaredNodes, ObservedNodes),
    subjects=expected_targets,
    judge=judge,
    aspect="targets",
    component=Component.PROMETHEUS,
    headline=True,
    advice="Let Prometheus collect metrics from every declared target.",
    alert=Alert(
        name="ScrapeTargetMissing",
        after="10m",
        keep="15m",
        summary="A declared target is not scraped, or does not answer.",
        description=(
            "Target {{ $labels.object_name }}{of_cluster} is declared, and Prometheus has no such "
            "target or cannot scrape it: what it measures is not seen, and no rule about it can "
            "fire. Next: the Prometheus page Targets, and the pod of the exporter."
        ),
    ),
)
