import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(f"tools/{one.name}" for one in (ROOT / "tools").iterdir())


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_of_the_documentation_exists(page: str) -> None:
    documented = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / page).read_text(), re.MULTILINE))
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert documented
    assert documented <= known


def test_ci_runs_the_test_command_of_the_readme_before_all_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    made = [line.partition("make ")[2] for line in lines if "make " in line and line[0] != "#"]

    assert "\nmake test\n" in (ROOT / "README.md").read_text()
    assert made[0] == "--no-print-directory test"


@pytest.mark.parametrize("script", [".ci/run", *SCRIPTS])
def test_scripts_can_be_run_and_stop_at_the_first_error(script: str) -> None:
    text = (ROOT / script).read_text()

    assert os.access(ROOT / script, os.X_OK)
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text


def test_make_without_a_target_lists_the_targets() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "make demo" in listed
    assert "make test" in listed
