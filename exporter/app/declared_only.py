"""Judging what the code says by itself, where nobody looks at a cluster: before a merge."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from exporter.app.choices import decisions, enabled, owners, policy
from exporter.app.conformance import say_nothing
from exporter.checks import (
    application_source_path,
    declaration_compared,
    declaration_conflict,
    declaration_readable,
    workload_tolerations,
)
from exporter.declared.declare import Declarations, Run, here
from exporter.domain.check import Check
from exporter.domain.declaration import NodeGroup
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.policy import AsOf, Policy
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads
from exporter.foreign.clock import SYSTEM
from exporter.registries import ChartFetcher
from exporter.runtime.evaluate import evaluate
from exporter.settings.load import Loaded

JUDGED: Final = frozenset(
    {
        declaration_compared.ID,
        declaration_conflict.ID,
        declaration_readable.ID,
        application_source_path.ID,
        workload_tolerations.ID,
    }
)
"""The checks that find something of declarations alone: the last two only failures."""
_HOMELESS: Final = workload_tolerations.HOMELESS.partition(" (")[0]
_FAILURES_ALONE: Final = frozenset({application_source_path.ID, workload_tolerations.ID})


async def check_declared(
    loaded: Loaded,
    *,
    at: datetime | None = None,
    tell: Callable[[str], None] = say_nothing,
    run: Run = here,
) -> Evaluation:
    """Read the declarations once and judge them by themselves."""
    tell("reading the repository")
    now = SYSTEM.now()
    declarations = Declarations(loaded, run=run, registries=ChartFetcher.of(loaded))
    declared = await declarations.read(at=now)
    tell("judging")
    return judge_declared(declared, loaded, at=at or now.wall)


def judge_declared(declared: State, loaded: Loaded, *, at: datetime) -> Evaluation:
    """Judge a declaration: conflicts, what is broken, paths that lack, pods that fit nowhere.

    Pods are held against the nodes as they are declared. What of them kubelet, cloud and
    controllers set is not known, so a workload that selects no declared node is no failure.
    """
    checks = [_alone(check) for check in enabled(loaded.settings) if check.id in JUDGED]
    rules = Facts({Policy: policy(loaded), AsOf: AsOf(at, witnesses=None)})
    facts = declared.facts.and_those(_imagined(declared.facts)).and_those(rules)
    outcome = evaluate(
        checks, facts=facts, decisions=decisions(loaded), sources=declared.sources, at=at
    )
    return replace(outcome, facts=declared.facts, owners=owners(loaded, outcome.facts))


def _alone(check: Check) -> Check:
    """Return a check that says nothing of what only a look at the cluster would tell."""
    if check.id not in _FAILURES_ALONE:
        return check

    def judge(facts: Facts) -> Iterator[Finding]:
        return (one for one in check.judge(facts) if _is_sure(one))

    return replace(check, judge=judge, subjects=lambda _: ())


def _is_sure(finding: Finding) -> bool:
    homeless = finding.check == workload_tolerations.ID and _HOMELESS in finding.detail
    return finding.verdict is Verdict.FAIL and not homeless


def _imagined(facts: Facts) -> Facts:
    """Return the nodes and workloads as they would be, were the cluster what is declared."""
    nodes, workloads = facts.find(DeclaredNodes), facts.find(DeclaredWorkloads)
    if nodes is None or workloads is None:
        return Facts()
    return Facts(
        {
            ObservedNodes: ObservedNodes({node.name: node for node in _nodes(nodes)}),
            ObservedWorkloads: ObservedWorkloads(
                {
                    key: ObservedWorkload(key=key, manifest=workload.manifest)
                    for key, workload in workloads.workloads.items()
                }
            ),
        }
    )


def _nodes(declared: DeclaredNodes) -> Iterator[ObservedNode]:
    for name, node in declared.nodes.items():
        yield ObservedNode(
            name=name,
            labels={key: stated.value for key, stated in node.labels.items()},
            taints=frozenset(stated.value for stated in node.taints),
            ready=ConditionStatus.TRUE,
        )
    yield from (_member(group) for group in declared.groups.values() if group.pool)


def _member(group: NodeGroup) -> ObservedNode:
    labels = {key: stated.value for key, stated in group.node_labels.items()}
    return ObservedNode(
        name=f"a node of {group.name}",
        labels={**group.labels, **labels},
        taints=frozenset(stated.value for stated in group.taints or ()),
        ready=ConditionStatus.TRUE,
    )
