"""The reference cluster with its machines: all by the settings, from the API server to AWS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from exporter.app.conformance import check_once
from exporter.declared.confined import Workers
from exporter.domain.cloud import CloudKind
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.settings.load import load
from tests.apiserver.demo import EXAMPLE, write_settings
from tests.apiserver.server import ApiServer
from tests.cloud import moto
from tests.cloud.reference import STOPPED, ReferenceCloud, reference_cloud

OF_MACHINES = ("cloud_", "node_present", "node_ready", "node_instance")


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[ReferenceCloud, Path]]:
    async with ApiServer() as api:
        api.load_snapshot(EXAMPLE / "snapshot")
        async with reference_cloud(api) as cloud:
            yield cloud, write_settings(folder, url=api.url, cloud=cloud)


def amiss(evaluation: Evaluation) -> dict[tuple[str, str], Finding]:
    return {
        (one.check, one.subject.name): one
        for one in evaluation.findings
        if one.check.startswith(OF_MACHINES) and one.verdict is not Verdict.PASS
    }


async def test_its_machines_are_as_declared_until_something_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kustomize: str, workers: Workers
) -> None:
    assert kustomize
    for name, value in moto.KEYS.items():
        monkeypatch.setenv(name, value)
    async with running(tmp_path) as (cloud, settings):
        loaded = load(settings)
        (group,) = cloud.applied.declared.of(CloudKind.SECURITY_GROUP)
        instance = f"module.{STOPPED.removeprefix('k8s-').replace('-', '_')}.aws_instance.this"

        before = await check_once(loaded, at=None, run=workers.read)
        await cloud.play("rule-added")
        await cloud.play("instance-stopped")
        after = amiss(await check_once(loaded, at=None, run=workers.read))

    counted = {one.check for one in before.findings if one.check.startswith("cloud_")}
    assert amiss(before) == {}
    assert counted == {
        "cloud_exposure",
        "cloud_instance",
        "cloud_instance_spec",
        "cloud_network",
        "cloud_security_group",
    }
    assert after.keys() == {
        ("cloud_exposure", group.address),
        ("cloud_security_group", group.address),
        ("cloud_instance", instance),
        ("node_ready", STOPPED),
    }
    ready = after["node_ready", STOPPED]
    assert ready.verdict is Verdict.UNKNOWN
    assert ready.cause == Cause("cloud_instance", Subject("Instance", "", instance))
