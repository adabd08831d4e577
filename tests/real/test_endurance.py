import asyncio
from pathlib import Path

from exporter.domain.applications import ObservedApplications
from exporter.domain.errors import Reason
from exporter.domain.nodes import ObservedNodes
from exporter.domain.state import State
from exporter.observed.kinds.application import KIND as APPLICATION
from exporter.observed.kinds.node import KIND as NODE
from tests.apiserver.resources import APPLICATIONS
from tests.observed.kubernetes.following import names
from tests.real.clusters import Cluster
from tests.real.following import Following, sound, to_follow, watch, when
from tests.real.objects import application, node

NEEDED = frozenset({ObservedNodes, ObservedApplications})


def count(state: State) -> int:
    found = state.facts.find(ObservedApplications)
    return len(found.applications) if found else -1


async def test_a_restart_of_the_server_is_survived_and_nothing_looks_gone_meanwhile(
    cluster: Cluster, following: Following
) -> None:
    await cluster.install(APPLICATIONS)
    await cluster.create(node("a"))
    await cluster.create(application("one"))
    token = await cluster.grant("service", to_follow(NODE, APPLICATION))
    seen: set[tuple[frozenset[str], int]] = set()

    def noted(state: State) -> bool:
        seen.add((frozenset(names(state)), count(state)))
        return "b" in names(state)

    async with following(cluster, needed=NEEDED, token=token) as live:
        await when(live, sound)
        noting = asyncio.create_task(when(live, noted))
        await cluster.restart()
        await cluster.create(node("b"))
        await noting
        state = await when(live, sound)

    assert seen == {(frozenset("a"), 1), (frozenset("ab"), 1)}
    assert sum(watch(state, NODE).restarts.values()) > 0


async def test_a_token_that_is_replaced_in_its_file_is_taken_over(
    cluster: Cluster, following: Following, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(await cluster.grant("service", to_follow(NODE)))
    await cluster.create(node("a"))
    needed = frozenset({ObservedNodes})

    async with following(cluster, needed=needed, token=file, watch=(1, 1)) as live:
        await when(live, lambda state: names(state) == {"a"})
        replacement = await cluster.rotate("service")
        state = await when(live, lambda s: s.sources[0].errors[Reason.FORBIDDEN])
        assert names(state) == {"a"}
        file.write_text(replacement)
        await cluster.create(node("b"))
        state = await when(live, lambda state: names(state) == {"a", "b"})

    assert state.failures == ()
