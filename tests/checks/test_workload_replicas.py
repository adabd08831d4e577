from typing import Any

import pytest

from exporter.checks import workload_replicas
from exporter.domain.declaration import DeclaredAutoscaler, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Verdict
from exporter.domain.json import Json
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedAutoscalers,
    ObservedWorkload,
    ObservedWorkloads,
)

KEY = WorkloadKey("api", "Deployment", "scan-api")
DAEMONS = WorkloadKey("api", "DaemonSet", "agent")
PLACE = Place(Source.KUSTOMIZE, "k8s/scan/deployment.yaml", 1)
REPLICAS = Place(Source.KUSTOMIZE, "k8s/scan/patch.yaml", 5)
SCALER = Place(Source.KUSTOMIZE, "k8s/scan/hpa.yaml", 1)
NOTHING: Any = object()


def scaler(minimum: int, maximum: int, kind: str = "HorizontalPodAutoscaler") -> DeclaredAutoscaler:
    return DeclaredAutoscaler(
        kind=kind,
        namespace="api",
        name="scan",
        target=KEY,
        minimum=minimum,
        maximum=maximum,
        place=SCALER,
    )


def facts(
    declared: Json,
    observed: int | None,
    *,
    scalers: tuple[DeclaredAutoscaler, ...] = (),
    cluster: tuple[int, int] | None = None,
    ignored: tuple[str, ...] = (),
    key: WorkloadKey = KEY,
) -> Facts:
    workload = DeclaredWorkload(
        key=key,
        manifest={"spec": {} if declared is NOTHING else {"replicas": declared}},
        place=PLACE,
        places={"/spec/replicas": REPLICAS},
        ignored=ignored,
    )
    seen = (
        {} if observed is None else {key: ObservedWorkload(key=key, manifest={}, replicas=observed)}
    )
    return Facts(
        known={
            DeclaredWorkloads: DeclaredWorkloads({key: workload}, autoscalers=scalers),
            ObservedWorkloads: ObservedWorkloads(seen),
            ObservedAutoscalers: ObservedAutoscalers({KEY: cluster} if cluster else {}),
        }
    )


def judge(world: Facts) -> Finding:
    (finding,) = workload_replicas.judge(world)
    return finding


@pytest.mark.parametrize(
    ("declared", "observed", "verdict"),
    [
        pytest.param(2, 2, Verdict.PASS, id="same"),
        pytest.param(0, 0, Verdict.PASS, id="none"),
        pytest.param(3, 2, Verdict.FAIL, id="fewer"),
        pytest.param(0, 1, Verdict.FAIL, id="not stopped"),
    ],
)
def test_without_an_autoscaler_the_declared_number_counts(
    declared: int, observed: int, verdict: Verdict
) -> None:
    finding = judge(facts(declared, observed))

    assert finding.verdict is verdict
    assert (finding.declared, finding.observed) == (declared, observed)
    assert finding.provenance == (REPLICAS,)


@pytest.mark.parametrize(
    ("observed", "verdict"),
    [(2, Verdict.FAIL), (3, Verdict.PASS), (10, Verdict.PASS), (11, Verdict.FAIL)],
)
def test_under_an_autoscaler_its_bounds_count(observed: int, verdict: Verdict) -> None:
    finding = judge(facts(2, observed, scalers=(scaler(3, 10),)))

    assert finding.verdict is verdict
    assert finding.declared == {"minimum": 3, "maximum": 10}
    assert finding.provenance == (SCALER,)


def test_a_failure_says_whose_bounds_they_are() -> None:
    finding = judge(facts(NOTHING, 12, scalers=(scaler(3, 10),)))

    assert finding.detail == "spec.replicas is 12 instead of 3 to 10 (HorizontalPodAutoscaler scan)"


def test_keda_may_scale_to_nothing() -> None:
    assert judge(facts(2, 0, scalers=(scaler(0, 5, "ScaledObject"),))).verdict is Verdict.PASS


def test_of_two_autoscalers_the_wider_bounds_count() -> None:
    scalers = (scaler(0, 5, "ScaledObject"), scaler(1, 7))

    assert judge(facts(2, 0, scalers=scalers)).declared == {"minimum": 0, "maximum": 7}


@pytest.mark.parametrize(
    ("scalers", "ignored", "observed", "verdict"),
    [
        pytest.param((), (), 5, Verdict.PASS, id="undeclared autoscaler"),
        pytest.param((), ("/spec/replicas",), 9, Verdict.FAIL, id="ignored, bounds known"),
        pytest.param((scaler(6, 9),), (), 5, Verdict.FAIL, id="the declared one counts first"),
    ],
)
def test_an_autoscaler_of_the_cluster_counts_where_none_is_declared(
    scalers: tuple[DeclaredAutoscaler, ...],
    ignored: tuple[str, ...],
    observed: int,
    verdict: Verdict,
) -> None:
    world = facts(2, observed, scalers=scalers, cluster=(1, 8), ignored=ignored)

    assert judge(world).verdict is verdict


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(facts(NOTHING, 7), id="nothing declared"),
        pytest.param(facts(NOTHING, 7, cluster=(1, 3)), id="only the cluster has an autoscaler"),
        pytest.param(facts(2, 7, ignored=("/spec/replicas",)), id="ignored"),
        pytest.param(facts(2, 7, ignored=("/spec",)), id="ignored with all around"),
        pytest.param(facts(2, 7, key=DAEMONS), id="DaemonSet"),
    ],
)
def test_where_nothing_is_declared_about_replicas_there_is_no_subject(world: Facts) -> None:
    assert list(workload_replicas.judge(world)) == []
    assert list(workload_replicas.CHECK.subjects(world)) == []


def test_another_ignored_pointer_leaves_the_subject() -> None:
    world = facts(2, 2, ignored=("/spec/replicasets", ""))

    assert [one.subject for one in workload_replicas.judge(world)] == list(
        workload_replicas.CHECK.subjects(world)
    )


def test_nobody_fails_by_an_autoscaler_that_could_not_be_seen() -> None:
    known = facts(2, 5).known
    unseen = Facts(
        known={kind: fact for kind, fact in known.items() if kind != ObservedAutoscalers}
    )
    gap = Facts(known=known, gaps={ObservedAutoscalers: (Gap(Source.KUBERNETES, "down"),)})

    for world in (unseen, gap):
        finding = judge(world)
        assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "kubernetes")
    assert judge(Facts(known={**facts(2, 2).known}, gaps=gap.gaps)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "declared",
    ["2", 2.5, True, [1], -1, 1 << 31, pytest.param(1 << 20_000, id="beyond decimal")],
)
def test_a_declared_number_that_is_none_is_unknown(declared: Json) -> None:
    finding = judge(facts(declared, 2))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "kustomize")
    assert "is no number of pods" in finding.detail


def test_what_is_not_in_the_cluster_is_unknown() -> None:
    finding = judge(facts(2, None))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "workload_present")
