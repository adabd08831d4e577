"""The server as a program: it tells where it listens, and does what it is told."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program until the end of the test."""
    command = [sys.executable, "-m", "tests.apiserver", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
        assert process.wait(10) == 0


def ask(process: subprocess.Popen[str], command: str) -> str:
    assert process.stdin is not None
    process.stdin.write(f"{command}\n")
    process.stdin.flush()
    return answer(process)


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_program_serves_and_obeys(tmp_path: Path) -> None:
    config = tmp_path / "kubeconfig"
    with program("--nodes", "3", "--pods", "10", "--kubeconfig", str(config)) as process:
        url = answer(process)

        with urllib.request.urlopen(f"{url}/api/v1/nodes") as response:
            assert len(json.load(response)["items"]) == 3
        assert json.loads(config.read_text())["clusters"][0]["cluster"] == {"server": url}
        assert int(ask(process, "version")) >= 14
        assert ask(process, "compact") == "compacted"
        assert ask(process, "rate 100") == "rate 100"
        assert ask(process, "drop") == "dropped"
        assert ask(process, "stop") == "stopped"
        assert ask(process, "start") == url
        assert ask(process, "scenario taint-removed") == "node node-00000 lost the taint pool"
        assert ask(process, "scenario x").startswith("error: there is no scenario 'x'")
        assert ask(process, "sing").startswith("unknown command; there are rate, ")


@pytest.mark.parametrize(
    ("command", "beginning"),
    [
        pytest.param("rate 5", "error: there is no made-up cluster to change", id="no load"),
        pytest.param("scenario rollout", "error: the cluster has no", id="nothing to change"),
    ],
)
def test_what_cannot_be_done_is_told(command: str, beginning: str) -> None:
    with program("--token", "t", "--tls") as process:
        assert answer(process).startswith("https://127.0.0.1:")

        assert ask(process, command).startswith(beginning)
