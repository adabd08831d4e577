"""What real controllers write into the status of workloads as these are rolled out, in order.

``KUBEBUILDER_ASSETS=FOLDER python -m tests.real.recording`` writes ``tests/trust/recorded`` again,
against which the simulated controllers are held.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.real.background import meanwhile
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

    def running(self) -> AbstractAsyncContextManager[None]:
        """Watch until the end."""
        return meanwhile(self._watch())

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
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_text(_written(found), encoding="utf-8")


def _written(found: Transitions) -> str:
    """Return the document, with a status on each line."""
    kinds = ",\n".join(
        f" {json.dumps(kind)}: {{\n{_joined(_steps(steps))}\n }}" for kind, steps in found.items()
    )
    return f"{{\n{kinds}\n}}\n"


def _steps(steps: dict[str, list[Object]]) -> Iterator[str]:
    for step, some in steps.items():
        lines = _joined(f"   {json.dumps(one)}" for one in some)
        yield f"  {json.dumps(step)}: [\n{lines}\n  ]"


def _joined(lines: Iterable[str]) -> str:
    return ",\n".join(lines)


if __name__ == "__main__":
    main()
