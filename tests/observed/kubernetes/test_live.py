import asyncio
from datetime import timedelta

import pytest

from exporter.domain.applications import ObservedApplications
from exporter.domain.clock import Clock
from exporter.domain.declaration import ApplicationKey, WorkloadKey
from exporter.domain.errors import Reason
from exporter.domain.gaps import Extent
from exporter.domain.nodes import ObservedNodes
from exporter.domain.watches import Restart
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads
from exporter.foreign.clock import SYSTEM
from exporter.foreign.supervisor import Supervisor
from exporter.observed.kubernetes.live import Live
from exporter.settings.observed import KubernetesSettings
from tests.apiserver.rbac import allow
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.following import (
    ALL,
    BEARER,
    FAST,
    GRACE,
    As,
    Following,
    names,
    when,
    when_complete,
)
from tests.observed.kubernetes.objects import application, node, pod, scaler, workload


async def test_every_fact_is_what_the_server_has(api: ApiServer, following: Following) -> None:
    api.put(node("node-1"))
    api.put(pod("db-0"))
    api.put(workload("StatefulSet", "db"))
    api.put(workload("Deployment", "auth-api"))
    api.put(scaler("auth", target="auth-api", maximum=5))
    api.put(application("ecoeco-api-auth"))

    async with following(needed=ALL) as live:
        state = await when_complete(live)

    facts, db = state.facts, WorkloadKey("api", "StatefulSet", "db")
    assert facts.gaps == {}
    assert set(facts.get(ObservedNodes).nodes) == {"node-1"}
    assert set(facts.get(ObservedPods).by_owner) == {db}
    auth = WorkloadKey("api", "Deployment", "auth-api")
    assert set(facts.get(ObservedWorkloads).workloads) == {db, auth}
    assert facts.get(ObservedAutoscalers).bounds == {auth: (1, 5)}
    assert set(facts.get(ObservedApplications).applications) == {
        ApplicationKey("argocd", "ecoeco-api-auth")
    }
    (source,) = state.sources
    assert source.up
    assert source.items["Node"] == 1


async def test_only_what_is_needed_is_asked_for(api: ApiServer, following: Following) -> None:
    async with following(needed=frozenset({ObservedNodes, ObservedApplications})) as live:
        await when_complete(live)

    asked = {entry.resource for entry in api.log} - {"selfsubjectaccessreviews"}
    assert asked == {"nodes", "applications"}


async def test_changes_are_followed(api: ApiServer, following: Following) -> None:
    api.put(node("a"))
    async with following() as live:
        await when(live, lambda state: names(state) == {"a"})

        api.put(node("b"))
        await when(live, lambda state: names(state) == {"a", "b"})
        api.delete("nodes", "a")
        await when(live, lambda state: names(state) == {"b"})
        api.change("nodes", "b", edit=lambda one: one.update(spec={"unschedulable": True}))
        await when(live, lambda state: state.facts.get(ObservedNodes).nodes["b"].unschedulable)


async def test_before_the_first_list_a_fact_is_absent_with_a_reason(following: Following) -> None:
    async with following() as live:
        state = await live.read(at=SYSTEM.now())

    assert state.facts.find(ObservedNodes) is None
    (gap,) = state.facts.gaps[ObservedNodes]
    assert gap.message == "nodes: not listed yet"
    assert not state.sources[0].up


async def test_data_that_is_too_old_is_told_by_the_kind_and_its_age(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    async with following(max_age="1m") as live:
        await when_complete(live)

        state = await live.read(at=SYSTEM.now() + timedelta(minutes=2))

    (gap,) = state.facts.gaps[ObservedNodes]
    assert gap.message.startswith("nodes: last seen at ")
    assert set(state.facts.get(ObservedNodes).nodes) == {"a"}
    assert not state.sources[0].up
    assert not state.watches[0].up


async def test_a_server_that_is_gone_is_down_at_once_and_what_is_known_holds(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    async with following(needed=frozenset({ObservedNodes})) as live:
        await when_complete(live)
        before = await live.read(at=SYSTEM.now())

        await api.stop()

        gone = await when(live, lambda state: not state.sources[0].up)
        await api.start()
        await when(live, lambda state: state.sources[0].up and state.watches[0].up)

    assert before.sources[0].up
    assert not gone.watches[0].up
    assert not gone.facts.gaps
    assert set(gone.facts.get(ObservedNodes).nodes) == {"a"}


async def test_only_the_namespaces_that_are_set_are_looked_at(
    api: ApiServer, following: Following
) -> None:
    api.put(node("node-1"))
    for namespace in ("api", "web", "other"):
        api.put(pod("db-0", namespace=namespace))
        api.put(pod("db-1", namespace=namespace, on="node-2"))
        api.put(workload("Deployment", "auth", namespace=namespace))

    async with following(needed=ALL, namespaces=("web", "api")) as live:
        state = await when_complete(live)

    pods, facts = state.facts.get(ObservedPods), state.facts
    assert pods.per_namespace == {"api": 2, "web": 2}
    assert [group.owner.namespace for group in pods.by_node["node-1"]] == ["api", "web"]
    assert {key.namespace for key in pods.by_owner} == {"api", "web"}
    assert {key.namespace for key in facts.get(ObservedWorkloads).workloads} == {"api", "web"}
    assert set(facts.get(ObservedNodes).nodes) == {"node-1"}
    assert all(one.namespace for one in api.log if one.resource == "pods")


async def test_a_kind_of_workloads_that_is_forbidden_is_unseen_and_the_others_are_known(
    api: ApiServer, following: Following
) -> None:
    api.put(workload("Deployment", "auth"))
    api.put(workload("DaemonSet", "proxy"))
    rules = [
        allow("list watch", "deployments statefulsets", group="apps"),
        allow("list watch", "rollouts", group="argoproj.io"),
    ]
    api.access.grant("viewer", rules, bearer=BEARER)

    logins = As(api.url, BEARER)
    async with following(needed=frozenset({ObservedWorkloads}), logins=logins) as live:
        state = await when_complete(live)

    found = state.facts.get(ObservedWorkloads)
    assert {key.kind for key in found.workloads} == {"Deployment"}
    assert found.unseen == {"DaemonSet"}
    (gap,) = state.facts.gaps[ObservedWorkloads]
    assert gap.extent == Extent(kinds=frozenset({"DaemonSet"}))
    assert gap.message == ("daemonsets.apps is forbidden: grant list and watch on daemonsets.apps")


async def test_facts_are_the_same_value_until_something_changes(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a", status={"conditions": [{"type": "Ready", "status": "True"}]}))
    api.put(pod("db-0"))
    async with following(needed=ALL) as live:
        first = await when_complete(live)
        api.change("nodes", "a", edit=lambda one: one["metadata"].update(annotations={"x": "y"}))
        await when(live, lambda state: state.watches[0].events > first.watches[0].events)
        second = await live.read(at=SYSTEM.now())
        api.put(node("b"))
        third = await when(live, lambda state: names(state) == {"a", "b"})

    assert second.facts is first.facts
    assert third.facts is not first.facts
    assert third.facts.get(ObservedPods) is first.facts.get(ObservedPods)


async def test_whoever_waits_is_woken_by_changes_and_not_by_signs_of_life(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    async with following() as live:
        state = await when_complete(live)
        live.changed.clear()
        seen = state.watches[0].events
        await when(live, lambda state: state.watches[0].events > seen)
        assert not live.changed.is_set()

        api.put(node("b"))
        async with asyncio.timeout(5):
            await live.changed.wait()


async def test_a_task_that_breaks_is_started_again_and_counted(
    api: ApiServer, supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    times = iter([RuntimeError("broken"), RuntimeError("broken")])

    def boot() -> float:
        for error in times:
            raise error
        return SYSTEM.boot()

    api.put(node("a"))
    settings = KubernetesSettings()
    needed = frozenset({ObservedNodes})
    clock = Clock(wall=SYSTEM.wall, boot=boot)
    live = Live(settings, needed=needed, limits=FAST, logins=As(api.url), clock=clock)
    live.start(supervisor)

    state = await when(live, lambda state: names(state) == {"a"})
    await live.stop()

    assert state.watches[0].restarts[Restart.INTERNAL] == 2
    assert state.sources[0].errors[Reason.INTERNAL] == 2
    assert "the watch of nodes failed" in caplog.text


async def test_every_task_has_a_name_and_ends_with_stop(
    api: ApiServer, following: Following
) -> None:
    before = asyncio.all_tasks()
    async with following(needed=frozenset({ObservedNodes, ObservedApplications})) as live:
        await when_complete(live)
        during = {task.get_name() for task in asyncio.all_tasks() - before}

    assert {"watch nodes", "watch applications.argoproj.io"} <= during
    assert not [one for one in asyncio.all_tasks() if one.get_name().startswith("watch ")]
    assert not await until_empty(api)


async def until_empty(api: ApiServer) -> int:
    await api.until(lambda: not api.watches)
    return len(api.watches)


async def test_whoever_waits_is_woken_when_what_is_known_becomes_too_old(
    api: ApiServer, following: Following
) -> None:
    api.put(node("a"))
    async with following(needed=frozenset({ObservedNodes}), max_age="10m") as live:
        await when_complete(live)
        live.changed.clear()
        nearly = SYSTEM.now() + (live.max_age - timedelta(seconds=0.2))

        state = await live.read(at=nearly)

        assert not state.facts.gaps
        assert not live.changed.is_set()
        async with asyncio.timeout(GRACE):
            await live.changed.wait()


@pytest.mark.parametrize("hours", [-6, 6])
async def test_a_clock_that_is_far_from_the_servers_is_said(
    api: ApiServer, supervisor: Supervisor, hours: int
) -> None:
    api.put(node("a"))
    wrong = Clock(wall=lambda: SYSTEM.wall() + timedelta(hours=hours), boot=SYSTEM.boot)
    needed = frozenset({ObservedNodes})
    live = Live(KubernetesSettings(), needed=needed, limits=FAST, logins=As(api.url), clock=wrong)
    live.start(supervisor)
    await when(live, lambda state: names(state) == {"a"})

    right = await live.read(at=SYSTEM.now())
    state = await live.read(at=wrong.now())
    await live.stop()

    assert (right.failures, right.ahead) == ((), timedelta())
    assert abs(state.ahead + timedelta(hours=hours)) < timedelta(seconds=3)
    (failure,) = state.failures
    assert ("360 min ahead of ours" if hours < 0 else "360 min behind ours") in failure.message
    assert names(state) == {"a"}
