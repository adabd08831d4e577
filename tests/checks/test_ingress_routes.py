from dataclasses import replace
from typing import Any

import pytest

from exporter.checks.ingress_routes import CHECK
from exporter.domain.applications import ObservedApplication, ObservedApplications
from exporter.domain.declaration import ApplicationKey, DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.memory import Memory
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import ObservedObject, ObservedObjects
from exporter.domain.references import (
    DESTINATION_RULE,
    GATEWAY,
    GATEWAY_CLASS,
    INGRESS,
    INGRESS_CLASS,
    ISTIO_GATEWAY,
    ROUTES,
    SERVICE,
    SERVICE_ENTRY,
    VIRTUAL_SERVICE,
)
from exporter.domain.services import ObservedEndpoints
from tests.checks import of_objects as make
from tests.checks.of_objects import GAP

Json = dict[str, Any]
HTTP = next(one for one in ROUTES if one.kind == "HTTPRoute")
POD = make.template({"app": "web"}, containers=[])
WEB = make.declared(
    SERVICE, "web", {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}
)
READY = make.endpoints(web=(1, 1))
BEHIND = Cause("service_endpoints", Subject("Service", "shop", "web"))


def path(name: str = "web", port: Json | None = None, at: str = "/", kind: str = "Prefix") -> Json:
    backend = {"service": {"name": name, "port": port or {"number": 80}}}
    return {"path": at, "pathType": kind, "backend": backend}


def ingress(*paths: Json, name: str = "web", host: str = "a.test", **more: Any) -> DeclaredObject:
    metadata = more.pop("metadata", {})
    spec = {"rules": [{"host": host, "http": {"paths": [*paths]}}], **more}
    return make.declared(INGRESS, name, spec, metadata=metadata)


def world(
    *routes: DeclaredObject,
    services: tuple[DeclaredObject, ...] = (WEB,),
    others: tuple[object, ...] = (READY,),
    status: Json | None = None,
    kinds: dict[GroupKind, dict[tuple[str, str], ObservedObject | Gap | None]] | None = None,
) -> Facts:
    told = dict.fromkeys((one.key.name for one in routes), status or {"addresses": 1})
    return make.facts(
        make.of(*routes, *services),
        make.seen(*routes, *services, status=told, kinds=kinds or {}),
        make.workloads(make.workload(POD)),
        make.run(make.running(POD, ready=1, replicas=1)),
        *others,
    )


def first(facts: Facts) -> Finding:
    return make.judge(CHECK, facts)[0]


def changed(facts: Facts, *some: object) -> Facts:
    return replace(facts, known={**facts.known, **{type(one): one for one in some}})


def test_an_ingress_that_leads_to_a_service_that_answers_passes() -> None:
    finding = first(world(ingress(path())))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "leads to 1 Services that answer")
    assert finding.declared == ["shop/web:80"]


@pytest.mark.parametrize(
    ("port", "verdict"),
    [
        pytest.param({"number": 80}, Verdict.PASS, id="number"),
        pytest.param({"name": "http"}, Verdict.PASS, id="name"),
        pytest.param({"number": 81}, Verdict.FAIL, id="no such number"),
        pytest.param({"name": "https"}, Verdict.FAIL, id="no such name"),
    ],
)
def test_its_port_is_one_of_the_service(port: Json, verdict: Verdict) -> None:
    assert first(world(ingress(path(port=port)))).verdict is verdict


def test_the_old_form_of_a_backend_counts_as_well() -> None:
    old = {"path": "/", "backend": {"serviceName": "web", "servicePort": 81}}

    assert "has no port 81" in first(world(ingress(old))).detail


def test_the_default_backend_counts_as_well() -> None:
    backend = {"service": {"name": "gone", "port": {"number": 80}}}

    finding = first(world(ingress(path(), defaultBackend=backend)))

    assert finding.detail == "Service gone is not in the cluster"


def test_a_service_that_is_nowhere_fails() -> None:
    assert first(world(ingress(path("gone")))).verdict is Verdict.FAIL


def test_a_declared_service_that_is_missing_is_the_matter_of_another_check() -> None:
    facts = world(ingress(path()))
    seen = make.seen(ingress(path()), status={"web": {"addresses": 1}}, kinds={SERVICE: {}})

    finding = first(changed(facts, seen))

    assert finding.cause == Cause("object_present", Subject("Service", "shop", "web"))


def test_a_service_without_endpoints_is_the_matter_of_its_own_check() -> None:
    finding = first(world(ingress(path()), others=(make.endpoints(web=(0, 1)),)))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, BEHIND)


def test_a_service_that_nobody_declares_has_to_answer() -> None:
    kinds: Any = {SERVICE: {("shop", "web"): None}}

    answers = world(ingress(path()), services=(), kinds=kinds)
    silent = world(ingress(path()), services=(), kinds=kinds, others=(make.endpoints(),))
    hidden = ObservedEndpoints({}, {("shop", "web-x"): GAP})
    unclear = world(ingress(path()), services=(), kinds=kinds, others=(hidden,))

    assert first(answers).verdict is Verdict.PASS
    assert first(silent).detail == "Service web has no ready endpoints"
    assert first(unclear).verdict is Verdict.UNKNOWN


def test_a_service_whose_workloads_ask_for_no_pods_is_in_order() -> None:
    facts = world(ingress(path()), others=(make.endpoints(),))
    rests = make.run(make.running(POD, ready=0, replicas=0))

    assert first(changed(facts, rests)).verdict is Verdict.PASS


def test_where_nobody_looks_at_endpoints_none_are_missed() -> None:
    assert first(world(ingress(path()), others=())).verdict is Verdict.PASS


def test_an_external_name_has_no_endpoints() -> None:
    outside = make.declared(SERVICE, "web", {"type": "ExternalName", "externalName": "x.test"})

    facts = world(ingress(path()), services=(outside,), others=(make.endpoints(),))

    assert first(facts).verdict is Verdict.PASS


def test_an_ingress_without_an_address_fails() -> None:
    finding = first(world(ingress(path()), status={"addresses": 0}))

    assert finding.detail == "it has been given no address"


@pytest.mark.parametrize(
    ("classes", "verdict"),
    [
        pytest.param({("", "nginx"): None}, Verdict.PASS, id="there"),
        pytest.param({}, Verdict.FAIL, id="missing"),
    ],
)
def test_its_class_exists(classes: Any, verdict: Verdict) -> None:
    facts = world(ingress(path(), ingressClassName="nginx"), kinds={INGRESS_CLASS: classes})

    assert first(facts).verdict is verdict


def test_a_class_that_nobody_may_look_at_is_not_missed() -> None:
    assert first(world(ingress(path(), ingressClassName="nginx"))).verdict is Verdict.PASS


def test_two_ingresses_of_one_path_are_told_once() -> None:
    one, two = ingress(path(), name="a"), ingress(path(), name="b")

    found = make.judge(CHECK, world(one, two))

    assert [finding.verdict for finding in found] == [Verdict.PASS, Verdict.FAIL]
    assert found[1].detail == "a.test/ is routed by Ingress shop/a, too"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(ingress(path(), name="b", host="b.test"), id="host"),
        pytest.param(ingress(path(at="/b"), name="b"), id="path"),
        pytest.param(ingress(path(kind="Exact"), name="b"), id="type of the path"),
        pytest.param(
            ingress(
                path(),
                name="b",
                metadata={"annotations": {"kubernetes.io/ingress.class": "internal"}},
            ),
            id="class",
        ),
        pytest.param(
            ingress(
                path(),
                name="b",
                metadata={"annotations": {"nginx.ingress.kubernetes.io/canary": "true"}},
            ),
            id="canary",
        ),
    ],
)
def test_what_differs_from_another_ingress_is_no_duplicate(other: DeclaredObject) -> None:
    found = make.judge(CHECK, world(ingress(path(), name="a"), other))

    assert {finding.verdict for finding in found} == {Verdict.PASS}


def conditions(**told: str) -> list[Json]:
    return [{"type": name, "status": status, "reason": "Why"} for name, status in told.items()]


def route(**more: Any) -> DeclaredObject:
    backend = {"name": "web", "port": 80, **more.pop("backend", {})}
    spec = {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": [backend]}], **more}
    return make.declared(HTTP, "web", spec)


def accepted(parent: Json | None = None, **told: str) -> Json:
    said = conditions(**{"Accepted": "True", "ResolvedRefs": "True", **told})
    return {"parents": [{"parentRef": parent or {"name": "edge"}, "conditions": said}]}


EDGE: Any = {GATEWAY: {("shop", "edge"): None}}


def test_a_route_that_its_gateway_accepts_passes() -> None:
    assert first(world(route(), status=accepted(), kinds=EDGE)).verdict is Verdict.PASS


@pytest.mark.parametrize("kind", ROUTES, ids=str)
def test_all_kinds_of_routes_are_followed(kind: GroupKind) -> None:
    spec = {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": [{"name": "gone"}]}]}

    finding = first(world(make.declared(kind, "web", spec), status=accepted(), kinds=EDGE))

    assert finding.detail == "Service gone is not in the cluster"


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        pytest.param({}, "Gateway edge says nothing of it", id="nothing"),
        pytest.param(
            accepted({"name": "other"}), "Gateway edge says nothing of it", id="another gateway"
        ),
        pytest.param(
            accepted({"name": "edge", "namespace": "other"}),
            "Gateway edge says nothing of it",
            id="of another namespace",
        ),
        pytest.param(
            accepted({"name": "edge", "sectionName": "https"}),
            "Gateway edge says nothing of it",
            id="another listener",
        ),
        pytest.param(
            accepted(Accepted="False"), "Accepted by Gateway edge is False: Why", id="refused"
        ),
        pytest.param(
            accepted(ResolvedRefs="False"),
            "ResolvedRefs by Gateway edge is False: Why",
            id="not resolved",
        ),
    ],
)
def test_a_route_that_its_gateway_does_not_accept_fails(status: Json, detail: str) -> None:
    assert first(world(route(), status=status or {"x": 1}, kinds=EDGE)).detail == detail


def test_a_route_of_a_gateway_that_is_nowhere_fails() -> None:
    finding = first(world(route(), status=accepted(), kinds={GATEWAY: {}}))

    assert finding.detail == "Gateway edge is not in the cluster"


@pytest.mark.parametrize(
    ("backend", "verdict"),
    [
        pytest.param({"port": 81}, Verdict.FAIL, id="no such port"),
        pytest.param({"name": "gone"}, Verdict.FAIL, id="no such Service"),
        pytest.param({"name": "gone", "weight": 0}, Verdict.PASS, id="no traffic"),
        pytest.param({"name": "gone", "kind": "Bucket"}, Verdict.PASS, id="no Service"),
        pytest.param({"name": "web", "namespace": "other"}, Verdict.FAIL, id="elsewhere"),
    ],
)
def test_backends_of_a_route_are_looked_up(backend: Json, verdict: Verdict) -> None:
    assert first(world(route(backend=backend), status=accepted(), kinds=EDGE)).verdict is verdict


@pytest.mark.parametrize(
    ("status", "classes", "verdict"),
    [
        pytest.param(
            conditions(Accepted="True", Programmed="True"), {("", "c"): None}, Verdict.PASS, id="ok"
        ),
        pytest.param(
            conditions(Accepted="True", Programmed="False"), {("", "c"): None}, Verdict.FAIL, id="p"
        ),
        pytest.param(
            conditions(Accepted="False", Programmed="True"), {("", "c"): None}, Verdict.FAIL, id="a"
        ),
        pytest.param(
            conditions(Accepted="True", Programmed="True"), {}, Verdict.FAIL, id="no class"
        ),
        pytest.param([], {("", "c"): None}, Verdict.FAIL, id="nothing told"),
    ],
)
def test_a_gateway_is_programmed_by_the_controller_of_its_class(
    status: list[Json], classes: Any, verdict: Verdict
) -> None:
    gateway = make.declared(GATEWAY, "edge", {"gatewayClassName": "c"})

    facts = world(
        gateway, status={"conditions": status, "addresses": 1}, kinds={GATEWAY_CLASS: classes}
    )

    assert first(facts).verdict is verdict


def test_a_gateway_without_an_address_fails() -> None:
    gateway = make.declared(GATEWAY, "edge", {"gatewayClassName": "c"})
    told = conditions(Accepted="True", Programmed="True")

    finding = first(world(gateway, status={"conditions": told, "addresses": 0}))

    assert finding.detail == "it has been given no address"


def virtual(
    host: str = "web", port: int = 80, subset: str = "", kind: str = "http", **more: Any
) -> DeclaredObject:
    destination = {"host": host, "port": {"number": port}, **({"subset": subset} if subset else {})}
    spec = {"hosts": ["a.test"], kind: [{"route": [{"destination": destination}]}], **more}
    return make.declared(VIRTUAL_SERVICE, "web", spec)


@pytest.mark.parametrize("kind", ["http", "tls", "tcp"])
@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        pytest.param("web", Verdict.PASS, id="short"),
        pytest.param("web.shop.svc.cluster.local", Verdict.PASS, id="full"),
        pytest.param("gone", Verdict.FAIL, id="nowhere"),
        pytest.param("web.other.svc.cluster.local", Verdict.FAIL, id="elsewhere"),
        pytest.param("api.example.org", Verdict.UNKNOWN, id="outside, where nobody may look"),
    ],
)
def test_destinations_of_a_virtual_service_are_looked_up(
    host: str, verdict: Verdict, kind: str
) -> None:
    assert first(world(virtual(host, kind=kind))).verdict is verdict


def test_a_mirror_is_a_destination_as_well() -> None:
    mirror = {"mirror": {"host": "gone"}, "route": [{"destination": {"host": "web"}}]}

    finding = first(world(make.declared(VIRTUAL_SERVICE, "web", {"http": [mirror]})))

    assert finding.detail == "Service gone is not in the cluster"


def test_a_port_of_a_destination_is_one_of_the_service() -> None:
    assert first(world(virtual(port=81))).detail == "Service web has no port 81"


@pytest.mark.parametrize(
    ("gateway", "verdict"),
    [
        pytest.param("mesh", Verdict.PASS, id="mesh"),
        pytest.param("edge", Verdict.PASS, id="its own namespace"),
        pytest.param("./edge", Verdict.PASS, id="its own namespace by a dot"),
        pytest.param("shop/edge", Verdict.PASS, id="with namespace"),
        pytest.param("other/edge", Verdict.FAIL, id="of another namespace"),
        pytest.param("gone", Verdict.FAIL, id="nowhere"),
    ],
)
def test_gateways_of_a_virtual_service_exist(gateway: str, verdict: Verdict) -> None:
    kinds: Any = {ISTIO_GATEWAY: {("shop", "edge"): None}}

    assert first(world(virtual(gateways=[gateway]), kinds=kinds)).verdict is verdict


@pytest.mark.parametrize(
    ("allowed", "verdict"),
    [
        pytest.param("a.test", Verdict.PASS, id="same"),
        pytest.param("*", Verdict.PASS, id="any"),
        pytest.param("*.test", Verdict.PASS, id="below"),
        pytest.param("shop/a.test", Verdict.PASS, id="with namespace"),
        pytest.param("b.test", Verdict.FAIL, id="another"),
    ],
)
def test_its_gateway_lets_its_hosts_in(allowed: str, verdict: Verdict) -> None:
    spec = {"selector": {"app": "web"}, "servers": [{"hosts": [allowed]}]}
    edge = make.declared(ISTIO_GATEWAY, "edge", spec)

    found = make.judge(CHECK, world(virtual(gateways=["edge"]), edge))

    assert {one.subject.kind: one.verdict for one in found} == {
        "Gateway": Verdict.PASS,
        "VirtualService": verdict,
    }


@pytest.mark.parametrize(
    ("selector", "ready", "verdict"),
    [
        pytest.param({"app": "web"}, 1, Verdict.PASS, id="ready"),
        pytest.param({"app": "web"}, 0, Verdict.UNKNOWN, id="not ready"),
        pytest.param({"istio": "ingressgateway"}, 1, Verdict.FAIL, id="nobody"),
    ],
)
def test_an_istio_gateway_selects_pods_that_answer(
    selector: Json, ready: int, verdict: Verdict
) -> None:
    facts = world(make.declared(ISTIO_GATEWAY, "edge", {"selector": selector}))

    finding = first(changed(facts, make.run(make.running(POD, ready=ready, replicas=1))))

    assert finding.verdict is verdict


RULE = make.declared(DESTINATION_RULE, "web", {"host": "web", "subsets": [{"name": "v1"}]})


@pytest.mark.parametrize(
    ("subset", "others", "verdict"),
    [
        pytest.param("v1", {}, Verdict.PASS, id="there"),
        pytest.param("v2", {}, Verdict.FAIL, id="missing"),
        pytest.param("v2", {("shop", "x"): None}, Verdict.UNKNOWN, id="maybe of another rule"),
    ],
)
def test_a_subset_is_one_of_a_destination_rule(subset: str, others: Any, verdict: Verdict) -> None:
    facts = world(virtual(subset=subset), services=(WEB, RULE))
    seen = ObservedObject("v1", RULE.manifest)
    kinds: Any = {DESTINATION_RULE: {("shop", "web"): seen, **others}}
    observed = make.seen(virtual(subset=subset), WEB, kinds=kinds)

    assert first(changed(facts, observed)).verdict is verdict


ENTRY = make.declared(SERVICE_ENTRY, "out", {"hosts": ["api.example.org", "*.example.net"]})


@pytest.mark.parametrize(
    ("host", "entries", "verdict"),
    [
        pytest.param("api.example.org", {("shop", "out"): None}, Verdict.PASS, id="there"),
        pytest.param("a.example.net", {("shop", "out"): None}, Verdict.PASS, id="by a wildcard"),
        pytest.param("a.example.com", {("shop", "out"): None}, Verdict.FAIL, id="of none"),
        pytest.param(
            "a.example.com",
            {("shop", "out"): None, ("shop", "x"): None},
            Verdict.UNKNOWN,
            id="maybe of another one",
        ),
        pytest.param("api.example.org", {}, Verdict.UNKNOWN, id="declared, and not there"),
        pytest.param("a.example.com", None, Verdict.UNKNOWN, id="nobody may look"),
    ],
)
def test_a_host_outside_is_one_of_a_service_entry(
    host: str, entries: Any, verdict: Verdict
) -> None:
    route = virtual(host)
    kinds = {} if entries is None else {SERVICE_ENTRY: entries}
    facts = world(route, services=(WEB, ENTRY))

    assert first(changed(facts, make.seen(route, WEB, kinds=kinds))).verdict is verdict


@pytest.mark.parametrize(
    ("missing", "verdict"),
    [
        pytest.param((("shop", "cert"),), Verdict.FAIL, id="missing"),
        pytest.param((("other", "cert"),), Verdict.PASS, id="of another namespace"),
        pytest.param((), Verdict.PASS, id="nothing is known"),
    ],
)
def test_a_certificate_that_argo_cd_misses_fails(
    missing: tuple[tuple[str, str], ...], verdict: Verdict
) -> None:
    key = ApplicationKey("argocd", "shop")
    server = "https://kubernetes.default.svc"
    told = ObservedApplication(key=key, missing_secrets=missing, destination_server=server)
    route = ingress(path(), tls=[{"hosts": ["a.test"], "secretName": "cert"}, {"hosts": ["b"]}])
    facts = world(route, others=(READY, ObservedApplications({key: told})))

    finding = first(facts)

    assert finding.verdict is verdict
    assert ("Secret cert is not in the cluster" in finding.detail) is (verdict is Verdict.FAIL)


@pytest.mark.parametrize(
    ("observed", "cause"),
    [
        pytest.param(
            ObservedObjects(kinds={INGRESS: {}, SERVICE: {("shop", "web"): None}}),
            "object_present",
            id="missing",
        ),
        pytest.param(
            ObservedObjects(gaps={INGRESS: GAP}, kinds={SERVICE: {("shop", "web"): None}}),
            "kubernetes",
            id="the kind",
        ),
        pytest.param(
            ObservedObjects(kinds={INGRESS: {("shop", "web"): GAP}}), "kubernetes", id="the object"
        ),
        pytest.param(
            ObservedObjects(kinds={INGRESS: {("shop", "web"): None}}), "kubernetes", id="unread"
        ),
    ],
)
def test_a_route_that_is_not_known_is_unknown(observed: ObservedObjects, cause: str) -> None:
    finding = first(changed(world(ingress(path())), observed))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause is not None
    assert finding.cause.id == cause


def test_routes_at_which_nobody_may_look_are_no_subjects() -> None:
    facts = changed(world(ingress(path())), ObservedObjects(refused={INGRESS: "forbidden"}))

    assert make.judge(CHECK, facts) == []
    assert list(CHECK.subjects(facts)) == []


def test_gateways_of_two_groups_are_one_subject() -> None:
    one = make.declared(GATEWAY, "edge", {"gatewayClassName": "c"})
    other = make.declared(ISTIO_GATEWAY, "edge", {"selector": {"app": "web"}})

    (finding,) = make.judge(CHECK, world(one, other))

    assert finding.verdict is Verdict.FAIL


def test_what_was_found_holds_until_anything_changes_that_it_rests_on() -> None:
    memory = Memory()
    before = replace(world(ingress(path())), memory=memory)
    (one,) = make.judge(CHECK, before)
    memory.next_round()
    (same,) = make.judge(CHECK, before)
    memory.next_round()

    (after,) = make.judge(CHECK, changed(before, make.endpoints(web=(0, 1))))

    assert same is one
    assert after.verdict is Verdict.UNKNOWN
