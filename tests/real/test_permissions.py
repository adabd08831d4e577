import pytest

from exporter.domain.applications import ObservedApplications
from exporter.domain.nodes import ObservedNodes
from exporter.domain.state import State
from exporter.domain.workloads import ObservedPods, ObservedWorkloads
from exporter.observed.kinds import FACTS, KindSpec, kinds_for
from exporter.observed.kinds.node import KIND as NODE
from exporter.observed.kinds.pod import KIND as POD
from tests.apiserver.resources import APPLICATIONS, SCALED_OBJECTS
from tests.observed.kubernetes.following import names
from tests.real.clusters import Cluster
from tests.real.following import Following, sound, to_follow, when
from tests.real.objects import application, node, pod, workload

EVERY = kinds_for(FACTS)


def messages(state: State) -> set[str]:
    return {failure.message for failure in state.failures}


def blind(state: State) -> list[str]:
    """Return the kinds of which not everything is known."""
    return [one.kind for one in state.watches if not one.up]


async def test_list_and_watch_on_every_kind_is_enough(
    cluster: Cluster, following: Following
) -> None:
    await cluster.install(APPLICATIONS)
    await cluster.install(SCALED_OBJECTS)
    for content in (node("a"), pod("db-0"), application("one")):
        await cluster.create(content)
    token = await cluster.grant("service", to_follow(*EVERY))

    async with following(cluster, token=token) as live:
        state = await when(live, sound)
        await cluster.create(node("b"))
        await when(live, lambda state: names(state) == {"a", "b"})

    assert len(state.facts.get(ObservedApplications).applications) == 1


@pytest.mark.parametrize("verb", ["list", "watch"])
@pytest.mark.parametrize("kind", EVERY)
async def test_one_verb_less_is_noticed_by_its_name(
    cluster: Cluster, following: Following, kind: KindSpec, verb: str
) -> None:
    others = to_follow(*(one for one in EVERY if one is not kind))
    other = "watch" if verb == "list" else "list"
    token = await cluster.grant("service", [*others, *to_follow(kind, verbs=other)])
    name = kind.resource

    async with following(cluster, token=token) as live:
        wanted = {f"{name} is forbidden: grant {verb} on {name}"}
        state = await when(live, lambda s: messages(s) == wanted and blind(s) == [kind.kind])

    assert not state.sources[0].up


async def test_a_kind_that_is_forbidden_blinds_only_what_depends_on_it(
    cluster: Cluster, following: Following
) -> None:
    for content in (node("a"), pod("db-0"), workload("Deployment", "auth")):
        await cluster.create(content)
    others = (kind for kind in EVERY if kind is not POD)
    token = await cluster.grant("service", to_follow(*others))

    async with following(cluster, token=token) as live:
        state = await when(live, lambda state: set(state.facts.gaps) == {ObservedPods})

    facts = state.facts
    assert messages(state) == {"pods is forbidden: grant list and watch on pods"}
    assert facts.find(ObservedPods) is None
    assert set(facts.get(ObservedNodes).nodes) == {"a"}
    assert len(facts.get(ObservedWorkloads).workloads) == 1


async def test_what_is_granted_later_is_seen_then(cluster: Cluster, following: Following) -> None:
    await cluster.create(node("a"))
    token = await cluster.grant("service", [])

    async with following(cluster, needed=frozenset({ObservedNodes}), token=token) as live:
        await when(live, messages)
        await cluster.allow("service", to_follow(NODE))
        state = await when(live, lambda state: names(state) == {"a"})

    assert state.failures == ()


async def test_roles_in_namespaces_are_enough_for_these_namespaces(
    cluster: Cluster, following: Following
) -> None:
    await cluster.create(node("a"))
    for namespace in ("api", "web", "other"):
        await cluster.create(pod("db-0", namespace=namespace))
        await cluster.create(workload("Deployment", "auth", namespace=namespace))
    namespaced = [kind for kind in EVERY if kind.namespaced]
    rules = to_follow(NODE)
    for namespace in ("api", "web"):
        rules += to_follow(*namespaced, namespace=namespace)
    token = await cluster.grant("service", rules)

    async with following(cluster, token=token, namespaces=("api", "web")) as live:
        state = await when(live, sound)

    facts = state.facts
    assert facts.get(ObservedPods).per_namespace == {"api": 1, "web": 1}
    assert {key.namespace for key in facts.get(ObservedWorkloads).workloads} == {"api", "web"}


async def test_a_namespace_without_a_role_is_named(cluster: Cluster, following: Following) -> None:
    token = await cluster.grant("service", to_follow(POD, namespace="api"))
    needed = frozenset({ObservedPods})

    async with following(cluster, needed=needed, token=token, namespaces=("api", "web")) as live:
        wanted = {"pods is forbidden: grant list and watch on pods in namespace web"}
        state = await when(live, lambda state: messages(state) == wanted)

    assert set(state.facts.gaps) == {ObservedPods}
