from collections.abc import Mapping
from typing import Any

import pytest

from exporter.checks import workload_additions
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

KEY = WorkloadKey("shop", "Deployment", "api")
PLACE = Place(Source.KUSTOMIZE, "d.yaml", 1)
API = {"name": "api", "image": "example/api:1"}
POD: dict[str, Any] = {"containers": [API]}
ROOT = "/spec/template/spec"


def template(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


def judge(want: Mapping[str, Any], have: Mapping[str, Any] | None, *ignored: str) -> Finding:
    declared = DeclaredWorkload(key=KEY, manifest=template(want), place=PLACE, ignored=ignored)
    observed = {} if have is None else {KEY: ObservedWorkload(key=KEY, manifest=template(have))}
    known = {
        DeclaredWorkloads: DeclaredWorkloads({KEY: declared}),
        ObservedWorkloads: ObservedWorkloads(observed),
    }
    (finding,) = workload_additions.judge(Facts(known=known))
    return finding


def with_container(**fields: Any) -> dict[str, Any]:
    return {"containers": [{**API, **fields}]}


DEFAULTED = {
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": 30,
    "dnsPolicy": "ClusterFirst",
    "securityContext": {},
    "schedulerName": "default-scheduler",
    "serviceAccountName": "default",
    "serviceAccount": "default",
    "containers": [
        {
            **API,
            "resources": {},
            "imagePullPolicy": "IfNotPresent",
            "terminationMessagePath": "/dev/termination-log",
            "ports": [{"containerPort": 80, "protocol": "TCP"}],
        }
    ],
}


@pytest.mark.parametrize(
    ("want", "have"),
    [
        pytest.param(POD, POD, id="the same"),
        pytest.param(POD, DEFAULTED, id="defaults"),
        pytest.param({**POD, "hostNetwork": False}, {**POD, "hostNetwork": True}, id="declared"),
        pytest.param(
            with_container(securityContext={"capabilities": {"add": ["A"]}}),
            with_container(securityContext={"capabilities": {"add": ["A", "B"]}}),
            id="declared, another value",
        ),
        pytest.param(
            POD,
            with_container(
                securityContext={
                    "runAsUser": 1000,
                    "runAsNonRoot": True,
                    "capabilities": {"drop": ["ALL"]},
                    "seccompProfile": {"type": "RuntimeDefault"},
                }
            ),
            id="less",
        ),
        pytest.param(
            POD, {**POD, "volumes": [{"name": "a", "emptyDir": {}}]}, id="a volume of its own"
        ),
        pytest.param(
            POD,
            with_container(env=[{"name": "STAKATER_API_CONFIGMAP", "value": "5d41402a"}]),
            id="what Reloader writes",
        ),
        pytest.param(
            POD, with_container(livenessProbe={"httpGet": {"port": 80}}), id="a probe by HTTP"
        ),
        pytest.param(
            {**POD, "serviceAccount": "shop"},
            {**POD, "serviceAccount": "shop", "serviceAccountName": "shop"},
            id="the old name of the service account",
        ),
        pytest.param(
            {"hostNetwork": True, **with_container(ports=[{"containerPort": 80}])},
            {"hostNetwork": True, **with_container(ports=[{"containerPort": 80, "hostPort": 80}])},
            id="ports on the network of the host",
        ),
    ],
)
def test_what_gives_pods_nothing_is_no_addition(
    want: Mapping[str, Any], have: Mapping[str, Any]
) -> None:
    finding = judge(want, have)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("have", "pointer"),
    [
        pytest.param({**POD, "hostNetwork": True}, "/hostNetwork", id="network"),
        pytest.param({**POD, "hostPID": True}, "/hostPID", id="processes"),
        pytest.param({**POD, "hostIPC": True}, "/hostIPC", id="ipc"),
        pytest.param(
            {**POD, "serviceAccountName": "admin"}, "/serviceAccountName", id="service account"
        ),
        pytest.param(
            {**POD, "volumes": [{"name": "h", "hostPath": {"path": "/"}}]},
            "/volumes/h/hostPath",
            id="host path",
        ),
        pytest.param(
            {"containers": [API, {"name": "miner", "image": "x"}]},
            "/containers/miner",
            id="container",
        ),
        pytest.param(
            {**POD, "initContainers": [{"name": "a", "image": "x"}]},
            "/initContainers/a",
            id="init container",
        ),
        pytest.param(
            {**POD, "securityContext": {"runAsUser": 0}}, "/securityContext/runAsUser", id="root"
        ),
        *(
            pytest.param(
                with_container(securityContext={name: value}),
                f"/containers/api/securityContext/{name}",
                id=name,
            )
            for name, value in (
                ("privileged", True),
                ("allowPrivilegeEscalation", True),
                ("runAsNonRoot", False),
                ("runAsGroup", 0),
                ("procMount", "Unmasked"),
            )
        ),
        pytest.param(
            with_container(securityContext={"capabilities": {"add": ["SYS_ADMIN"]}}),
            "/containers/api/securityContext/capabilities/add",
            id="capability",
        ),
        pytest.param(with_container(command=["sh"]), "/containers/api/command", id="command"),
        pytest.param(with_container(args=["x"]), "/containers/api/args", id="args"),
        pytest.param(
            {**POD, "shareProcessNamespace": True}, "/shareProcessNamespace", id="all processes"
        ),
        pytest.param(
            {**POD, "priorityClassName": "system-node-critical"}, "/priorityClassName", id="rank"
        ),
        pytest.param(
            {**POD, "hostAliases": [{"ip": "1.2.3.4", "hostnames": ["db"]}]},
            "/hostAliases",
            id="other names",
        ),
        pytest.param(
            {**POD, "dnsConfig": {"nameservers": ["1.2.3.4"]}}, "/dnsConfig", id="resolver"
        ),
        pytest.param(
            {**POD, "volumes": [{"name": "s", "secret": {"secretName": "admin"}}]},
            "/volumes/s/secret",
            id="secret",
        ),
        pytest.param(
            with_container(env=[{"name": "LD_PRELOAD", "value": "/x.so"}]),
            "/containers/api/env/LD_PRELOAD",
            id="variable",
        ),
        pytest.param(
            with_container(envFrom=[{"secretRef": {"name": "admin"}}]),
            "/containers/api/envFrom",
            id="variables of a secret",
        ),
        pytest.param(
            with_container(lifecycle={"postStart": {"exec": {"command": ["sh"]}}}),
            "/containers/api/lifecycle/postStart",
            id="hook",
        ),
        pytest.param(
            with_container(livenessProbe={"exec": {"command": ["sh"]}}),
            "/containers/api/livenessProbe/exec",
            id="probe",
        ),
        pytest.param(
            {**POD, "securityContext": {"seccompProfile": {"type": "Unconfined"}}},
            "/securityContext/seccompProfile/type",
            id="no seccomp",
        ),
        pytest.param(
            {**POD, "securityContext": {"windowsOptions": {"hostProcess": True}}},
            "/securityContext/windowsOptions/hostProcess",
            id="host process",
        ),
        pytest.param(
            {**POD, "securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}},
            "/securityContext/sysctls",
            id="sysctl",
        ),
        pytest.param(
            with_container(ports=[{"containerPort": 80, "hostPort": 8080}]),
            "/containers/api/ports/80/hostPort",
            id="port of the host",
        ),
    ],
)
def test_what_gives_pods_more_fails(have: Mapping[str, Any], pointer: str) -> None:
    finding = judge(POD, have)

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == f"1 addition that no code declares: {ROOT}{pointer}"


@pytest.mark.parametrize("ignored", [f"{ROOT}/hostNetwork", ROOT])
def test_what_is_ignored_is_no_addition(ignored: str) -> None:
    assert judge(POD, {**POD, "hostNetwork": True}, ignored).verdict is Verdict.PASS


def test_a_workload_that_is_not_there_is_unknown_because_of_that() -> None:
    finding = judge(POD, None)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("workload_present", Subject("Deployment", "shop", "api"))
