"""Operations that real controllers carry out are told to nobody; a fault in each is told once.

All go on side by side in one cluster, whose kubelets alone are played. What counts is what the
shipped alerts would tell, with their ``for`` and the deadlines of the settings sped up alike.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from exporter.foreign.supervisor import supervised
from exporter.observed.kinds import FACTS
from exporter.observed.kubernetes.live import Live
from exporter.settings.observed import KubernetesSettings
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.real.clusters import Real
from tests.real.conftest import asking
from tests.real.control import CONTROLLERS, Cluster, control_plane
from tests.real.following import LIMITS, sound, when
from tests.real.kubelets import MINUTE, Kubelets
from tests.real.objects import namespace
from tests.real.operations import OPERATIONS, Operation
from tests.real.processes import ADMIN_TOKEN, KubeApiServer
from tests.real.trial import SHARED, Trial
from tests.real.watching import Watching

PATIENCE = 150 * MINUTE
"""Seconds that an operation may take with what is told of its fault."""
SETTLED = 3
LATE = 2.5 * MINUTE
"""Seconds that a look, or a round of all kubelets, may take: half of the shortest ``for``."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an operation: what was told, and what was amiss in the end."""

    told: list[tuple[str, str]]
    amiss: list[str]


@dataclass(slots=True)
class Stage:
    """A control plane with an exporter that looks at it.

    The *slowest* look, or round of all kubelets, took so many seconds, before anybody was alone.
    """

    real: Real
    watching: Watching
    kubelets: Kubelets
    slowest: float = 0.0

    async def try_all(self, some: Sequence[Operation]) -> dict[str, Tried]:
        """Try operations side by side, each with its fault and without; then those alone."""
        tried: dict[str, Tried] = {}
        both = [(one, broken) for one in some for broken in (False, True)]
        together = (self._try(one, tried, broken=broken) for one, broken in both if not one.alone)
        await asyncio.gather(*together)
        self.slowest = max(self.kubelets.longest, self.watching.longest)
        for one, broken in both:
            if one.alone:
                await self._try(one, tried, broken=broken)
        return tried

    async def _try(self, operation: Operation, tried: dict[str, Tried], *, broken: bool) -> None:
        name = f"{operation.id}{'-broken' * broken}"
        await self.real.requests.do("POST", "/api/v1/namespaces", body=namespace(name))
        cluster = Cluster(self.real.requests, name)
        trial = Trial(name, cluster, self.real, self.watching, self.kubelets, broken)
        problem = ""
        try:
            async with asyncio.timeout(PATIENCE):
                await trial.begin(operation.hosts, room=operation.room)
                await operation.run(trial)
                await (trial.until_told() if broken else trial.until_well())
                await trial.minutes(SETTLED)
        except TimeoutError:
            problem = f"not over after {PATIENCE} s"
        amiss = [f"{one.verdict} {one.check} {one.subject} {one.detail}" for one in trial.amiss()]
        told = [(one.alert, one.about.name) for one in trial.told()]
        tried[name] = Tried(told, [*amiss, *filter(None, [problem])])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everything(
    request: pytest.FixtureRequest, assets: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Tried]]:
    """All operations that are asked for, tried once; those that disturb others after them."""
    missing = [name for name in CONTROLLERS if not shutil.which(name, path=assets)]
    if missing:
        pytest.skip(f"{assets} lacks {' and '.join(missing)}: no controllers were tried")
    own = [one.name for one in request.session.items if one.path == Path(__file__)]
    some = [one for one in OPERATIONS.values() if any(f"[{one.id}]" in name for name in own)]
    folder = tmp_path_factory.mktemp("control")
    with control_plane(assets, folder) as server:
        async with asking(server.url, server.authority) as requests:
            real, kubelets = Real(server, requests), Kubelets(requests)
            live = _follow(server, folder)
            watching = Watching(live)
            async with supervised() as supervisor, kubelets.running():
                live.start(supervisor)
                try:
                    await when(live, sound)
                    async with watching.running():
                        stage = Stage(real, watching, kubelets)
                        for name in ("1", "2", "3"):
                            await Cluster(requests, "").join(f"{SHARED}-{name}", pool=SHARED)
                            watching.declare_node(f"{SHARED}-{name}")
                        tried = await stage.try_all(some)
                finally:
                    await live.stop()
            nobodys = [
                (one.alert, one.about.name)
                for one in watching.told
                if one.about.name.startswith(SHARED)
            ]
            late = [f"{stage.slowest:.1f} s"] if stage.slowest > LATE else []
            yield {**tried, SHARED: Tried(nobodys, late)}


def _follow(server: KubeApiServer, folder: Path) -> Live:
    kubeconfig = folder / "kubeconfig-of-exporter"
    write_kubeconfig(kubeconfig, url=server.url, token=ADMIN_TOKEN, authority=server.authority)
    settings = KubernetesSettings(kubeconfig=str(kubeconfig))
    return Live(settings, needed=frozenset(FACTS), limits=LIMITS)


async def test_nothing_is_told_of_nodes_to_which_nothing_happens(
    everything: dict[str, Tried],
) -> None:
    assert everything[SHARED].told == []


async def test_the_machine_is_quick_enough_for_what_is_told_to_count(
    everything: dict[str, Tried],
) -> None:
    assert everything[SHARED].amiss == [], "see REAL_FACTOR"


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_of_real_controllers_is_told_to_nobody(
    name: str, everything: dict[str, Tried]
) -> None:
    assert everything[name] == Tried([], [])


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_fault_in_it_is_told_once_with_its_cause(
    name: str, everything: dict[str, Tried]
) -> None:
    operation, tried = OPERATIONS[name], everything[f"{name}-broken"]

    assert tried.told == [(operation.told, operation.subject(f"{name}-broken"))], tried.amiss
