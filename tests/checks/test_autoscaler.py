from dataclasses import replace
from typing import Any

import pytest

from exporter.checks.autoscaler import CHECK, HPA, SCALED_OBJECT
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.memory import Memory
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import ObservedObjects
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import ObservedWorkloads
from tests.checks import of_objects as make
from tests.checks.of_objects import GAP, PLACE

POD = make.template(containers=[])
TARGET = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}
SPEC = {**TARGET, "minReplicas": 3, "maxReplicas": 10}
WELL = [
    {"type": "AbleToScale", "status": "True", "reason": "ReadyForNewScale"},
    {"type": "ScalingActive", "status": "True", "reason": "ValidMetricFound"},
    {"type": "ScalingLimited", "status": "False", "reason": "DesiredWithinRange"},
]


def condition(kind: str, status: str, reason: str = "", message: str = "") -> dict[str, str]:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def world(
    *conditions: dict[str, str],
    spec: dict[str, Any] | None = None,
    kind: GroupKind = HPA,
    annotations: dict[str, str] | None = None,
    **workload: Any,
) -> Facts:
    metadata = {"annotations": annotations or {}}
    scaler = make.declared(kind, "web", SPEC if spec is None else spec, metadata=metadata)
    return make.facts(
        make.of(scaler),
        make.seen(scaler, status={"web": {"conditions": list(conditions)}}),
        make.workloads(make.workload(POD, **workload)),
        make.run(make.running(POD, ready=3, replicas=3)),
    )


def only(facts: Facts) -> Finding:
    (finding,) = make.judge(CHECK, facts)
    return finding


def test_an_autoscaler_that_can_scale_passes() -> None:
    finding = only(world(*WELL))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "scales Deployment shop/web")
    assert finding.declared == {"minReplicas": 3, "maxReplicas": 10}
    assert finding.observed == {one["type"]: one["status"] for one in WELL}


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        pytest.param(condition("AbleToScale", "False"), Verdict.FAIL, id="not able"),
        pytest.param(
            condition("ScalingActive", "False", "FailedGetResourceMetric"), Verdict.FAIL, id="blind"
        ),
        pytest.param(
            condition("ScalingActive", "False", "ScalingDisabled"), Verdict.PASS, id="at rest"
        ),
        pytest.param(
            condition("ScalingLimited", "True", "TooManyReplicas"), Verdict.FAIL, id="at maximum"
        ),
        pytest.param(
            condition("ScalingLimited", "True", "TooFewReplicas"), Verdict.PASS, id="at minimum"
        ),
        pytest.param(
            condition("ScalingLimited", "False", "TooManyReplicas"), Verdict.PASS, id="no longer"
        ),
        pytest.param(condition("Ready", "False"), Verdict.FAIL, id="KEDA is not ready"),
        pytest.param(condition("Ready", "True"), Verdict.PASS, id="KEDA is ready"),
        pytest.param(condition("Fallback", "True"), Verdict.FAIL, id="KEDA falls back"),
        pytest.param(condition("Fallback", "False"), Verdict.PASS, id="KEDA does not fall back"),
        pytest.param(condition("Active", "False"), Verdict.PASS, id="KEDA has nothing to do"),
        pytest.param(condition("Paused", "True"), Verdict.FAIL, id="paused by hand"),
        pytest.param(condition("Paused", "False"), Verdict.PASS, id="not paused"),
    ],
)
def test_what_keeps_it_from_scaling_fails(told: dict[str, str], verdict: Verdict) -> None:
    assert only(world(*WELL, told)).verdict is verdict


def test_the_reason_is_told() -> None:
    told = condition("ScalingActive", "False", "FailedGetResourceMetric", "no metrics\nreturned")

    finding = only(world(told))

    assert finding.detail == "ScalingActive is False: FailedGetResourceMetric: no metrics returned"


def test_a_pause_that_is_declared_is_none_by_hand() -> None:
    facts = world(
        condition("Paused", "True"),
        kind=SCALED_OBJECT,
        annotations={"autoscaling.keda.sh/paused": "true"},
    )

    assert only(facts).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(3, 10, Verdict.PASS), (10, 10, Verdict.PASS), (11, 10, Verdict.FAIL)],
)
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (HPA, ("minReplicas", "maxReplicas")),
        (SCALED_OBJECT, ("minReplicaCount", "maxReplicaCount")),
    ],
    ids=["HPA", "KEDA"],
)
def test_a_minimum_above_the_maximum_fails(
    *, low: int, high: int, verdict: Verdict, kind: GroupKind, names: tuple[str, str]
) -> None:
    spec = {**TARGET, names[0]: low, names[1]: high}

    assert only(world(*WELL, spec=spec, kind=kind)).verdict is verdict


def test_a_number_of_replicas_in_the_code_contradicts_the_autoscaler_once() -> None:
    facts = world(*WELL, replicas=3)

    finding = only(facts)

    assert finding.verdict is Verdict.FAIL
    assert "Deployment shop/web declares replicas itself" in finding.detail
    assert finding.provenance == (PLACE,)


def test_a_number_of_replicas_that_is_left_to_others_contradicts_nothing() -> None:
    workload = replace(make.workload(POD, replicas=3), ignored=("/spec/replicas",))
    facts = world(*WELL)

    finding = only(replace(facts, known={**facts.known, **known(make.workloads(workload))}))

    assert finding.verdict is Verdict.PASS


def known(*some: object) -> dict[type, object]:
    return {type(one): one for one in some}


def test_the_place_of_the_number_is_named() -> None:
    place = Place(Source.KUSTOMIZE, "k8s/patch.yaml", 7)
    workload = replace(make.workload(POD, replicas=3), places={"/spec/replicas": place})
    facts = world(*WELL)

    finding = only(replace(facts, known={**facts.known, **known(make.workloads(workload))}))

    assert finding.provenance == (place, PLACE)
    assert "k8s/patch.yaml:7" in finding.detail


def test_a_declared_target_that_is_missing_is_its_own_matter() -> None:
    facts = world(*WELL)

    finding = only(replace(facts, known={**facts.known, **known(ObservedWorkloads({}))}))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("workload_present", Subject("Deployment", "shop", "web"))


@pytest.mark.parametrize(
    ("reference", "unseen", "verdict"),
    [
        pytest.param({"kind": "Deployment", "name": "x"}, (), Verdict.FAIL, id="missing"),
        pytest.param({"name": "x"}, (), Verdict.FAIL, id="missing, of the usual kind"),
        pytest.param({"kind": "Engine", "name": "x"}, (), Verdict.PASS, id="of another kind"),
        pytest.param(
            {"kind": "Deployment", "name": "x"}, ("Deployment",), Verdict.PASS, id="not looked at"
        ),
    ],
)
def test_a_target_that_nobody_declares_has_to_be_there(
    reference: dict[str, str], unseen: tuple[str, ...], verdict: Verdict
) -> None:
    facts = world(*WELL, spec={"scaleTargetRef": reference})
    observed = ObservedWorkloads({}, unseen=frozenset(unseen))

    finding = only(replace(facts, known={**facts.known, **known(observed)}))

    assert finding.verdict is verdict


def test_a_failure_stands_beside_what_is_not_known() -> None:
    scaler = make.declared(HPA, "web", {**SPEC, "minReplicas": 11})

    finding = only(make.facts(make.of(scaler), ObservedObjects(kinds={HPA: {}})))

    assert finding.verdict is Verdict.FAIL


def test_an_autoscaler_that_is_missing_is_the_matter_of_another_check() -> None:
    scaler = make.declared(HPA, "web", SPEC)
    running = make.run(make.running(POD, ready=3, replicas=3))

    finding = only(make.facts(make.of(scaler), ObservedObjects(kinds={HPA: {}}), running))

    assert finding.cause == Cause(
        "object_present", Subject("HorizontalPodAutoscaler", "shop", "web")
    )


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(ObservedObjects(gaps={HPA: GAP}), id="the kind"),
        pytest.param(ObservedObjects(kinds={HPA: {("shop", "web"): GAP}}), id="the object"),
        pytest.param(ObservedObjects(kinds={HPA: {("shop", "web"): None}}), id="not read yet"),
        pytest.param(make.seen(make.declared(HPA, "web", SPEC)), id="no conditions yet"),
    ],
)
def test_an_autoscaler_that_does_not_tell_is_unknown(observed: ObservedObjects) -> None:
    scaler = make.declared(HPA, "web", SPEC)
    running = make.run(make.running(POD, ready=3, replicas=3))

    finding = only(make.facts(make.of(scaler), observed, running))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause(Source.KUBERNETES))


def test_autoscalers_at_which_nobody_may_look_are_no_subjects() -> None:
    scaler = make.declared(HPA, "web", SPEC)
    facts = make.facts(make.of(scaler), ObservedObjects(refused={HPA: "forbidden"}))

    assert make.judge(CHECK, facts) == []
    assert list(CHECK.subjects(facts)) == []


def test_what_was_found_holds_until_its_target_goes() -> None:
    memory = Memory()
    before = replace(world(*WELL), memory=memory)
    (first,) = make.judge(CHECK, before)
    memory.next_round()
    (same,) = make.judge(CHECK, before)
    memory.next_round()

    (after,) = make.judge(
        CHECK, replace(before, known={**before.known, **known(ObservedWorkloads({}))})
    )

    assert same is first
    assert after.verdict is Verdict.UNKNOWN
