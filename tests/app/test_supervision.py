"""No task that serving is made of ends unseen, and settings that do not start stop nothing."""

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from exporter.app.conformance import Conformance
from exporter.app.service import ServeOptions, Service, serve_as
from exporter.app.web import WebOptions
from exporter.domain.errors import TaskError
from exporter.foreign.supervisor import Supervisor
from exporter.observed.kubernetes.live import Live
from exporter.settings.load import load
from exporter.settings.observed import KubernetesSettings
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.server import ApiServer

SETTINGS = """
repository: {path: .}
declared: {inventory: {nodes: [{name: a}]}}
observed: {kubernetes: {kubeconfig: kubeconfig}, alertmanager: {url: "http://127.0.0.1:1"}}
"""
GRACE = 30
ROOTS = ("evaluations", "watch nodes", "poll alertmanager", "accepting 127.0.0.1")


@pytest.fixture(autouse=True)
def process_restored() -> Iterator[None]:
    """Put back what serving sets for the whole process."""
    threshold, turn = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()
    sys.setswitchinterval(turn)


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Path]:
    """Settings by which a simulated cluster is followed, and an Alertmanager that is not there."""
    path = tmp_path / "conformance.yaml"
    path.write_text(SETTINGS)
    async with ApiServer() as api:
        write_kubeconfig(tmp_path / "kubeconfig", url=api.url)
        yield path


def roots() -> dict[str, asyncio.Task[object]]:
    """Return the root tasks that run, by their names; ports are left out."""
    running = {task.get_name().rpartition(":")[0] or task.get_name(): task for task in all_tasks()}
    return {name: task for name, task in running.items() if name in ROOTS}


def all_tasks() -> set[asyncio.Task[object]]:
    return asyncio.all_tasks()


async def until_published(service: Service, serving: asyncio.Task[None]) -> None:
    async with asyncio.timeout(GRACE):
        while service.loop.published is None:
            await asyncio.wait([serving], timeout=0.01)


@pytest.mark.parametrize("name", ROOTS)
async def test_a_root_task_that_ends_ends_all_and_says_which(
    settings: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    address = ("127.0.0.1", 0)
    options = ServeOptions(
        settings=settings, addresses=(address,), web=WebOptions(probes=(address,))
    )
    service = Service(options)
    serving = asyncio.create_task(serve_as(service))
    await until_published(service, serving)
    assert roots().keys() == set(ROOTS)

    roots()[name].cancel()

    with pytest.raises(TaskError, match=f"^the task {name}[:0-9]* ended"):
        await asyncio.wait_for(serving, GRACE)
    assert not roots()
    assert f"the task {name}" in caplog.text


PROGRAM = """
import sys
from exporter.__main__ import main
from exporter.observed.polling import PollLoop

async def break_down(_):
    raise RuntimeError("out of order")

PollLoop._run = break_down
main()
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("serve", "--web.listen-address", "127.0.0.1:0"), 1, id="serve"),
        pytest.param(("check",), 3, id="check"),
        pytest.param(("report",), 3, id="report"),
    ],
)
async def test_the_process_ends_with_its_reason_where_a_root_task_does(
    settings: Path, arguments: tuple[str, ...], code: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, *arguments, "--config.file", str(settings)),
        stderr=subprocess.PIPE,
    )

    _, log = await asyncio.wait_for(process.communicate(), GRACE)

    assert process.returncode == code
    assert b"the task poll alertmanager ended: RuntimeError: out of order" in log
    assert b"Traceback" in log


class Unstartable(Conformance):
    """Settings whose start fails when half of it is done."""

    async def start(self, supervisor: Supervisor) -> None:
        self.observed = Broken()
        await super().start(supervisor)


class Broken(Live):
    """A cluster that cannot be followed."""

    def __init__(self) -> None:
        super().__init__(KubernetesSettings(), needed=frozenset())

    def start(self, supervisor: Supervisor) -> None:
        del supervisor
        raise RuntimeError("out of order")


@pytest.fixture
async def service(settings: Path, supervisor: Supervisor) -> AsyncIterator[Service]:
    """A service that follows a cluster."""
    service = Service(ServeOptions(settings=settings, addresses=()))
    service.supervisor = supervisor
    await service.current.start(supervisor)
    yield service
    await service.current.stop()


async def exposed(service: Service) -> str:
    """Evaluate once, and return the exposition."""
    await service.loop.step()
    assert service.loop.published is not None
    return service.loop.published.text.unpack().decode()


async def test_settings_that_do_not_start_leave_the_last_ones_running(
    service: Service, settings: Path, caplog: pytest.LogCaptureFixture
) -> None:
    last, before = service.current, roots()
    service.coming = Unstartable(load(settings))

    text = await exposed(service)

    assert service.current is last
    assert roots() == before
    assert not any(task.done() for task in before.values())
    assert "cluster_conformance_config_last_reload_successful 0.0\n" in text
    assert "out of order" in caplog.text


async def test_settings_that_start_take_over_after_others_that_did_not(
    service: Service, settings: Path
) -> None:
    last, before = service.current, roots()
    service.coming = Unstartable(load(settings))
    await exposed(service)
    service.read_all()

    text = await exposed(service)

    assert service.current is not last
    assert all(task.done() for task in before.values())
    assert "cluster_conformance_config_last_reload_successful 1.0\n" in text


async def test_what_ran_before_is_stopped_only_when_its_successor_has_started(
    service: Service, settings: Path
) -> None:
    before = roots()
    done: list[bool] = []

    class Successor(Conformance):
        async def start(self, supervisor: Supervisor) -> None:
            await super().start(supervisor)
            done.extend(task.done() for task in before.values())

    service.coming = Successor(load(settings))

    await service.reload()

    assert before
    assert not any(done)
    assert all(task.done() for task in before.values())
