"""What somebody adds to a cluster whose API server is real is found at once, with his name."""

import asyncio
import copy
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from exporter.app import Conformance
from exporter.domain.finding import Finding
from exporter.foreign.supervisor import supervised
from exporter.settings.load import load
from tests.apiserver.demo import EXAMPLE, write_settings
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.e2e.test_live import Followed
from tests.e2e.test_tampering import FOUND, SECONDS
from tests.real.clusters import Real
from tests.real.processes import ADMIN_TOKEN
from tests.tampering import ADDED, TAMPERED, Object

NAME: Final = "scan-api"
WHO: Final = "kubectl-edit, Update"
PATHS: Final = {
    "deployments.apps": "/apis/apps/v1/namespaces/api/deployments",
    "services": "/api/v1/namespaces/api/services",
    "pods": "/api/v1/namespaces/api/pods",
    "replicasets.apps": "/apis/apps/v1/namespaces/api/replicasets",
}


ALLOCATED: Final = {"clusterIP", "clusterIPs", "nodeName"}


def recorded(plural: str, prefix: str) -> Object:
    """Return an object of the reference cluster as somebody would create it."""
    listed = json.loads((EXAMPLE / "snapshot" / f"{plural.partition('.')[0]}.json").read_text())
    found: Object = next(
        one for one in listed["items"] if one["metadata"]["name"].startswith(prefix)
    )
    kept = ("name", "namespace", "labels", "annotations")
    metadata = {key: found["metadata"][key] for key in kept if key in found["metadata"]}
    spec = {key: value for key, value in found["spec"].items() if key not in ALLOCATED}
    return {**found, "metadata": metadata, "spec": spec, "status": {}}


async def put(real: Real, what: str, content: Object, *, manager: str = "argocd") -> None:
    """Create an object, or replace it, as whoever calls himself *manager*."""
    path, name = PATHS[what], content["metadata"]["name"]
    there = await real.requests.ask("GET", f"{path}/{name}")
    method, where = ("PUT", f"{path}/{name}") if there.status == 200 else ("POST", path)
    await real.requests.do(method, f"{where}?fieldManager={manager}", body=content)


async def accepted(real: Real, what: str, content: Object) -> bool:
    """Replace an object as an intruder; tell whether the server takes that."""
    path = f"{PATHS[what]}/{content['metadata']['name']}?fieldManager=kubectl-edit"
    answer = await real.requests.ask("PUT", path, body=content)
    return answer.status == 200


async def remove(real: Real, what: str, name: str) -> None:
    await real.requests.do("DELETE", f"{PATHS[what]}/{name}?gracePeriodSeconds=0")


@asynccontextmanager
async def judged(real: Real, folder: Path) -> AsyncIterator[Followed]:
    """Follow a real server, and judge it by what the reference cluster declares."""
    settings = write_settings(folder, url=real.url)
    write_kubeconfig(
        folder / "kubeconfig", url=real.url, token=ADMIN_TOKEN, authority=real.authority
    )
    conformance = Conformance(load(settings))
    async with supervised() as supervisor:
        await conformance.start(supervisor)
        try:
            yield Followed(conformance, conformance.observed)  # type: ignore[arg-type]
        finally:
            await conformance.stop()


async def found(followed: Followed, check: str, pointer: str) -> tuple[Finding, float]:
    """Return the failure of *check* with its writer, and after how many seconds it was there.

    Nobody wrote what is not there: who took a field away, no server tells.
    """
    began, seen = time.perf_counter(), None
    async with asyncio.timeout(60):
        while True:
            outcome = await followed.look()
            for finding in outcome.evaluation.findings:
                if finding.check != check or finding.subject.name != NAME:
                    continue
                observed = finding.observed if isinstance(finding.observed, Mapping) else {}
                if finding.verdict in FOUND and pointer in observed:
                    seen = seen or time.perf_counter() - began
                    if observed[pointer] is None or pointer in (finding.set_by or {}):
                        return finding, seen
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("kustomize")
async def test_additions_are_found_within_two_seconds_and_by_whom_they_are(
    real: Real, tmp_path: Path
) -> None:
    slow: dict[str, float] = {}
    refused: list[str] = []
    async with judged(real, tmp_path) as followed:
        await followed.look()
        for (what, check), edit, pointer in ADDED:
            before = recorded(what, NAME)
            await put(real, what, before)
            content = copy.deepcopy(before)
            edit(content)
            if not await accepted(real, what, content):
                refused.append(pointer)
                continue

            finding, slow[pointer] = await found(followed, check, pointer)

            assert (finding.set_by or {})[pointer].startswith(WHO)
            await remove(real, what, NAME)

    assert refused == []
    assert len(slow) == 30
    assert max(slow.values()) <= SECONDS, slow


@pytest.mark.usefixtures("kustomize")
async def test_pods_that_are_tampered_with_are_found_within_two_seconds(
    real: Real, tmp_path: Path
) -> None:
    """As the server lets nobody add containers to a pod, such a one takes the place of it."""
    slow: list[float] = []
    told = 0
    await put(real, "deployments.apps", recorded("deployments", NAME))
    replica_set = await owner(real)
    before = {**recorded("pods", f"{NAME}-")}
    before["metadata"]["ownerReferences"] = [replica_set]
    name = before["metadata"]["name"]
    async with judged(real, tmp_path) as followed:
        await followed.look()
        for edit, pointer in TAMPERED:
            content = copy.deepcopy(before)
            edit(content)
            status = content.pop("status")
            extra = content["spec"].pop("ephemeralContainers", None)
            await put(real, "pods", content, manager="kubectl-edit")
            await later(real, name, status=status, ephemeral=extra)

            finding, seconds = await found(followed, "workload_pods", f"pods/{name}{pointer}")

            by = finding.set_by or {}
            assert all(writer.startswith(WHO) for writer in by.values())
            told += bool(by)
            slow.append(seconds)
            await remove(real, "pods", name)

    assert (len(slow), told) == (12, 11)
    assert max(slow) <= SECONDS


async def owner(real: Real) -> Object:
    """Create the ReplicaSet that a controller would have made; return a reference to it."""
    path = f"{PATHS['deployments.apps']}/{NAME}"
    counts = dict.fromkeys(("replicas", "updatedReplicas"), 3)
    status = {"observedGeneration": 1, **counts}
    deployment = json.loads(await patch(real, f"{path}/status", {"status": status}))
    pod = recorded("pods", f"{NAME}-")
    metadata = {
        "name": pod["metadata"]["name"].rpartition("-")[0],
        "namespace": "api",
        "labels": pod["metadata"]["labels"],
        "ownerReferences": [
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": NAME,
                "uid": deployment["metadata"]["uid"],
                "controller": True,
            }
        ],
    }
    template = {**deployment["spec"]["template"], "metadata": {"labels": metadata["labels"]}}
    spec = {"selector": {"matchLabels": metadata["labels"]}, "template": template}
    made = json.loads(
        await real.requests.do(
            "POST", PATHS["replicasets.apps"], body={"metadata": metadata, "spec": spec}
        )
    )
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": metadata["name"],
        "uid": made["metadata"]["uid"],
        "controller": True,
    }


async def later(real: Real, name: str, *, status: Object, ephemeral: object) -> None:
    """Write what a pod cannot be created with: its status, and ephemeral containers."""
    path = f"{PATHS['pods']}/{name}"
    await patch(real, f"{path}/status", {"status": status})
    if ephemeral is not None:
        await patch(
            real, f"{path}/ephemeralcontainers", {"spec": {"ephemeralContainers": ephemeral}}
        )


async def patch(real: Real, path: str, body: Object) -> bytes:
    """Change a part of an object as an intruder."""
    return await real.requests.do(
        "PATCH",
        f"{path}?fieldManager=kubectl-edit",
        body=body,
        headers={"Content-Type": "application/strategic-merge-patch+json"},
    )
