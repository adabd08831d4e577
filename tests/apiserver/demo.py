"""The demo: the exporter follows the reference cluster on a simulated API server."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from http import HTTPStatus
from pathlib import Path

import aiohttp

from tests.apiserver import argocd, charts
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.scenarios import SCENARIOS, run
from tests.apiserver.server import ApiServer
from tests.cloud import moto
from tests.cloud.reference import SCENARIOS as OF_CLOUD
from tests.cloud.reference import ReferenceCloud, reference_cloud
from tests.monitoring.recorded import SCENARIOS as OF_MONITORING
from tests.monitoring.recorded import RecordedStack

EXAMPLE = Path(__file__).parents[2] / "examples" / "reference-cluster"
NONE = "none"
BOOKMARKS = 10.0
"""Seconds between two signs of life of a watch."""
LOST = "30s"
"""After how long without one what the API server told counts no more; sooner than usual."""
KNOWN = sorted({*SCENARIOS, *OF_MONITORING, *OF_CLOUD, *charts.SCENARIOS})


def main() -> None:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.apiserver.demo", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1:10799", help="where the exporter listens")
    parser.add_argument("--scenario", choices=[NONE, *KNOWN], default=NONE)
    parser.add_argument("--after", type=float, default=20, help="seconds before it happens")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(demo(options.address, options.scenario, options.after)))


async def demo(address: str, scenario: str, after: float) -> int:
    """Serve the reference cluster at *address*; return the exporter's exit code.

    SIGTERM and SIGINT end both.
    """
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # which a shell may have us ignore
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            ApiServer(bookmark_period=BOOKMARKS) as api,
            RecordedStack(api.objects) as stack,
            contextlib.AsyncExitStack() as more,
        ):
            api.load_snapshot(EXAMPLE / "snapshot")
            cloud = None
            if scenario in OF_CLOUD:  # the others need none, and it takes a while to start
                _say("a simulated AWS starts")
                cloud = await more.enter_async_context(reference_cloud(api))
            settings = write_settings(
                Path(folder), url=api.url, monitoring=stack, cloud=cloud, max_age=LOST
            )
            if scenario in charts.SCENARIOS:
                charts.deliver(api, Path(folder) / "repository")
            command = (sys.executable, "-m", "exporter", "serve", "--config.file", str(settings))
            exporter = await asyncio.create_subprocess_exec(
                *command, "--web.listen-address", address, env={**os.environ, **moto.KEYS}
            )
            tasks = (
                asyncio.create_task(_end(exporter, told), name="end"),
                asyncio.create_task(
                    _play(api, stack, cloud, address=address, scenario=scenario, after=after),
                    name="scenario",
                ),
                asyncio.create_task(argocd.comparing(api), name="argocd"),
            )
            try:
                return await exporter.wait()
            finally:
                for task in tasks:
                    task.cancel()
                with contextlib.suppress(ProcessLookupError):
                    exporter.send_signal(signal.SIGTERM)
                await exporter.wait()


def write_settings(
    folder: Path,
    *,
    url: str,
    token: str | None = None,
    monitoring: RecordedStack | None = None,
    cloud: ReferenceCloud | None = None,
    max_age: str = "5m",
) -> Path:
    """Write the example's settings with a live cluster in place of its snapshot.

    *monitoring* is the stack that watches it, and *cloud* where it runs, if they are to be asked.
    """
    write_kubeconfig(folder / "kubeconfig", url=url, token=token)
    (folder / "repository").symlink_to(EXAMPLE / "repository")
    lines = (EXAMPLE / "conformance.yaml").read_text().splitlines(keepends=True)
    live = f"  kubernetes: {{kubeconfig: kubeconfig, max_age: {max_age}}}\n"
    live += asking(monitoring) if monitoring else ""
    live += asking(cloud) if cloud else ""
    path = folder / "conformance.yaml"
    path.write_text("".join(live if one.startswith("  snapshot:") else one for one in lines))
    return path


def asking(asked: RecordedStack | ReferenceCloud) -> str:
    """Return the settings by which something is asked, as they stand below *observed*."""
    parts = asked.settings().items()
    return "".join(f"  {part}: {json.dumps(settings)}\n" for part, settings in parts)


async def _end(exporter: asyncio.subprocess.Process, told: asyncio.Event) -> None:
    await told.wait()
    exporter.terminate()


async def _play(
    api: ApiServer,
    stack: RecordedStack,
    cloud: ReferenceCloud | None,
    *,
    address: str,
    scenario: str,
    after: float,
) -> None:
    """Play a *scenario* so many seconds *after* the first evaluation is shown at *address*."""
    if scenario == NONE:
        return
    of_charts = charts.SCENARIOS.get(scenario)
    of_cluster = SCENARIOS.get(scenario) or OF_MONITORING.get(scenario)
    chosen = of_cluster or of_charts or OF_CLOUD[scenario]
    await _shown(address)
    _say(f"in {after:g} seconds: {(chosen.__doc__ or scenario).splitlines()[0]}")
    await asyncio.sleep(after)
    if of_charts is not None:
        _say(await of_charts(api))
    elif cloud is not None:
        _say(await cloud.play(scenario))
    else:
        _say(await (stack.play(scenario) if scenario in OF_MONITORING else run(scenario, api)))


async def _shown(address: str) -> None:
    """Wait until the exporter has evaluated once and shows it."""
    host, _, port = address.rpartition(":")
    url = f"http://{host or '127.0.0.1'}:{port}/-/ready"
    async with aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(url) as answer:
                    if answer.status == HTTPStatus.OK:
                        return
            await asyncio.sleep(0.5)


def _say(text: str) -> None:
    sys.stdout.write(f"demo: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
