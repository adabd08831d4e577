"""What somebody adds to a live cluster, or changes of its pods, is found at once, with his name."""

import asyncio
import copy
import json
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from exporter.app import check_once
from exporter.domain.finding import Finding, Verdict
from exporter.domain.state import State
from exporter.settings.load import load
from tests.apiserver.demo import EXAMPLE, write_settings
from tests.apiserver.server import ApiServer
from tests.e2e.reference import Outcome, Reference
from tests.e2e.test_live import Followed, following
from tests.tampering import ADDED, POD, TAMPERED, Object, in_pod

SECONDS: Final = 2.0
FOUND: Final = {Verdict.FAIL, Verdict.WAIVED}
"""The owners of the reference cluster accept that its pods differ; what differs is told."""
INTRUDER: Final = "kubectl-edit, Update, 2026-11-12 14:02"
LISTS: Final = ("containers", "initContainers", "ephemeralContainers", "volumes", "env")


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
