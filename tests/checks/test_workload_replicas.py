from collections.abc import Mapping
from typing import Any

import pytest

from exporter.checks import workload_replicas
from exporter.domain.declaration import DeclaredAutoscaler, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Extent, Facts, Gap
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.json import Json
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedAutoscalers,
    ObservedWorkload,
    ObservedWorkloads,
    UnreadableAutoscaler,
)
from exporter.runtime.expected import Expected

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
    leaves: str = "",
    key: WorkloadKey = KEY,
) -> Facts:
    workload = DeclaredWorkload(
        key=key,
        manifest={"spec": {} if declared is NOTHING else {"replicas": declared}},
        place=PLACE,
        places={"/spec/replicas": REPLICAS},
        ignored=ignored,
        leaves=leaves,
    )
    seen = (
        {} if observed is None else {key: ObservedWorkload(key=key, manifest={}, replicas=observed)}
    )
    return expecting(
        {
            DeclaredWorkloads: DeclaredWorkloads({key: workload}, autoscalers=scalers),
            ObservedWorkloads: ObservedWorkloads(seen),
            ObservedAutoscalers: ObservedAutoscalers({KEY: cluster} if cluster else {}),
        }
    )


def expecting(known: Mapping[type, object], *, gap: Gap | None = None) -> Facts:
    gaps: dict[type, tuple[Gap, ...]] = {ObservedAutoscalers: (gap,)} if gap else {}
    return Expected().known(Facts(known, gaps=gaps))


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
        pytest.param(facts(2, 7, key=DAEMONS), id="DaemonSet"),
    ],
)
def test_where_nothing_is_declared_about_replicas_there_is_no_subject(world: Facts) -> None:
    assert list(workload_replicas.judge(world)) == []
    assert list(workload_replicas.CHECK.subjects(world)) == []


@pytest.mark.parametrize("pointer", ["/spec/replicas", "/spec"])
def test_a_number_that_is_left_to_others_is_right_whatever_it_is(pointer: str) -> None:
    world = facts(2, 7, ignored=(pointer,))

    finding = judge(world)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, 7)
    assert list(workload_replicas.CHECK.subjects(world)) == [finding.subject]


def test_a_workload_that_is_not_there_has_no_number() -> None:
    world = facts(2, None, ignored=("/spec/replicas",))

    assert judge(world).verdict is Verdict.UNKNOWN


def test_another_ignored_pointer_leaves_the_subject() -> None:
    world = facts(2, 2, ignored=("/spec/replicasets", ""))

    assert [one.subject for one in workload_replicas.judge(world)] == list(
        workload_replicas.CHECK.subjects(world)
    )


DOWN = Gap(Source.KUBERNETES, "down")
ODD = Gap(Source.KUBERNETES, "an odd ScaledObject", Extent(names=frozenset({KEY.name})))


@pytest.mark.parametrize("gap", [DOWN, ODD])
def test_nobody_fails_by_an_autoscaler_that_could_not_be_seen(gap: Gap) -> None:
    finding = judge(expecting(facts(2, 5).known, gap=gap))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("kubernetes"))


def test_without_autoscalers_that_could_be_seen_another_number_is_unknown() -> None:
    known = facts(2, 5).known
    unseen = {kind: fact for kind, fact in known.items() if kind is not ObservedAutoscalers}

    assert judge(expecting(unseen)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("gap", [DOWN, ODD])
def test_what_an_autoscaler_allowed_that_cannot_be_relied_on_passes_no_more(gap: Gap) -> None:
    finding = judge(expecting(facts(2, 5, cluster=(3, 10)).known, gap=gap))

    assert finding.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("gap", [DOWN, ODD])
def test_the_declared_number_is_right_whoever_could_be_seen(gap: Gap) -> None:
    assert judge(expecting(facts(2, 2).known, gap=gap)).verdict is Verdict.PASS


@pytest.mark.parametrize("gap", [DOWN, ODD])
def test_a_declared_autoscaler_decides_whoever_could_be_seen(gap: Gap) -> None:
    world = facts(2, 12, scalers=(scaler(3, 10),)).known

    assert judge(expecting(world, gap=gap)).verdict is Verdict.FAIL


def test_a_gap_that_does_not_concern_a_workload_leaves_it_as_it_is() -> None:
    other = Gap(Source.KUBERNETES, "an odd ScaledObject", Extent(names=frozenset({"other"})))

    assert judge(expecting(facts(2, 5).known, gap=other)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "declared",
    ["2", 2.5, True, [1], -1, 1 << 31, pytest.param(1 << 20_000, id="beyond decimal")],
)
def test_a_declared_number_that_is_none_is_unknown(declared: Json) -> None:
    finding = judge(facts(declared, 2))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("kustomize"))
    assert "is no number of pods" in finding.detail


def test_what_is_not_in_the_cluster_is_unknown() -> None:
    finding = judge(facts(2, None))

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_present", finding.subject),
    )


ODD = Gap(Source.KUBERNETES, "HorizontalPodAutoscaler api/odd cannot be read")


def beside_an_unreadable_autoscaler(
    world: Facts, *, target: str = "", namespace: str = "api"
) -> Facts:
    key = WorkloadKey(namespace, "Deployment", target) if target else None
    odd = UnreadableAutoscaler(ODD, namespace, key)
    bounds = world.get(ObservedAutoscalers).bounds
    return Facts({**world.known, ObservedAutoscalers: ObservedAutoscalers(bounds, (odd,))})


@pytest.mark.parametrize(
    ("world", "verdict"),
    [
        pytest.param(facts(2, 2), Verdict.PASS, id="as declared"),
        pytest.param(facts(2, 5), Verdict.UNKNOWN, id="otherwise"),
        pytest.param(facts(2, 5, cluster=(3, 10)), Verdict.PASS, id="within known bounds"),
        pytest.param(facts(2, 12, cluster=(3, 10)), Verdict.UNKNOWN, id="beyond known bounds"),
        pytest.param(facts(2, 12, scalers=(scaler(3, 10),)), Verdict.FAIL, id="declared bounds"),
    ],
)
def test_an_autoscaler_that_cannot_be_read_may_have_set_them(
    world: Facts, verdict: Verdict
) -> None:
    finding = judge(beside_an_unreadable_autoscaler(world, target="scan-api"))

    assert finding.verdict is verdict
    assert (ODD.message in finding.detail) is (verdict is Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("target", "namespace", "verdict"),
    [
        pytest.param("", "api", Verdict.UNKNOWN, id="of its namespace"),
        pytest.param("", "web", Verdict.FAIL, id="of another namespace"),
        pytest.param("other", "api", Verdict.FAIL, id="of another workload"),
    ],
)
def test_an_autoscaler_that_cannot_be_read_concerns_what_it_may_scale(
    target: str, namespace: str, verdict: Verdict
) -> None:
    world = beside_an_unreadable_autoscaler(facts(2, 5), target=target, namespace=namespace)

    assert judge(world).verdict is verdict


def test_bounds_that_are_too_old_prove_nothing() -> None:
    world = facts(2, 5, cluster=(3, 10))
    gap = Gap(Source.KUBERNETES, "horizontalpodautoscalers: last seen too long ago")

    finding = judge(Facts(world.known, {ObservedAutoscalers: (gap,)}))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("kubernetes"))


@pytest.mark.parametrize(
    ("observed", "verdict"),
    [
        pytest.param(2, Verdict.PASS, id="as declared"),
        pytest.param(3, Verdict.UNKNOWN, id="another number"),
    ],
)
def test_a_number_that_may_be_left_to_others_does_not_fail(observed: int, verdict: Verdict) -> None:
    finding = judge(facts(2, observed, leaves="a.yaml:9: what hpa owns"))

    assert finding.verdict is verdict
    assert ("what hpa owns" in finding.detail) is (verdict is Verdict.UNKNOWN)
