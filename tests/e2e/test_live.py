"""A live cluster is judged as its dump is, and followed; out of sight, it is unknown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.app import Conformance
from exporter.domain.finding import Layer, Verdict
from exporter.domain.state import State
from exporter.foreign.clock import SYSTEM
from exporter.foreign.supervisor import supervised
from exporter.observed.kubernetes.live import Live
from exporter.settings.load import load
from tests.apiserver.demo import EXAMPLE, write_settings
from tests.apiserver.rbac import allow
from tests.apiserver.server import ApiServer
from tests.clocks import SETTINGS
from tests.e2e.reference import Kept, Outcome, Reference


class Followed:
    """The exporter on a simulated cluster: look at once, or when something has changed."""

    def __init__(self, conformance: Conformance, live: Live) -> None:
        self.conformance = conformance
        self.live = live

    async def look(
        self, *, later: timedelta = timedelta(0), setting: timedelta = timedelta(0)
    ) -> Outcome:
        """Judge now, or as if it were *later*, by a wall clock that is so far off (*setting*)."""
        at = SYSTEM.now() + later
        return Outcome(await self.conformance.look(replace(at, wall=at.wall + setting)))

    async def until_changed(self) -> Outcome:
        """Wait for the next change, and judge."""
        async with asyncio.timeout(30):
            await self.live.changed.wait()
        self.live.changed.clear()
        return await self.look()


@asynccontextmanager
async def following(
    api: ApiServer, folder: Path, declared: State, *, token: str | None = None
) -> AsyncIterator[Followed]:
    conformance = Conformance(load(write_settings(folder, url=api.url, token=token)))
    conformance.declared.reader = Kept(declared)
    assert isinstance(conformance.observed, Live)
    async with supervised() as supervisor:
        await conformance.start(supervisor)
        conformance.observed.changed.clear()
        try:
            yield Followed(conformance, conformance.observed)
        finally:
            await conformance.stop()


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    async with ApiServer() as server:
        server.load_snapshot(EXAMPLE / "snapshot")
        yield server


async def test_a_live_cluster_is_judged_as_its_dump(
    api: ApiServer, reference: Reference, declared: State, tmp_path: Path
) -> None:
    dumped = await reference.evaluate(declared=declared, at=datetime.now(UTC))

    async with following(api, tmp_path, declared) as followed:
        live = await followed.look()

    assert live.failing == dumped.failing
    assert live.having(Verdict.UNKNOWN) == dumped.having(Verdict.UNKNOWN)
    assert live.evaluation.complete
    assert all(watch.up for watch in live.evaluation.watches)


async def test_a_node_that_goes_and_comes_back_is_followed(
    api: ApiServer, declared: State, tmp_path: Path
) -> None:
    node = api.get("nodes", "k8s-redis")
    assert node is not None
    async with following(api, tmp_path, declared) as followed:
        api.delete("nodes", "k8s-redis")
        gone = await followed.until_changed()
        api.put(node)
        back = await followed.until_changed()

    assert gone.verdict("node_present", "k8s-redis") is Verdict.FAIL
    assert back.verdict("node_present", "k8s-redis") is Verdict.PASS


async def test_a_declared_object_that_goes_and_comes_back_is_followed(
    api: ApiServer, declared: State, tmp_path: Path
) -> None:
    service = api.get("services", "auth-api", "api")
    assert service is not None
    async with following(api, tmp_path, declared) as followed:
        before = await followed.look()
        followed.live.changed.clear()
        api.delete("services", "auth-api", "api")
        gone = await followed.until_changed()
        api.put(service)
        back = await followed.until_changed()

    found = [one.verdict("object_present", "auth-api") for one in (before, gone, back)]
    assert found == [Verdict.PASS, Verdict.FAIL, Verdict.PASS]


async def test_declared_objects_that_were_not_seen_for_too_long_are_unknown(
    api: ApiServer, declared: State, tmp_path: Path
) -> None:
    async with following(api, tmp_path, declared) as followed:
        await followed.look()
        await api.stop()
        stale = await followed.look(later=timedelta(minutes=10))

    for check in ("object_present", "object_spec"):
        counts = stale.evaluation.scores[check].counts
        assert counts[Verdict.PASS] == counts[Verdict.FAIL] == 0
        assert counts[Verdict.UNKNOWN] == 7


@SETTINGS
async def test_what_has_not_been_seen_for_too_long_is_unknown(
    api: ApiServer, declared: State, tmp_path: Path, setting: timedelta
) -> None:
    async with following(api, tmp_path, declared) as followed:
        await api.stop()
        fresh = await followed.look(setting=setting)
        stale = await followed.look(later=timedelta(minutes=10), setting=setting)

    assert fresh.failing
    for check in ("node_present", "node_taints", "workload_present", "application_synced"):
        counts = stale.evaluation.scores[check].counts
        assert counts[Verdict.PASS] == counts[Verdict.FAIL] == 0
    assert stale.evaluation.layers[Layer.INFRASTRUCTURE].coverage == 0.0


async def test_a_kind_that_may_not_be_read_blinds_only_what_depends_on_it(
    api: ApiServer, declared: State, tmp_path: Path
) -> None:
    kinds = {
        "": "pods",
        "apps": "deployments statefulsets daemonsets",
        "autoscaling": "horizontalpodautoscalers",
        "argoproj.io": "applications",
        "keda.sh": "scaledobjects",
    }
    rules = [allow("list watch", names, group=group) for group, names in kinds.items()]
    api.access.grant("viewer", rules, bearer="t")

    async with following(api, tmp_path, declared, token="t") as followed:
        outcome = await followed.look()

    finding = outcome.finding("node_present", "k8s-redis")
    assert finding.verdict is Verdict.UNKNOWN
    assert "list" in finding.detail
    assert "nodes" in finding.detail
    assert outcome.verdict("application_present", "ecoeco-api-my") is Verdict.PASS
    assert outcome.verdict("workload_present", "my-api") is Verdict.PASS


async def test_an_application_set_that_only_the_cluster_holds_is_evaluated(
    api: ApiServer, declared: State, tmp_path: Path
) -> None:
    source = {"repoURL": "https://github.com/example/infrastructure.git", "path": "k8s/{{app}}"}
    template = {"metadata": {"name": "charted-{{app}}"}, "spec": {"source": source}}
    elements = {"elements": [{"app": "base"}]}
    async with following(api, tmp_path, declared) as followed:
        followed.conformance.declared.reader = followed.conformance.declarations
        api.put(
            {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "ApplicationSet",
                "metadata": {"name": "charted", "namespace": "argocd"},
                "spec": {"generators": [{"list": elements}], "template": template},
            }
        )

        outcome = await followed.until_changed()

    finding = outcome.finding("application_present", "charted-base")
    assert finding.verdict is Verdict.FAIL
    assert finding.provenance[0].path == "ApplicationSet argocd/charted"
