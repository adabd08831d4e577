from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from exporter.checks.lookup import MAKERS
from exporter.checks.secret_references import CHECK
from exporter.domain.applications import ObservedApplication, ObservedApplications
from exporter.domain.declaration import ApplicationKey, DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.objectkeys import GroupKind
from exporter.domain.objects import ObservedObjects
from exporter.domain.provenance import Place, Source
from exporter.domain.references import (
    CLAIM,
    CONFIG_MAP,
    PRIORITY_CLASS,
    SERVICE_ACCOUNT,
)
from exporter.domain.workloads import ObservedPods, ObservedWorkloads, PodGroup
from tests.checks import of_objects as make
from tests.checks.of_objects import GAP, PLACE, WEB

IN_CLUSTER = "https://kubernetes.default.svc"
SECRET = "hunter2-" + "q7Zr2Lk9"


def container(**fields: Any) -> dict[str, Any]:
    return {"containers": [{"name": "web", **fields}]}


def secret(name: str = "db", **more: Any) -> dict[str, Any]:
    return container(envFrom=[{"secretRef": {"name": name, **more}}])


def config(name: str = "web", **more: Any) -> dict[str, Any]:
    reference = {"name": name, **more}
    return container(env=[{"name": "A", "valueFrom": {"configMapKeyRef": reference}}])


def world(
    pods: dict[str, Any], *more: object, ready: int = 1, replicas: int = 1, waiting: str = ""
) -> Facts:
    pod = make.template({}, **pods)
    groups = PodGroup(
        owner=WEB, node="a", tolerations=(), pods=1, waiting={waiting: 1} if waiting else {}
    )
    return make.facts(
        make.workloads(make.workload(pod)),
        make.run(make.running(pod, ready=ready, replicas=replicas)),
        ObservedPods({WEB: (groups,)}, {}),
        *more,
    )


def only(facts: Facts) -> Finding:
    (finding,) = make.judge(CHECK, facts)
    return finding


REFERENCES = [
    pytest.param(CONFIG_MAP, config(), id="ConfigMap"),
    pytest.param(
        CLAIM,
        {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "web"}}]},
        id="PersistentVolumeClaim",
    ),
    pytest.param(SERVICE_ACCOUNT, {"serviceAccountName": "web"}, id="ServiceAccount"),
    pytest.param(PRIORITY_CLASS, {"priorityClassName": "web"}, id="PriorityClass"),
]


@pytest.mark.parametrize(("kind", "pods"), REFERENCES)
def test_what_pods_name_has_to_be_there(kind: GroupKind, pods: dict[str, Any]) -> None:
    namespace = "" if kind == PRIORITY_CLASS else "shop"
    there = ObservedObjects(kinds={kind: {(namespace, "web"): None}})
    elsewhere = ObservedObjects(kinds={kind: {("other", "web"): None}})

    assert only(world(pods, there)).verdict is Verdict.PASS
    assert only(world(pods, elsewhere)).verdict is Verdict.FAIL
    assert only(world(pods, elsewhere)).detail == f"{kind.kind} web is not in the cluster"


@pytest.mark.parametrize(("kind", "pods"), REFERENCES)
def test_what_is_declared_and_missing_is_the_matter_of_another_check(
    kind: GroupKind, pods: dict[str, Any]
) -> None:
    namespace = "" if kind == PRIORITY_CLASS else "shop"
    wanted = make.declared(kind, "web", namespace=namespace, data={"k": "v"})

    finding = only(world(pods, make.of(wanted), ObservedObjects(kinds={kind: {}})))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("object_present", Subject(kind.kind, namespace, "web"))


def test_what_is_optional_may_be_missing() -> None:
    nothing = ObservedObjects(kinds={CONFIG_MAP: {}})

    assert only(world(config(optional=True), nothing)).verdict is Verdict.PASS


def test_a_kind_that_is_too_old_is_unknown() -> None:
    finding = only(world(config(), ObservedObjects(gaps={CONFIG_MAP: GAP})))

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, GAP.message)


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(ObservedObjects(refused={CONFIG_MAP: "forbidden"}), id="forbidden"),
        pytest.param(ObservedObjects(others="the dump holds none"), id="not in the dump"),
        pytest.param(ObservedObjects(), id="not looked for"),
    ],
)
def test_where_nobody_may_look_pods_that_run_are_the_evidence(observed: ObservedObjects) -> None:
    runs, lacks = world(config(), observed), world(config(), observed, ready=0)

    assert only(runs).verdict is Verdict.PASS
    assert only(lacks).verdict is Verdict.UNKNOWN
    assert only(lacks).cause == Cause("workload_ready", Subject("Deployment", "shop", "web"))


def test_pods_that_wait_for_their_configuration_tell_that_it_lacks() -> None:
    finding = only(world(secret(), ready=0, waiting="CreateContainerConfigError"))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "pods wait (CreateContainerConfigError), and refer to Secret db"


def test_pods_that_wait_for_something_else_tell_nothing() -> None:
    assert only(world(secret(), ready=0, waiting="ImagePullBackOff")).verdict is Verdict.UNKNOWN


def test_of_a_pull_secret_the_images_tell() -> None:
    pods = {"imagePullSecrets": [{"name": "registry"}]}

    finding = only(world(pods, ready=0, waiting="CreateContainerConfigError"))

    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("secrets", "server", "verdict"),
    [
        pytest.param((("shop", "db"),), IN_CLUSTER, Verdict.PASS, id="there"),
        pytest.param((), IN_CLUSTER, Verdict.UNKNOWN, id="not said to be there"),
        pytest.param((("shop", "db"),), "https://10.0.0.1", Verdict.UNKNOWN, id="elsewhere"),
    ],
)
def test_a_secret_that_argo_cd_says_is_there_is_known(
    secrets: tuple[tuple[str, str], ...], server: str, verdict: Verdict
) -> None:
    key = ApplicationKey("argocd", "shop")
    application = ObservedApplication(key=key, secrets=secrets, destination_server=server)

    facts = world(secret(), ObservedApplications({key: application}), ready=0)

    assert only(facts).verdict is verdict


DECLARED = Item(
    source=Source.KUSTOMIZE,
    subject=Subject("Secret", "shop", "db"),
    state=ItemState.OUT_OF_SCOPE,
    place=PLACE,
)
"""A Secret of the code, which is never read."""


def test_a_secret_that_argo_cd_misses_fails_though_it_is_declared() -> None:
    key = ApplicationKey("argocd", "shop")
    application = ObservedApplication(
        key=key, missing_secrets=(("shop", "db"),), destination_server=IN_CLUSTER
    )
    told = ObservedApplications({key: application})

    finding = only(world(secret(), DeclaredItems((DECLARED,)), told))

    assert finding.verdict is Verdict.FAIL
    assert "Secret db is not in the cluster" in finding.detail


def test_a_secret_that_is_declared_is_known() -> None:
    elsewhere = structs.replace(DECLARED, subject=Subject("Secret", "other", "db"))

    known = world(secret(), DeclaredItems((DECLARED,)), ready=0)
    unknown = world(secret(), DeclaredItems((elsewhere,)), ready=0)

    assert only(known).verdict is Verdict.PASS
    assert only(unknown).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "name", "spec"),
    [
        ("ExternalSecret", "db", {}),
        ("ExternalSecret", "x", {"target": {"name": "db"}}),
        ("SealedSecret", "db", {}),
        ("SealedSecret", "x", {"template": {"metadata": {"name": "db"}}}),
        ("Certificate", "x", {"secretName": "db"}),
    ],
)
def test_a_secret_that_a_declared_object_makes_is_known(
    kind: str, name: str, spec: dict[str, Any]
) -> None:
    group = next(one for one in MAKERS if one.kind == kind)

    maker: DeclaredObject = make.declared(group, name, spec)

    assert only(world(secret(), make.of(maker), ready=0)).verdict is Verdict.PASS


def test_a_secret_of_another_name_than_its_maker_goes_by_that() -> None:
    group = next(one for one in MAKERS if one.kind == "ExternalSecret")
    maker = make.declared(group, "db", {"target": {"name": "other"}})

    assert only(world(secret(), make.of(maker), ready=0)).verdict is Verdict.UNKNOWN


def test_a_secret_is_never_looked_up() -> None:
    listed = ObservedObjects(kinds={GroupKind("", "Secret"): {}})

    assert only(world(secret(), listed)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        pytest.param({"data": {"k": "v"}}, Verdict.PASS, id="there"),
        pytest.param({"binaryData": {"k": "v"}}, Verdict.PASS, id="binary"),
        pytest.param({"data": {"other": "v"}}, Verdict.FAIL, id="another"),
        pytest.param({}, Verdict.FAIL, id="none"),
    ],
)
def test_a_declared_config_map_has_the_key_that_is_named(
    data: dict[str, Any], verdict: Verdict
) -> None:
    wanted = make.declared(CONFIG_MAP, "web", **data)

    finding = only(world(config(key="k"), make.of(wanted), make.seen(wanted)))

    assert finding.verdict is verdict


def test_keys_of_a_config_map_that_is_not_fully_known_are_not_judged() -> None:
    wanted = replace(make.declared(CONFIG_MAP, "web"), unknown=GAP)

    assert only(world(config(key="k"), make.of(wanted), make.seen(wanted))).verdict is Verdict.PASS


def test_a_credential_in_a_variable_fails_and_its_value_is_nowhere() -> None:
    pods = container(env=[{"name": "PASSWORD", "value": SECRET}])
    place = Place(Source.KUSTOMIZE, "k8s/patch.yaml", 9)
    pointer = "/spec/template/spec/containers/0/env/0"
    workload = replace(make.workload(make.template({}, **pods)), places={pointer: place})
    facts = world(pods)

    finding = only(replace(facts, known={**facts.known, **known(make.workloads(workload))}))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == ("variable PASSWORD of container web holds a credential in plain text")
    assert finding.provenance[0] == place
    assert SECRET not in repr(finding)


def known(*some: object) -> dict[type, object]:
    return {type(one): one for one in some}


def test_a_workload_that_is_missing_is_its_own_matter_unless_the_code_is_amiss() -> None:
    pods = container(env=[{"name": "PASSWORD", "value": SECRET}])
    missing = ObservedWorkloads({})

    fine, amiss = world(secret(), missing), world(pods, missing)

    assert only(fine).cause == Cause("workload_present", Subject("Deployment", "shop", "web"))
    assert only(amiss).verdict is Verdict.FAIL


def test_a_lost_watch_of_objects_is_none_at_all() -> None:
    facts = world(config(), ObservedObjects(kinds={CONFIG_MAP: {}}), ready=0)

    finding = only(replace(facts, gaps={ObservedObjects: (GAP,)}))

    assert finding.verdict is Verdict.UNKNOWN


def test_pods_that_refer_to_nothing_pass() -> None:
    finding = only(world(container()))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "its pods refer to nothing")
