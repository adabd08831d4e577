"""The inhibitions of the example, as a running Alertmanager understands them."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.monitoring.alertmanager import unpacked
from tests.programs import tool
from tests.rules.inhibitions import HEARD, INHIBITED, Labels, alert
from tests.rules.shipped import EXAMPLE

GRACE = 20
SETTLED = 0.1


def ask(url: str, body: Any = None) -> Any:
    """Return what Alertmanager's API answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.loads(answer.read() or "null")


def until(url: str, *, answers: int) -> Any:
    """Return the answer of *url* once it has as many items."""
    deadline = time.monotonic() + GRACE
    while True:
        try:
            answer = ask(url)
            if len(answer) == answers:
                return answer
        except OSError:
            answer = None
        if time.monotonic() > deadline:
            pytest.fail(f"{url} gave {answer}")
        time.sleep(SETTLED)


@pytest.fixture(
    scope="module",
    params=["prometheus-alertmanager", "prometheus-alertmanager-bookworm"],
    ids=["debian13", "debian12"],
)
def alertmanager(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of an Alertmanager with the example's configuration."""
    program, folder = Path(tool(request.param)), tmp_path_factory.mktemp("alertmanager")
    copy = unpacked(program, folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    running = subprocess.Popen(
        [
            str(copy),
            f"--config.file={EXAMPLE}",
            f"--storage.path={folder}/data",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
        ],
        cwd=program.parents[2],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(f"http://{address}/api/v2/alerts", answers=0)
        yield f"http://{address}/api/v2"
    finally:
        running.kill()
        running.wait()


def pairs() -> Iterator[tuple[Labels, Labels, bool]]:
    """Yield source, target and whether it is silent; each pair in a cluster of its own."""
    for number, (param, silent) in enumerate(
        [(one, True) for one in INHIBITED] + [(one, False) for one in HEARD]
    ):
        source, of, target, on = param.values
        one, other = alert(str(source), **dict(of)), alert(str(target), **dict(on))  # type: ignore[call-overload] # pytest types values as object
        for labels in (one, other):
            labels["cluster"] += str(number)
        yield one, other, silent


def test_one_cause_gives_one_notification(alertmanager: str) -> None:
    paired = list(pairs())
    alerts = [labels for one, other, _ in paired for labels in (one, other)]

    ask(f"{alertmanager}/alerts", [{"labels": labels} for labels in alerts])
    until(f"{alertmanager}/alerts", answers=len(alerts))
    expected = sum(silent for *_, silent in paired)
    inhibited = until(f"{alertmanager}/alerts?active=false&silenced=false", answers=expected)

    names = {(one["labels"]["cluster"], one["labels"]["alertname"]) for one in inhibited}
    assert names == {
        (other["cluster"], other["alertname"]) for _, other, silent in paired if silent
    }
