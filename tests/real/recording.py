"""What real controllers write into the status of workloads as these are rolled out, in order.

``KUBEBUILDER_ASSETS=FOLDER python -m tests.real.recording`` writes ``tests/trust/recorded`` again,
against which the simulated controllers are held.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.real.clusters import Requests
from tests.real.conftest import VARIABLE, asking
from tests.real.control import PLURALS, Cluster, control_plane
from tests.real.kubelets import MINUTE, Kubelets
from tests.real.objects import Object, namespace
from tests.real.processes import ADMIN_TOKEN, KubeApiServer
from tests.trust.transitions import (
    RECORDED,
    REPLICAS,
    STEPS,
    Transitions,
    ended,
    shown,
    workload,
)

PATIENCE = 600
_CHECK = 0.2
_DEADLINE = int(5 * MINUTE)


@dataclass(slots=True)
class Recorder:
    """Watches the workloads of a kind in a namespace; *found* has what is shown, in order."""

    requests: Requests
    path: str
    found: list[Object] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch until the end."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        url = f"{self.requests.url}{self.path}?watch=true&resourceVersion=0"
        wait = aiohttp.ClientTimeout(total=None)
        async with self.requests.session.get(url, headers=headers, timeout=wait) as answer:
            async for line in answer.content:
                self.found.append(shown(json.loads(line)["object"]))


async def record(server: KubeApiServer) -> Transitions:
    """Return what is shown of each kind, by steps."""
    async with asking(server.url, server.authority) as requests:
        kubelets = Kubelets(requests)
        async with kubelets.running():
            for number in range(REPLICAS):
                await Cluster(requests, "").join(f"node-{number}")
            found = await asyncio.gather(*(_record(requests, kind) for kind in STEPS))
    return dict(zip(STEPS, found, strict=True))


async def _record(requests: Requests, kind: str) -> dict[str, list[Object]]:
    name, steps = f"recorded-{kind.lower()}", {}
    await requests.do("POST", "/api/v1/namespaces", body=namespace(name))
    cluster = Cluster(requests, name)
    recorder = Recorder(requests, cluster.path(PLURALS[kind]))
    async with recorder.running(), asyncio.timeout(PATIENCE):
        for step in STEPS[kind]:
            recorder.found = []
            content = workload(kind, step, namespace=name, deadline=_DEADLINE)
            if step == "created":
                await cluster.create(PLURALS[kind], content)
            else:
                await cluster.patch(cluster.path(PLURALS[kind], "app"), {"spec": content["spec"]})
            while not recorder.found or not ended(kind, step, recorder.found[-1]):  # noqa: ASYNC110 - to be asked
                await asyncio.sleep(_CHECK)
            steps[step] = recorder.found
    return steps


def main() -> None:
    """Write it down."""
    with (
        tempfile.TemporaryDirectory() as folder,
        control_plane(Path(os.environ[VARIABLE]), Path(folder)) as server,
    ):
        found = asyncio.run(record(server))
        version = asyncio.run(_version(server))
    RECORDED.parent.mkdir(exist_ok=True)
    document = {"kubernetes": version, "transitions": found}
    RECORDED.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


async def _version(server: KubeApiServer) -> str:
    async with asking(server.url, server.authority) as requests:
        version: str = json.loads(await requests.do("GET", "/version"))["gitVersion"]
    return version


if __name__ == "__main__":
    main()
