"""Prometheus must scrape what is declared: one target on each node, or enough of a job."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from exporter.checks.wording import excerpt
from exporter.domain.check import Check
from exporter.domain.declaration import Attribute, DeclaredNode
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
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
from exporter.domain.policy import Patience
from exporter.domain.provenance import Place

ID = "scrape_targets"
NEW = timedelta(minutes=10)
"""A node that is younger need not be scraped yet."""
FIRST_SCRAPE = timedelta(minutes=5)
LEAVING = frozenset(
    {"ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption"}
)
"""Taints of nodes that an autoscaler is about to remove."""
_HOSTNAME = "kubernetes.io/hostname"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A node that must be scraped, as far as it is declared and observed."""

    name: str
    declared: DeclaredNode | None
    observed: ObservedNode | None

    def names(self) -> set[str]:
        """Return all by which a target on it may be known."""
        found = {self.name}
        if self.declared is not None and Attribute.INTERNAL_IP in self.declared.attributes:
            found.add(self.declared.attributes[Attribute.INTERNAL_IP].value)
        if self.observed is not None:
            found.update(self.observed.internal_ips)
            found.add(self.observed.labels.get(_HOSTNAME, self.name))
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
    grown = (
        name
        for name, node in observed.items()
        if known and name not in declared and known.group_of(name, node.labels)
    )
    return [
        _Node(name=name, declared=declared.get(name), observed=observed.get(name))
        for name in (*declared, *grown)
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
        return
    by_name: Mapping[str, list[ScrapeTarget]] = _by_name(scraped)
    for node in nodes:
        mine = {one for name in node.names() for one in by_name.get(name, ())}
        yield _judge_node(target, node, sorted(mine), place=place, facts=facts)


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
    failure = Verdict.SUPPRESSED if waiting else Verdict.FAIL
    return Finding(
        check=ID,
        subject=_subject(target.job),
        verdict=Verdict.PASS if enough else failure,
        detail="" if enough else f"{up} of {len(scraped)} targets are up{first}",
        declared={"minimum": target.minimum},
        observed={"targets": len(scraped), "up": up},
        provenance=(place,),
        excuse=FIRST_SCRAPE if waiting else None,
    )


def _judge_node(
    target: DeclaredTarget,
    node: _Node,
    mine: Sequence[ScrapeTarget],
    *,
    place: Place,
    facts: Facts,
) -> Finding:
    """Judge one node; of several targets on it one that is up is enough."""
    up = any(map(_is_up, mine))
    trouble = "no target" if not mine else _trouble(mine[0])
    verdict, detail, cause = Verdict.PASS, "", ""
    if node.observed is None:
        verdict, detail, cause = Verdict.UNKNOWN, "node is not in the cluster", "node_present"
    elif not up:
        verdict, why, cause = _explain(node.observed, facts.get(Patience))
        detail = trouble + why
    first = verdict is Verdict.FAIL and any(one.health is Health.UNKNOWN for one in mine)
    places = node.declared.places if node.declared is not None else ()
    return Finding(
        check=ID,
        subject=_subject(f"{target.job}/{node.name}"),
        verdict=Verdict.SUPPRESSED if first else verdict,
        detail=detail,
        declared="up",
        observed="up" if up else _state(mine),
        provenance=(place, *places),
        cause=cause,
        excuse=FIRST_SCRAPE if first else None,
    )


def _explain(node: ObservedNode, patience: Patience) -> tuple[Verdict, str, str]:
    """Return the verdict on a *node* without a target that is up, why, and its cause."""
    if node.ready is not ConditionStatus.TRUE:
        return Verdict.UNKNOWN, "; the node is not Ready", "node_ready"
    if any(taint.key in LEAVING for taint in node.taints):
        return Verdict.SUPPRESSED, "; the node is about to be removed", ""
    if node.created is not None and patience.now - node.created < NEW:
        return Verdict.SUPPRESSED, "; the node is new", ""
    return Verdict.FAIL, "", ""


def _is_up(target: ScrapeTarget) -> bool:
    return target.health is Health.UP and not target.stale


def _state(mine: Sequence[ScrapeTarget]) -> str:
    if not mine:
        return "missing"
    return "stale" if mine[0].health is Health.UP else mine[0].health.value


def _trouble(target: ScrapeTarget) -> str:
    """Say what is wrong with a target that is not up."""
    if target.health is Health.UNKNOWN:
        return f"{excerpt(target.instance)} has not been scraped yet"
    if target.health is Health.UP:
        return f"{excerpt(target.instance)} was last scraped several intervals ago"
    return f"{excerpt(target.instance)} is down" + (
        f": {excerpt(target.error)}" if target.error else ""
    )


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="Prometheus scrapes every declared target",
    needs=(DeclaredTargets, DeclaredNodes, ObservedNodes, ScrapeTargets, Patience),
    subjects=expected_targets,
    judge=judge,
    aspect="targets",
    component=Component.PROMETHEUS,
)
