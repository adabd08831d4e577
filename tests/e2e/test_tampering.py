"""What somebody adds to a live cluster, or changes of its pods, is found at once, with his name."""

import asyncio
import copy
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from exporter.app import check_once
from exporter.domain.finding import Finding, Verdict
from exporter.domain.state import State
from exporter.settings.load import load
from tests.apiserver.demo import EXAMPLE, write_settings
from tests.apiserver.server import ApiServer
from tests.e2e.reference import Outcome, Reference
from tests.e2e.test_live import Followed, following

Object = dict[str, Any]

SECONDS: Final = 2.0
FOUND: Final = {Verdict.FAIL, Verdict.WAIVED}
"""The owners of the reference cluster accept that its pods differ; what differs is told."""
INTRUDER: Final = "kubectl-edit, Update, 2026-11-12 14:02"
POD: Final = "/spec/template/spec"
API: Final = f"{POD}/containers/api"
LISTS: Final = ("containers", "initContainers", "ephemeralContainers", "volumes", "env")
PROBE: Final = {"exec": {"command": ["nc", "evil.test", "1"]}}


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    async with ApiServer() as server:
        server.load_snapshot(EXAMPLE / "snapshot")
        yield server


def fields(pointer: str) -> Object:
    """Return the managed fields of whoever wrote what stands at *pointer*."""
    tokens = pointer.split("/")[1:]
    found: Object = {}
    below = found
    for before, token in zip(["", *tokens], tokens, strict=False):
        key = f"k:{json.dumps({'name': token})}" if before in LISTS else f"f:{token}"
        if before == "ports":
            port, _, protocol = token.partition(":")
            key = f"k:{json.dumps({'port': int(port), 'protocol': protocol})}"
        below = below.setdefault(key, {})
    return found


def by_intruder(content: Object, pointer: str) -> None:
    entry = {
        "manager": "kubectl-edit",
        "operation": "Update",
        "time": "2026-11-12T14:02:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields(pointer),
    }
    content["metadata"]["managedFields"] = [entry]


def pod_spec(content: Object) -> Object:
    spec: Object = content["spec"]["template"]["spec"]
    return spec


def in_pod(**more: Any) -> Callable[[Object], None]:
    return lambda content: pod_spec(content).update(more)


def in_container(**more: Any) -> Callable[[Object], None]:
    return lambda content: pod_spec(content)["containers"][0].update(more)


def listed(field: str, item: Mapping[str, Any]) -> Callable[[Object], None]:
    return lambda content: pod_spec(content).setdefault(field, []).append(dict(item))


def secured(**more: Any) -> Callable[[Object], None]:
    return in_container(securityContext=more)


def variable(**more: Any) -> Callable[[Object], None]:
    def edit(content: Object) -> None:
        pod_spec(content)["containers"][0]["env"].append({"name": "LD_PRELOAD", **more})

    return edit


def in_service(**more: Any) -> Callable[[Object], None]:
    return lambda content: content["spec"].update(more)


DEPLOYMENT: Final = ("deployments.apps", "workload_additions")
SERVICE: Final = ("services", "object_additions")
ADDED: Final = (
    (DEPLOYMENT, in_pod(hostNetwork=True), f"{POD}/hostNetwork"),
    (DEPLOYMENT, in_pod(hostPID=True), f"{POD}/hostPID"),
    (DEPLOYMENT, in_pod(hostIPC=True), f"{POD}/hostIPC"),
    (DEPLOYMENT, in_pod(shareProcessNamespace=True), f"{POD}/shareProcessNamespace"),
    (DEPLOYMENT, in_pod(serviceAccountName="admin"), f"{POD}/serviceAccountName"),
    (DEPLOYMENT, in_pod(priorityClassName="system-node-critical"), f"{POD}/priorityClassName"),
    (DEPLOYMENT, in_pod(hostAliases=[{"ip": "6.6.6.6"}]), f"{POD}/hostAliases"),
    (DEPLOYMENT, in_pod(dnsConfig={"nameservers": ["6.6.6.6"]}), f"{POD}/dnsConfig"),
    (DEPLOYMENT, in_pod(securityContext={"runAsUser": 0}), f"{POD}/securityContext/runAsUser"),
    (
        DEPLOYMENT,
        in_pod(securityContext={"seccompProfile": {"type": "Unconfined"}}),
        f"{POD}/securityContext/seccompProfile/type",
    ),
    (
        DEPLOYMENT,
        in_pod(securityContext={"sysctls": [{"name": "kernel.msgmax"}]}),
        f"{POD}/securityContext/sysctls",
    ),
    (
        DEPLOYMENT,
        listed("volumes", {"name": "root", "hostPath": {"path": "/"}}),
        f"{POD}/volumes/root/hostPath",
    ),
    (
        DEPLOYMENT,
        listed("volumes", {"name": "s", "secret": {"secretName": "admin"}}),
        f"{POD}/volumes/s/secret",
    ),
    (
        DEPLOYMENT,
        listed("containers", {"name": "miner", "image": "evil/miner:1"}),
        f"{POD}/containers/miner",
    ),
    (
        DEPLOYMENT,
        listed("initContainers", {"name": "drop", "image": "evil/drop:1"}),
        f"{POD}/initContainers/drop",
    ),
    (DEPLOYMENT, secured(privileged=True), f"{API}/securityContext/privileged"),
    (
        DEPLOYMENT,
        secured(allowPrivilegeEscalation=True),
        f"{API}/securityContext/allowPrivilegeEscalation",
    ),
    (DEPLOYMENT, secured(runAsNonRoot=False), f"{API}/securityContext/runAsNonRoot"),
    (DEPLOYMENT, secured(runAsGroup=0), f"{API}/securityContext/runAsGroup"),
    (DEPLOYMENT, secured(procMount="Unmasked"), f"{API}/securityContext/procMount"),
    (
        DEPLOYMENT,
        secured(capabilities={"add": ["SYS_ADMIN"]}),
        f"{API}/securityContext/capabilities/add",
    ),
    (DEPLOYMENT, in_container(command=["sh"]), f"{API}/command"),
    (DEPLOYMENT, in_container(args=["-c", "evil"]), f"{API}/args"),
    (DEPLOYMENT, in_container(lifecycle={"postStart": PROBE}), f"{API}/lifecycle/postStart"),
    (DEPLOYMENT, in_container(startupProbe=PROBE), f"{API}/startupProbe/exec"),
    (DEPLOYMENT, in_container(envFrom=[{"secretRef": {"name": "admin"}}]), f"{API}/envFrom"),
    (DEPLOYMENT, variable(value="/x.so"), f"{API}/env/LD_PRELOAD"),
    (SERVICE, in_service(externalIPs=["6.6.6.6"]), "/spec/externalIPs"),
    (
        SERVICE,
        lambda content: content["spec"]["ports"].append({"port": 22, "protocol": "TCP"}),
        "/spec/ports/22:TCP",
    ),
    (
        SERVICE,
        lambda content: content["spec"]["selector"].update(evil="true"),
        "/spec/selector/evil",
    ),
)


def container_of(pod: Object) -> Object:
    first: Object = pod["spec"]["containers"][0]
    return first


def waits(reason: str) -> Callable[[Object], None]:
    condition = {"type": "PodResizePending", "status": "True", "reason": reason}
    return lambda pod: pod["status"].setdefault("conditions", []).append(condition)


def more_of(field: str, name: str) -> Callable[[Object], None]:
    item = {"name": name, "image": "evil/x:1"}
    return lambda pod: pod["spec"].setdefault(field, []).append(item)


def limited(**limits: str) -> Callable[[Object], None]:
    return lambda pod: container_of(pod)["resources"]["limits"].update(limits)


IN_API: Final = "/spec/containers/api"
TAMPERED: Final = (
    (lambda pod: container_of(pod).update(image="evil/api:1"), f"{IN_API}/image"),
    (
        lambda pod: container_of(pod).update(image=container_of(pod)["image"] + "-evil"),
        f"{IN_API}/image",
    ),
    (more_of("containers", "miner"), "/spec/containers/miner"),
    (more_of("containers", "istio-proxy"), "/spec/containers/istio-proxy"),
    (more_of("initContainers", "drop"), "/spec/initContainers/drop"),
    (more_of("ephemeralContainers", "debugger"), "/spec/ephemeralContainers/debugger"),
    (limited(cpu="64"), f"{IN_API}/resources/limits/cpu"),
    (limited(memory="512Gi"), f"{IN_API}/resources/limits/memory"),
    (
        lambda pod: container_of(pod)["resources"]["requests"].update(cpu="64"),
        f"{IN_API}/resources/requests/cpu",
    ),
    (lambda pod: container_of(pod)["resources"].pop("limits"), f"{IN_API}/resources/limits/cpu"),
    (waits("Infeasible"), "/spec/containers"),
    (waits("Deferred"), "/spec/containers"),
)


async def found(followed: Followed, check: str, pointer: str) -> tuple[Finding, float]:
    """Return the failure of *check* with its writer, and after how many seconds it was there."""
    began = time.perf_counter()
    seen: float | None = None
    async with asyncio.timeout(30):
        while True:
            finding = (await followed.until_changed()).finding(check, "scan-api")
            observed = finding.observed if isinstance(finding.observed, Mapping) else {}
            if finding.verdict in FOUND and pointer in observed:
                seen = seen or time.perf_counter() - began
                if pointer in (finding.set_by or {}):
                    return finding, seen


async def test_additions_are_found_within_two_seconds_and_by_whom_they_are(
    api: ApiServer, declared: State, tmp_path: Path
) -> None:
    slow: list[float] = []
    async with following(api, tmp_path, declared) as followed:
        await followed.look()
        for (what, check), edit, pointer in ADDED:
            before = api.get(what, "scan-api", "api")
            assert before is not None
            content = copy.deepcopy(before)
            edit(content)
            by_intruder(content, pointer)
            followed.live.changed.clear()
            api.put(content)

            finding, seconds = await found(followed, check, pointer)

            assert f"{pointer}; set by {INTRUDER}" in finding.detail
            assert finding.set_by == {pointer: INTRUDER}
            slow.append(seconds)
            api.put(before)
            await followed.until_changed()

    assert len(slow) == 30
    assert max(slow) <= SECONDS


async def test_pods_that_are_tampered_with_are_found_within_two_seconds(
    api: ApiServer, declared: State, tmp_path: Path
) -> None:
    name = next(
        one["metadata"]["name"]
        for one in api.objects("pods")
        if one["metadata"]["name"].startswith("scan-api-")
    )
    slow: list[float] = []
    async with following(api, tmp_path, declared) as followed:
        await followed.look()
        for edit, pointer in TAMPERED:
            before = api.get("pods", name, "api")
            assert before is not None
            content = copy.deepcopy(before)
            edit(content)
            by_intruder(content, pointer)
            followed.live.changed.clear()
            api.put(content)

            finding, seconds = await found(followed, "workload_pods", f"pods/{name}{pointer}")

            assert f"set by {INTRUDER}" in finding.detail
            slow.append(seconds)
            api.put(before)
            await followed.until_changed()

    assert len(slow) == 12
    assert max(slow) <= SECONDS


async def test_who_looks_once_is_told_by_whom_an_addition_is(
    api: ApiServer, tmp_path: Path
) -> None:
    content = api.get("deployments.apps", "scan-api", "api")
    assert content is not None
    in_pod(hostNetwork=True)(content)
    by_intruder(content, f"{POD}/hostNetwork")
    api.put(content)

    outcome = await check_once(load(write_settings(tmp_path, url=api.url)), at=None)

    finding = Outcome(outcome).finding("workload_additions", "scan-api")
    assert finding.set_by == {f"{POD}/hostNetwork": INTRUDER}


async def test_a_dump_that_has_managed_fields_tells_it_by_itself(
    reference: Reference, declared: State
) -> None:
    def edit(content: Object) -> None:
        in_pod(hostNetwork=True)(content)
        by_intruder(content, f"{POD}/hostNetwork")

    reference.change_one("deployments", "scan-api", edit)

    outcome = await reference.evaluate(declared=declared)

    finding = outcome.finding("workload_additions", "scan-api")
    assert finding.set_by == {f"{POD}/hostNetwork": INTRUDER}
