from dataclasses import replace
from typing import Any

import pytest

from exporter.checks.service_endpoints import CHECK
from exporter.domain.declaration import WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.memory import Memory
from exporter.domain.objects import DeclaredObjects, ObservedObjects
from exporter.domain.references import SERVICE
from exporter.domain.services import ObservedEndpoints
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads
from tests.checks import of_objects as make
from tests.checks.of_objects import GAP, PLACE, WEB

LABELS = {"app": "web", "tier": "front"}
PORTS = [{"name": "http", "containerPort": 8000}]
POD = make.template(LABELS, containers=[{"name": "web", "ports": PORTS}])
SPEC: dict[str, Any] = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]}


def world(
    spec: dict[str, Any] | None = None,
    *,
    pods: dict[str, Any] | None = None,
    ready: int = 2,
    replicas: int = 2,
    endpoints: ObservedEndpoints | None = None,
) -> Facts:
    service = make.declared(SERVICE, "web", SPEC if spec is None else spec)
    pods = POD if pods is None else pods
    found = () if endpoints is None else (endpoints,)
    return make.facts(
        make.of(service),
        make.seen(service),
        make.workloads(make.workload(pods)),
        make.run(make.running(pods, ready=ready, replicas=replicas)),
        *found,
    )


def only(facts: Facts) -> Finding:
    (finding,) = make.judge(CHECK, facts)
    return finding


def test_a_service_passes_by_its_ready_endpoints() -> None:
    finding = only(world(endpoints=make.endpoints(web=(1, 2))))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "1 of 2 endpoints are ready")
    assert finding.observed == {"ready": 1, "total": 2}
    assert finding.provenance == (PLACE,)


def test_without_ready_endpoints_it_fails_though_its_workloads_are_ready() -> None:
    finding = only(world(endpoints=make.endpoints(web=(0, 2))))

    assert (finding.verdict, finding.cause) == (Verdict.FAIL, None)


def test_that_pods_lack_is_the_matter_of_their_workload() -> None:
    finding = only(world(ready=1, endpoints=make.endpoints(web=(0, 2))))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("workload_ready", Subject("Deployment", "shop", "web"))


def test_that_the_workload_is_missing_is_its_matter() -> None:
    known = world(endpoints=make.endpoints())
    facts = replace(known, known={**known.known, ObservedWorkloads: ObservedWorkloads({})})

    finding = only(facts)

    assert finding.cause == Cause("workload_present", Subject("Deployment", "shop", "web"))


def test_pods_of_a_workload_that_nobody_declares_explain_nothing() -> None:
    known = world(ready=0, endpoints=make.endpoints(web=(0, 2)))
    facts = replace(known, known={**known.known, DeclaredWorkloads: DeclaredWorkloads({})})

    assert only(facts).verdict is Verdict.FAIL


def test_a_workload_that_asks_for_no_pods_leaves_its_service_in_order() -> None:
    finding = only(world(ready=0, replicas=0, endpoints=make.endpoints()))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "its workloads ask for no pods")


@pytest.mark.parametrize(
    ("selector", "verdict"),
    [
        pytest.param({"app": "web"}, Verdict.PASS, id="one label"),
        pytest.param(LABELS, Verdict.PASS, id="all labels"),
        pytest.param({"app": "web", "tier": "back"}, Verdict.FAIL, id="one label differs"),
        pytest.param({"app": "web", "x": "y"}, Verdict.FAIL, id="one label more"),
    ],
)
def test_pods_are_selected_that_bear_all_labels(selector: dict[str, str], verdict: Verdict) -> None:
    counts = make.endpoints(web=(2, 2)) if verdict is Verdict.PASS else make.endpoints()

    finding = only(world({**SPEC, "selector": selector}, endpoints=counts))

    assert finding.verdict is verdict
    assert ("selects the pods of no workload" in finding.detail) is (verdict is Verdict.FAIL)


def test_pods_of_another_namespace_are_not_selected() -> None:
    pods = make.running(POD, WorkloadKey("other", "Deployment", "web"), ready=2, replicas=2)
    service = make.declared(SERVICE, "web", SPEC)

    facts = make.facts(make.of(service), make.seen(service), make.run(pods), make.endpoints())

    assert only(facts).verdict is Verdict.FAIL


def test_pods_of_no_workload_answer_as_well() -> None:
    spec = {**SPEC, "selector": {"app": "database"}}

    assert only(world(spec, endpoints=make.endpoints(web=(1, 1)))).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("port", "ports", "verdict"),
    [
        pytest.param({"port": 80, "targetPort": "http"}, PORTS, Verdict.PASS, id="name"),
        pytest.param({"port": 80, "targetPort": "https"}, PORTS, Verdict.FAIL, id="no such name"),
        pytest.param({"port": 80, "targetPort": "http"}, [], Verdict.FAIL, id="a name of nothing"),
        pytest.param({"port": 80, "targetPort": 8000}, PORTS, Verdict.PASS, id="number"),
        pytest.param({"port": 80, "targetPort": "8000"}, PORTS, Verdict.PASS, id="number as text"),
        pytest.param({"port": 80, "targetPort": 8001}, PORTS, Verdict.FAIL, id="no such number"),
        pytest.param({"port": 80, "targetPort": 8001}, [], Verdict.PASS, id="ports are not named"),
        pytest.param({"port": 8000}, PORTS, Verdict.PASS, id="its own number"),
        pytest.param({"port": 80}, PORTS, Verdict.FAIL, id="not its own number"),
        pytest.param(
            {"port": 80, "targetPort": 8000, "protocol": "UDP"},
            PORTS,
            Verdict.FAIL,
            id="protocol of a number",
        ),
        pytest.param(
            {"port": 80, "targetPort": "http", "protocol": "UDP"},
            PORTS,
            Verdict.FAIL,
            id="protocol of a name",
        ),
    ],
)
def test_target_ports_exist_in_the_pods(
    port: dict[str, Any], ports: list[Any], verdict: Verdict
) -> None:
    pods = make.template(LABELS, containers=[{"name": "web", "ports": ports}])

    finding = only(
        world({**SPEC, "ports": [port]}, pods=pods, endpoints=make.endpoints(web=(2, 2)))
    )

    assert finding.verdict is verdict


def test_a_port_of_a_sidecar_among_the_init_containers_counts() -> None:
    pods = make.template(LABELS, initContainers=[{"name": "proxy", "ports": PORTS}], containers=[])

    assert only(world(pods=pods, endpoints=make.endpoints(web=(2, 2)))).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("spec", "verdict"),
    [
        pytest.param({"type": "ExternalName", "externalName": "db.test"}, Verdict.PASS, id="named"),
        pytest.param({"type": "ExternalName"}, Verdict.FAIL, id="names nothing"),
    ],
)
def test_an_external_name_has_no_endpoints(spec: dict[str, Any], verdict: Verdict) -> None:
    assert only(world(spec, endpoints=make.endpoints())).verdict is verdict


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        pytest.param((1, 1), Verdict.PASS, id="ready"),
        pytest.param((0, 1), Verdict.FAIL, id="not ready"),
        pytest.param((0, 0), Verdict.FAIL, id="none"),
    ],
)
def test_without_a_selector_others_have_to_make_endpoints(
    counts: tuple[int, int], verdict: Verdict
) -> None:
    finding = only(world({"ports": []}, endpoints=make.endpoints(web=counts)))

    assert finding.verdict is verdict


def test_endpoints_that_cannot_be_read_make_a_failure_unknown() -> None:
    hidden = ObservedEndpoints({}, {("shop", "web-x"): GAP})

    assert only(world(endpoints=hidden)).verdict is Verdict.UNKNOWN
    assert only(world({"ports": []}, endpoints=hidden)).verdict is Verdict.UNKNOWN


def test_unreadable_endpoints_of_another_namespace_hide_nothing() -> None:
    hidden = ObservedEndpoints({}, {("other", "web-x"): GAP})

    assert only(world(endpoints=hidden)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("ready", "replicas", "verdict", "cause"),
    [
        pytest.param(1, 1, Verdict.PASS, "", id="ready pods"),
        pytest.param(0, 0, Verdict.PASS, "", id="none asked for"),
        pytest.param(0, 1, Verdict.UNKNOWN, "workload_ready", id="pods lack"),
    ],
)
def test_where_nobody_looks_at_endpoints_ready_pods_are_the_evidence(
    ready: int, replicas: int, verdict: Verdict, cause: str
) -> None:
    finding = only(world(ready=ready, replicas=replicas))

    assert (finding.verdict, finding.observed) == (verdict, None)
    assert (finding.cause.id if finding.cause else "") == cause


def test_where_nobody_looks_at_endpoints_and_no_pods_are_known_it_is_unknown() -> None:
    assert only(world({**SPEC, "selector": {"app": "x"}})).verdict is Verdict.UNKNOWN
    assert only(world({"ports": []})).verdict is Verdict.UNKNOWN


def test_endpoints_of_a_lost_watch_are_none() -> None:
    known = world(endpoints=make.endpoints(web=(0, 2)))

    facts = replace(known, gaps={ObservedEndpoints: (GAP,)})

    assert only(facts).observed is None


def test_a_service_that_is_missing_is_the_matter_of_another_check() -> None:
    service = make.declared(SERVICE, "web", SPEC)

    finding = only(make.facts(make.of(service), ObservedObjects(kinds={SERVICE: {}})))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("object_present", Subject("Service", "shop", "web"))


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(ObservedObjects(gaps={SERVICE: GAP}), id="the kind"),
        pytest.param(ObservedObjects(kinds={SERVICE: {("shop", "web"): GAP}}), id="the object"),
    ],
)
def test_a_service_that_cannot_be_read_is_unknown(observed: ObservedObjects) -> None:
    service = make.declared(SERVICE, "web", SPEC)

    finding = only(make.facts(make.of(service), observed, make.endpoints(web=(1, 1))))

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, GAP.message)


def test_services_at_which_nobody_may_look_are_no_subjects() -> None:
    service = make.declared(SERVICE, "web", SPEC)
    facts = make.facts(make.of(service), ObservedObjects(refused={SERVICE: "forbidden"}))

    assert make.judge(CHECK, facts) == []
    assert list(CHECK.subjects(facts)) == []


def test_what_was_found_holds_until_anything_changes_that_it_rests_on() -> None:
    memory = Memory()
    before = replace(world(endpoints=make.endpoints(web=(1, 1))), memory=memory)
    (first,) = make.judge(CHECK, before)
    memory.next_round()
    (same,) = make.judge(CHECK, before)
    memory.next_round()
    pods = ObservedWorkload(key=WEB, manifest={"spec": {"template": make.template({})}})
    changed = {**before.known, ObservedWorkloads: make.run(pods), **no_endpoints()}

    (after,) = make.judge(CHECK, replace(before, known=changed))

    assert same is first
    assert after.verdict is Verdict.FAIL


def no_endpoints() -> dict[type, object]:
    return {ObservedEndpoints: make.endpoints()}


def test_no_declared_objects_are_no_subjects() -> None:
    assert list(CHECK.subjects(Facts())) == []
    assert list(CHECK.subjects(Facts({DeclaredObjects: DeclaredObjects({})}))) == []
