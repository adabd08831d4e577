from functools import partial

from exporter.domain.applications import ObservedApplications
from exporter.domain.declaration import ApplicationKey, Automation, WorkloadKey
from exporter.domain.nodes import ObservedNodes
from exporter.domain.state import State
from exporter.domain.watches import Restart
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads
from exporter.observed.kinds.node import KIND as NODE
from tests.apiserver.resources import APPLICATIONS, SCALED_OBJECTS
from tests.observed.kubernetes.following import names
from tests.real.clusters import Cluster, Real
from tests.real.following import Following, restarts, sound, watch, when
from tests.real.objects import application, node, pod, scaled_object, scaler, workload

AUTH = WorkloadKey("api", "Deployment", "auth")
DB = WorkloadKey("api", "StatefulSet", "db")


def applications(state: State) -> dict[str, str]:
    """Return each Application's name and how it is synchronised."""
    found = state.facts.find(ObservedApplications)
    return {key.name: one.sync for key, one in found.applications.items()} if found else {}


def pods(state: State) -> dict[str, int]:
    """Return how many pods each namespace has."""
    found = state.facts.find(ObservedPods)
    return dict(found.per_namespace) if found else {}


def deployments(state: State) -> set[str]:
    found = state.facts.find(ObservedWorkloads)
    return {key.name for key in found.workloads if key.kind == "Deployment"} if found else set()


def phase(state: State, name: str) -> str:
    """Return the label ``phase`` of a node."""
    return state.facts.get(ObservedNodes).nodes[name].labels.get("phase", "")


def has_nodes(state: State, *, count: int) -> bool:
    return len(names(state)) == count


def has_ended(state: State, *, times: int) -> bool:
    """Tell whether the server ended the watch of nodes so often."""
    return restarts(state, NODE).get(Restart.ENDED, 0) >= times


async def test_every_fact_is_what_the_server_has(cluster: Cluster, following: Following) -> None:
    await cluster.install(APPLICATIONS)
    await cluster.install(SCALED_OBJECTS)
    for content in (
        node("node-1"),
        pod("db-0"),
        workload("StatefulSet", "db"),
        workload("Deployment", "auth"),
        workload("DaemonSet", "proxy"),
        workload("Deployment", "mail"),
        scaler("auth", target="auth", maximum=5),
        scaled_object("mail", target="mail", maximum=9),
        application("api-auth"),
    ):
        await cluster.create(content)

    async with following(cluster) as live:
        state = await when(live, sound)

    facts = state.facts
    assert set(facts.get(ObservedNodes).nodes) == {"node-1"}
    assert set(facts.get(ObservedPods).by_owner) == {DB}
    mail, proxy = WorkloadKey("api", "Deployment", "mail"), WorkloadKey("api", "DaemonSet", "proxy")
    assert set(facts.get(ObservedWorkloads).workloads) == {DB, AUTH, mail, proxy}
    assert facts.get(ObservedAutoscalers).bounds == {AUTH: (1, 5), mail: (0, 9)}
    found = facts.get(ObservedApplications).applications[ApplicationKey("argocd", "api-auth")]
    assert (found.sync, found.health, found.revisions) == ("Synced", "Healthy", ("0123abc",))
    assert found.sources[0].path == "api-auth"
    assert found.automation == Automation(prune=True, self_heal=False)
    assert (found.reconciled is not None, found.operation.is_running) == (True, False)


async def test_what_is_created_changed_and_deleted_is_followed(
    cluster: Cluster, following: Following
) -> None:
    await cluster.install(APPLICATIONS)
    first = node("a")
    await cluster.create(first)

    async with following(cluster) as live:
        await when(live, lambda state: sound(state) and names(state) == {"a"})
        others = [node("b"), pod("db-0"), workload("Deployment", "auth"), application("one")]
        for content in others:
            await cluster.create(content)
        state = await when(live, lambda s: (names(s), pods(s)) == ({"a", "b"}, {"api": 1}))
        await when(
            live, lambda s: (deployments(s), applications(s)) == ({"auth"}, {"one": "Synced"})
        )
        await cluster.relabel(first, phase="dev")
        await when(live, lambda state: phase(state, "a") == "dev")
        for content in (first, *others):
            await cluster.delete(content)
        state = await when(live, lambda s: not names(s) and not pods(s) and not deployments(s))
        state = await when(live, lambda s: not applications(s))

    assert watch(state, NODE).lists == 1
    assert state.facts.gaps == {}


async def test_a_list_comes_as_a_stream(streaming: Cluster, following: Following) -> None:
    for name in "abc":
        await streaming.create(node(name))

    async with following(streaming, needed=frozenset({ObservedNodes})) as live:
        state = await when(live, lambda state: names(state) == set("abc"))

    assert watch(state, NODE).lists == 1
    assert restarts(state, NODE) == {}


async def test_a_server_without_streaming_lists_is_listed_page_by_page(
    plain: Real, following: Following
) -> None:
    for name in "abcde":
        await plain.create(node(name))

    async with following(plain, needed=frozenset({ObservedNodes}), page_items=2) as live:
        await when(live, lambda state: names(state) == set("abcde"))
        await plain.create(node("f"))
        state = await when(live, lambda state: names(state) == set("abcdef"))

    assert watch(state, NODE).lists == 1
    assert restarts(state, NODE) == {Restart.REFUSED: 1}


async def test_a_watch_that_the_server_ends_goes_on_from_where_it_was(
    streaming: Cluster, following: Following
) -> None:
    needed = frozenset({ObservedNodes})

    # Each watch tells something: a quiet server sends no bookmark within so short a time.
    async with following(streaming, needed=needed, watch=(3, 3)) as live:
        for number, name in enumerate("abc"):
            await when(live, partial(has_ended, times=number))
            await streaming.create(node(name))
            state = await when(live, partial(has_nodes, count=number + 1))

    assert names(state) == set("abc")
    assert watch(state, NODE).lists == 1
    assert set(restarts(state, NODE)) == {Restart.ENDED}


async def test_a_custom_kind_that_comes_later_is_found_and_one_that_goes_is_gone(
    cluster: Cluster, following: Following
) -> None:
    async with following(cluster) as live:
        state = await when(live, sound)
        assert applications(state) == {}

        await cluster.install(APPLICATIONS)
        await cluster.create(application("one"))
        await when(live, lambda state: applications(state) == {"one": "Synced"})
        await cluster.remove(APPLICATIONS)
        state = await when(live, lambda state: not applications(state))
        assert state.facts.gaps == {}
        await cluster.install(APPLICATIONS)
        await cluster.create(application("two"))
        await when(live, lambda state: applications(state) == {"two": "Synced"})
