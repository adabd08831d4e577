"""What kube-state-metrics tells of nodes and pods must be what the API server tells."""

from collections.abc import Iterator
from datetime import timedelta

from exporter.checks import unknowns
from exporter.checks.settling import settling
from exporter.checks.wording import listing
from exporter.domain.check import Alert, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import Json
from exporter.domain.monitoring.prometheus.kube_state import (
    DeclaredKubeState,
    KubeStateNodes,
    KubeStatePods,
)
from exporter.domain.monitoring.stack import Component
from exporter.domain.nodes import ObservedNodes
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedPods

ID = "kube_state_metrics"
NODES = Subject("KubeStateMetrics", "", "nodes")
PODS = Subject("KubeStateMetrics", "", "pods")


def compared(facts: Facts) -> list[Subject]:
    """Return nodes, pods and the pods of each namespace, as far as they are known."""
    if not _is_expected(facts):
        return []
    return [NODES, PODS, *(_subject(namespace) for namespace in _namespaces(facts))]


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare nodes by name and pods by number; what differs may settle for a while.

    That neither side knows any proves nothing.
    """
    if not _is_expected(facts):
        return
    known, settle = facts.get(KubeStateNodes).names, facts.get(DeclaredKubeState).settle
    yield _judge_nodes(known, facts.get(ObservedNodes).names, settle=settle)
    if blind := unknowns.blind(facts, (ObservedPods,)):
        for subject in compared(facts)[1:]:
            yield _unknown(subject, blind, cause=Cause(Source.KUBERNETES))
        return
    counts, pods = facts.get(KubeStatePods).counts, facts.get(ObservedPods).per_namespace
    yield _judge_pods(counted=bool(counts), running=bool(pods), settle=settle)
    for namespace in _namespaces(facts):
        if pods and not counts:
            cause = Cause(ID, PODS)
            yield _unknown(_subject(namespace), "Prometheus has no kube_pod_info", cause=cause)
        else:
            told = counts.get(namespace, (0, 0))
            yield _judge_namespace(namespace, told, pods.get(namespace, 0), settle=settle)


def _is_expected(facts: Facts) -> bool:
    """Tell whether there must be any; by default where there are any."""
    declared = facts.find(DeclaredKubeState)
    if declared is None or declared.expected is not None:
        return declared is not None and bool(declared.expected)
    nodes, pods = facts.find(KubeStateNodes), facts.find(KubeStatePods)
    return bool((nodes and nodes.names) or (pods and pods.counts))


def _namespaces(facts: Facts) -> list[str]:
    """Return the namespaces that either side knows; of those that are looked at, if not all are."""
    told, pods = facts.find(KubeStatePods), facts.find(ObservedPods)
    found = {*(told.counts if told else ()), *(pods.per_namespace if pods else ())}
    return sorted(found & facts.namespaces if facts.namespaces else found)


def _subject(namespace: str) -> Subject:
    return Subject("KubeStateMetrics", namespace, "pods")


def _finding(
    subject: Subject, trouble: str, *, declared: Json, observed: Json, settle: timedelta
) -> Finding:
    """Return a pass where there is no *trouble*, else a failure that may yet settle."""
    return Finding(
        check=ID,
        subject=subject,
        verdict=Verdict.FAIL if trouble else Verdict.PASS,
        detail=trouble,
        declared=declared,
        observed=observed,
        progress=settling(settle) if trouble else None,
    )


def _judge_nodes(told: frozenset[str], there: frozenset[str], *, settle: timedelta) -> Finding:
    if not told and not there:
        return _unknown(NODES, "neither side knows any node", cause=Cause(Source.KUBERNETES))
    missing, surplus = sorted(there - told), sorted(told - there)
    parts = (
        f"kube_node_info lacks {listing(missing)}" if missing else "",
        f"kube_node_info has {listing(surplus)}, which the cluster lacks" if surplus else "",
    )
    trouble = "; ".join(filter(None, parts))
    if missing and not told:
        trouble = "Prometheus has no kube_node_info"
    return _finding(NODES, trouble, declared=len(there), observed=len(told), settle=settle)


def _judge_pods(*, counted: bool, running: bool, settle: timedelta) -> Finding:
    if not running and not counted:
        return _unknown(PODS, "neither side knows any pod", cause=Cause(Source.KUBERNETES))
    trouble = "" if counted else "Prometheus has no kube_pod_info"
    return _finding(PODS, trouble, declared=None, observed=None, settle=settle)


def _judge_namespace(
    namespace: str, told: tuple[int, int], there: int, *, settle: timedelta
) -> Finding:
    """Judge one namespace; *told* are the fewest and most pods of the settling time."""
    low, high = told
    trouble = (
        "" if low <= there <= high else f"kube_pod_info tells {_between(low, high)} of {there} pods"
    )
    return _finding(
        _subject(namespace),
        trouble,
        declared=there,
        observed={"minimum": low, "maximum": high},
        settle=settle,
    )


def _between(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def _unknown(subject: Subject, why: str, *, cause: Cause) -> Finding:
    return Finding(check=ID, subject=subject, verdict=Verdict.UNKNOWN, detail=why, cause=cause)


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.WARNING,
    title="kube-state-metrics agrees with the API server",
    needs=(DeclaredKubeState, KubeStateNodes, KubeStatePods, ObservedNodes),
    weighs=(ObservedPods,),
    subjects=compared,
    judge=judge,
    aspect="agrees",
    component=Component.KUBE_STATE_METRICS,
    advice="Find out why kube-state-metrics and the Kubernetes API count differently.",
    alert=Alert(
        name="KubeStateMetricsDisagree",
        after="15m",
        summary="kube-state-metrics shows another cluster than the API server.",
        description=(
            "What kube-state-metrics tells of {{ $labels.object_name }}{of_cluster} differs from "
            "what the API server does, for longer than it needs to settle: dashboards and rules "
            "built on it are wrong. Next: restart kube-state-metrics, and look at its shards and "
            "its RBAC."
        ),
    ),
)
