"""What code hosts run in a merge: the action, the component, the hooks."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.cli.check import check
from tests.e2e.test_before_merge import change, project

__all__ = ["project"]

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
SPEC, COMPONENT = yaml.safe_load_all((ROOT / "templates" / "check.yml").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
(STEP,) = ACTION["runs"]["steps"]


@pytest.fixture
def path(tmp_path: Path) -> str:
    """``PATH`` with the command, as an image or a virtual environment has it."""
    command = tmp_path / "bin" / "cluster-conformance"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m exporter "$@"\n')
    command.chmod(0o755)
    return f"{command.parent}{os.pathsep}{os.environ['PATH']}"


def run(
    script: str, project: Path, path: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-euc", script],
        cwd=project,
        env={"PATH": path, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def inputs(**given: str) -> dict[str, str]:
    """Return the environment of the action's step, as the host makes it of its inputs."""
    values = {name: str(one["default"]) for name, one in ACTION["inputs"].items()} | given
    found = {}
    for name, expression in STEP["env"].items():
        if named := re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", expression):
            found[name] = values[named[1]]
        else:
            assert expression == "${{ github.action_path }}"
            found[name] = str(ROOT)
    return found


def test_the_action_tells_what_a_change_adds(project: Path, path: str, tmp_path: Path) -> None:
    change(project, "cp-1", "lost", "absent")
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    host = {
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_STEP_SUMMARY": str(summary),
        "RUNNER_TEMP": str(tmp_path),
    }

    done = run(
        STEP["run"], project, path, **host, **inputs(base="HEAD", against=str(tmp_path / "dump"))
    )

    told = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    assert (done.returncode, told["exit-code"]) == (1, "1")
    assert told.keys() == ACTION["outputs"].keys()
    assert "absent" in summary.read_text()
    assert json.loads(Path(told["sarif"]).read_text())["version"] == "2.1.0"


def test_the_action_without_a_base_judges_the_code_alone(
    project: Path, path: str, tmp_path: Path
) -> None:
    (project / "terraform" / "main.tf").write_text("resource {\n")

    done = run(STEP["run"], project, path, RUNNER_TEMP=str(tmp_path), **inputs())

    assert done.returncode == 1
    assert "declaration_readable" in done.stdout


def test_no_input_of_the_action_becomes_text_of_its_script() -> None:
    assert "${{" not in STEP["run"]


def test_an_input_is_no_command(project: Path, path: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"

    done = run(
        STEP["run"],
        project,
        path,
        RUNNER_TEMP=str(tmp_path),
        **inputs(base=f"$(touch {marker})", against=f"; touch {marker}"),
    )

    assert done.returncode == 2
    assert not marker.exists()


def component(**given: str) -> tuple[str, dict[str, str]]:
    """Return the script of the job and its variables, as GitLab puts the inputs in."""
    values = {
        name: str((one or {}).get("default", "image"))
        for name, one in SPEC["spec"]["inputs"].items()
    } | given

    def filled(text: str) -> str:
        return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: values[found[1]], text)

    job = COMPONENT["cluster-conformance"]
    variables = {name: filled(str(value)) for name, value in job["variables"].items()}
    return "\n".join(map(filled, job["script"])), variables


@pytest.mark.parametrize("against", [True, False], ids=["a change", "the code alone"])
def test_the_component_writes_what_it_reports(
    project: Path, path: str, tmp_path: Path, *, against: bool
) -> None:
    change(project, "cp-1", "lost", "absent")
    script, variables = component(against=str(tmp_path / "dump") if against else "")

    done = run(script, project, path, CI_MERGE_REQUEST_DIFF_BASE_SHA="HEAD", **variables)

    artifacts: dict[str, Any] = COMPONENT["cluster-conformance"]["artifacts"]
    assert done.returncode == (1 if against else 0), done.stderr
    assert (project / artifacts["reports"]["junit"]).is_file()
    assert (project / artifacts["paths"][0]).read_text().startswith("#")


def test_no_input_of_the_component_becomes_text_of_its_script() -> None:
    assert "$[[" not in str(COMPONENT["cluster-conformance"]["script"])


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_hooks_run_what_there_is(hook: dict[str, Any], project: Path, path: str) -> None:
    done = run(hook["entry"], project, path)

    assert "Usage" not in done.stderr
    assert done.returncode == (2 if "config" in hook["entry"] else 0), done.stderr
    assert hook["pass_filenames"] is False
    assert re.search(hook["files"], "clusters/conformance.yaml")


def test_all_options_are_those_of_the_command() -> None:
    known = {name for parameter in check.params for name in parameter.opts}
    script = (ROOT / "tools" / "check-change").read_text()
    texts = (script, str(COMPONENT), HOOKS[0]["entry"])

    used = {
        word.split("=")[0]
        for text in texts
        for word in re.findall(r"(?<![\w-])--(?:config\.file|[a-z][\w-]+)", text)
    } - {"--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary"}

    assert used - {"--requirement", "--no-deps"} <= known
    assert shlex.split(HOOKS[0]["entry"])[0] == "cluster-conformance"
