"""Kubernetes and the operators take every object that the chart renders."""

import copy
from pathlib import Path

import kubernetes_validate
import pytest

from tests.helm.rendered import CASES, NEW, OLD, Json, case, kube_version, render
from tests.helm.restricted import containers, violations
from tests.helm.schemas import problem

NEWEST = kubernetes_validate.latest_version()
EVERYTHING = next(path for path in CASES if path.stem.startswith("everything"))
PLAIN = "gitSync: {repo: https://example.org/r, native: false}\n"

each_case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


@pytest.mark.parametrize("version", ["1.29", "1.33", NEWEST])
@each_case
def test_every_object_is_valid(path: Path, version: str) -> None:
    found = [problem(one, version=version) for one in case(path).objects]

    assert [one for one in found if one] == []


@pytest.mark.parametrize("version", ["1.25", "1.26", "1.28"])
@each_case
def test_every_object_is_valid_without_native_sidecars(path: Path, version: str) -> None:
    rendered = render(path.read_text(), "gitSync: {native: false}\n", kube=f"v{version}.0")

    found = [problem(one, version=version) for one in rendered.objects]

    assert [one for one in found if one] == []


def test_a_field_that_kubernetes_does_not_know_is_noticed() -> None:
    deployment = copy.deepcopy(case(EVERYTHING).one("Deployment"))
    deployment["spec"]["template"]["spec"]["nodeSelectors"] = {}

    assert "nodeSelectors" in problem(deployment, version=NEWEST)


@pytest.mark.parametrize("kind", ["PodMonitor", "PrometheusRule"])
def test_a_field_that_an_operator_does_not_know_is_noticed(kind: str) -> None:
    content = copy.deepcopy(case(EVERYTHING).one(kind))
    content["spec"]["interval"] = "30s"

    assert "interval" in problem(content, version=NEWEST)


@each_case
def test_pods_are_restricted(path: Path) -> None:
    assert violations(case(path).pod) == []


def test_pods_without_native_sidecars_are_restricted() -> None:
    pod = render(PLAIN, kube=OLD).pod

    assert len(list(containers(pod))) == 3
    assert violations(pod) == []


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        pytest.param({"runAsNonRoot": None}, "may run as root", id="root"),
        pytest.param({"runAsUser": 0}, "may run as root", id="user 0"),
        pytest.param({"capabilities": {"drop": []}}, "keeps capabilities", id="capabilities"),
        pytest.param({"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}, "adds", id="more"),
        pytest.param({"seccompProfile": None}, "has no seccomp profile", id="seccomp"),
        pytest.param({"allowPrivilegeEscalation": True}, "may gain privileges", id="escalation"),
        pytest.param({"privileged": True}, "is privileged", id="privileged"),
    ],
)
def test_a_container_that_is_not_restricted_is_noticed(change: Json, violation: str) -> None:
    pod = copy.deepcopy(case(EVERYTHING).pod)
    pod["securityContext"] = {}
    own = pod["containers"][0]["securityContext"]
    own.update(change)
    pod["containers"][0]["securityContext"] = {k: v for k, v in own.items() if v is not None}

    assert any(violation in one for one in violations(pod))


def test_a_folder_of_the_node_is_noticed() -> None:
    pod = {"containers": [], "volumes": [{"name": "a", "hostPath": {"path": "/"}}]}

    assert violations(pod) == ["volume hostPath"]


@each_case
def test_containers_write_nowhere_but_to_volumes_and_have_numeric_users(path: Path) -> None:
    pod = case(path).pod

    for container in containers(pod):
        context = {**pod["securityContext"], **container["securityContext"]}
        assert context["readOnlyRootFilesystem"] is True
        assert context["runAsUser"] > 0
        assert any(mount["mountPath"] == "/tmp" for mount in container["volumeMounts"])  # noqa: S108 - the pod's


@each_case
def test_every_mount_has_a_volume_and_every_volume_a_mount(path: Path) -> None:
    pod = case(path).pod

    mounted = {mount["name"] for one in containers(pod) for mount in one["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


@each_case
def test_only_the_exporter_can_talk_to_the_api_server(path: Path) -> None:
    rendered = case(path)
    pod = rendered.pod

    assert pod["automountServiceAccountToken"] is False
    assert rendered.one("ServiceAccount")["automountServiceAccountToken"] is False
    holders = {
        one["name"]
        for one in containers(pod)
        if any(mount["name"] == "token" for mount in one["volumeMounts"])
    }
    assert holders == {"exporter"}


@each_case
def test_secrets_come_from_outside_by_their_names(path: Path) -> None:
    assert "Secret" not in case(path).kinds


def test_every_container_asks_for_and_is_limited_to_some_memory() -> None:
    for path in CASES:
        for container in containers(case(path).pod):
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert container["resources"]["limits"].keys() == {"memory"}


def test_kube_versions_are_those_that_the_cases_are_for() -> None:
    assert {kube_version(path) for path in CASES} == {OLD, NEW}
