"""The commands, run as people run them."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.reference import EXAMPLE, Reference
from tests.programs import tool

SETTINGS = str(EXAMPLE / "conformance.yaml")

pytestmark = pytest.mark.usefixtures("kustomize")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "exporter", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )


def output(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--config.file", SETTINGS, "--format", "json").stdout)


def test_check_finds_the_deviations_and_says_so_by_its_exit_code() -> None:
    done = run("check", "--config.file", SETTINGS, "--format", "json")

    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert {one["layer"] for one in found["layers"]} == {
        "infrastructure",
        "configuration",
        "applications",
        "gitops",
    }
    assert found["layers"][0]["subjects"].keys() == {
        "pass",
        "fail",
        "unknown",
        "waived",
        "suppressed",
    }
    taint = next(
        one
        for one in found["findings"]
        if one["check"] == "node_taints" and one["subject"]["name"] == "k8s-api-auth"
    )
    assert taint["subject"] == {"kind": "Node", "namespace": "", "name": "k8s-api-auth"}
    assert (taint["verdict"], taint["severity"], taint["layer"]) == (
        "fail",
        "warning",
        "configuration",
    )
    assert taint["provenance"][0].keys() == {"source", "path", "line", "revision"}


def test_check_as_a_table_names_what_deviates() -> None:
    done = run("check", "-c", SETTINGS)

    assert re.search(r"^fail +node_taints +Node k8s-api-auth ", done.stdout, re.MULTILINE)
    assert re.search(r"^infrastructure +100% +100% ", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [
        pytest.param("critical", 3, id="nothing critical fails, and not everything is compared"),
        pytest.param("warning", 1, id="warnings do"),
        pytest.param("info", 1, id="at least"),
    ],
)
def test_the_threshold_decides_the_exit_code(fail_on: str, code: int) -> None:
    done = run("check", "-c", SETTINGS, "--fail-on", fail_on)

    assert done.returncode == code


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        pytest.param({"NO_COLOR": ""}, True, id="on a terminal"),
        pytest.param({"NO_COLOR": "1"}, False, id="unless nobody wants it"),
    ],
)
def test_check_is_coloured_on_a_terminal(environment: dict[str, str], *, coloured: bool) -> None:
    shown = on_a_terminal("check", "-c", SETTINGS, **environment)

    assert "node_taints" in shown
    assert ("\x1b[31m\x1b[1mfail\x1b[0m" in shown) is coloured


def test_check_is_not_coloured_in_a_pipe() -> None:
    assert "\x1b" not in run("check", "-c", SETTINGS).stdout


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Return what a command writes to a terminal."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:  # in a root without /dev/pts
        pytest.skip(f"there are no terminals here: {error.strerror}")
    with subprocess.Popen(
        [sys.executable, "-m", "exporter", *arguments],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    ):
        os.close(theirs)
        written = b""
        with contextlib.suppress(OSError):  # the end of a terminal is an error on Linux
            while part := os.read(ours, 65536):
                written += part
    os.close(ours)
    return written.decode()


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [
        pytest.param("warning", 1, id="no failure hides behind it"),
        pytest.param("critical", 3, id="nothing fails as badly"),
    ],
)
def test_check_that_could_not_look_at_everything(
    reference: Reference, fail_on: str, code: int
) -> None:
    (reference.root / "snapshot" / "nodes.json").unlink()

    done = run("check", "-c", str(reference.settings), "--fail-on", fail_on)

    assert done.returncode == code


def test_check_judges_as_of_an_instant() -> None:
    done = run("check", "-c", SETTINGS, "--at", "2031-01-01T00:00:00Z", "--format", "json")

    states = {one["state"] for one in json.loads(done.stdout)["waivers"]}
    assert states == {"expired"}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("check", "--no-such-flag"), id="unknown flag"),
        pytest.param(("check", "--fail-on", "often"), id="unknown value"),
        pytest.param(("check", "--at", "yesterday"), id="no instant"),
        pytest.param(("check", "-c", "/nonexistent.yaml"), id="no settings"),
        pytest.param(("serve", "--web.listen-address", "nowhere"), id="no address"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_declared_prints_every_value_with_its_place() -> None:
    found = output("declared")

    assert len(found["nodes"]) == 14
    node = next(one for one in found["nodes"] if one["name"] == "k8s-api-scan")
    assert (node["group"], node["labels"]["phase"], node["version"]) == ("api", "2", "1.28.4")
    assert any(
        one["attribute"] == "labels.phase" and one["path"].endswith("label-nodes.yml")
        for one in node["provenance"]
    )
    assert {one["name"] for one in found["workloads"]} >= {"scan-api", "auth-api"}
    assert len(found["applications"]) == 7
    assert {one["name"] for one in found["conflicts"]} == {"k8s-worker-ai", "ecoeco-api-scan"}
    assert found["failures"] == []


@pytest.mark.parametrize("form", ["json", "table"])
def test_half_a_character_in_the_repository_is_printed(reference: Reference, form: str) -> None:
    playbook = reference.root / "repository" / "ansible" / "playbooks" / "half.yml"
    half = """{{ '"\\ud800"' | from_json }}"""
    task = f"kubectl taint node k8s-master k{half}=v:NoSchedule"
    playbook.write_text(f"- hosts: master\n  tasks:\n    - command: {task}\n")

    done = run("declared", "-c", str(reference.settings), "--format", form)

    assert done.returncode == 0, done.stderr
    assert "=v:NoSchedule" in done.stdout or '"key": "k?"' in done.stdout


def test_declared_as_a_table_has_every_section() -> None:
    done = run("declared", "-c", SETTINGS)

    assert done.returncode == 0
    heads = [line.split()[0] for line in done.stdout.split("\n") if line[:1].isupper()]
    assert {"NODE", "WORKLOAD", "APPLICATION", "CONFLICT"} <= set(heads)


def test_config_check_lists_every_problem(tmp_path: Path) -> None:
    settings = tmp_path / "conformance.yaml"
    settings.write_text("repository: r\ndeclared: {kustomise: []}\nobserved: {snapshots: s}\n")

    done = run("config", "check", "-c", str(settings))

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"{settings}:2: declared.kustomise: unknown key; did you mean 'kustomize'?",
        f"{settings}:3: observed.snapshots: unknown key; did you mean 'snapshot'?",
    ]


def test_config_check_accepts_the_example() -> None:
    assert run("config", "check", "-c", SETTINGS).returncode == 0


def test_config_schema_is_a_json_schema() -> None:
    assert json.loads(run("config", "schema").stdout)["$defs"]["Settings"]


@contextlib.contextmanager
def serving(settings: Path, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start the exporter on a free port; give the process and its address."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "exporter", "serve", "--config.file", str(settings)),
                *("--web.listen-address", "127.0.0.1:0"),
            ],
            stderr=errors,
        )
    try:
        yield process, _address(log)
    finally:
        process.kill()
        process.wait()


def _address(log: Path) -> str:
    for _ in range(600):
        found = re.search(r"listening on (http://[\d.:]+)", log.read_text())
        if found:
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _get(url: str, *, wait_for: int = 200) -> str:
    """Fetch *url*, again and again until it answers with the status that is waited for."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            if error.code == wait_for:
                return ""
        time.sleep(0.1)
    raise AssertionError(url)


def test_serve_shows_the_reference_cluster_and_stops_when_told(tmp_path: Path) -> None:
    with serving(EXAMPLE / "conformance.yaml", tmp_path / "log") as (process, address):
        metrics = _get(f"{address}/metrics")
        page = _get(f"{address}/")
        ready = _get(f"{address}/-/ready")
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)

    for group, size in {"master": 1, "api": 7, "worker": 2, "infrastructure": 4}.items():
        assert f'cluster_conformance_nodes_expected{{group="{group}"}} {size}.0' in metrics
        assert f'cluster_conformance_nodes_observed{{group="{group}"}} {size}.0' in metrics
    assert "cluster_conformance_applications_expected 7.0" in metrics
    assert "cluster_conformance_applications_observed 7.0" in metrics
    waived = 'check="application_healthy",layer="gitops",verdict="waived"'
    assert f"cluster_conformance_check_subjects{{{waived}}} 7.0" in metrics
    assert "First look: 9 warnings, none critical" in page
    assert ready == "Ready.\n"
    assert code == 0


def test_the_exposition_is_clean(tmp_path: Path) -> None:
    promtool = tool("promtool")
    with serving(EXAMPLE / "conformance.yaml", tmp_path / "log") as (_, address):
        metrics = _get(f"{address}/metrics")

    done = subprocess.run(
        [promtool, "check", "metrics"], input=metrics, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_changed_settings_are_taken_over_and_broken_ones_are_not(
    reference: Reference, tmp_path: Path
) -> None:
    reference.edit("conformance.yaml", "observed:", "interval: 1s\nobserved:")
    good = reference.settings.read_text()
    down = "cluster_conformance_config_last_reload_successful 0.0"
    summary = "cluster_conformance_node_match{"
    with serving(reference.settings, tmp_path / "log") as (_, address):
        before = _get(f"{address}/metrics")
        reference.settings.write_text(good + "nonsense: 1\n")
        broken = _until(f"{address}/metrics", lambda text: down in text)
        reference.settings.write_text(good + "metrics: {detail: summary}\n")
        mended = _until(f"{address}/metrics", lambda text: summary not in text)

    assert down not in before
    assert summary in broken
    assert down not in mended


def _until(url: str, holds: Any) -> str:
    for _ in range(600):
        text = _get(url)
        if holds(text):
            return text
        time.sleep(0.1)
    raise AssertionError(text)


def test_the_kinds_of_declared_objects_are_printed_as_values_of_the_chart() -> None:
    done = run("config", "rbac", "--config.file", SETTINGS)

    assert (done.returncode, done.stdout) == (0, "rbac:\n  declaredKinds:\n    - services\n")
