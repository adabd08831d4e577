"""The workflow of a release asks for little, runs what there is, and pins what it uses."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from supply.components import ROOT

FILE = ROOT / ".github" / "workflows" / "release.yml"
TEXT = FILE.read_text()
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]
BY_TAG = {
    "actions/attest-build-provenance@v3",
    "actions/checkout@v5",
    "sigstore/cosign-installer@v3",
}
"""What is still named by a tag, as its commit could not be looked up."""


def test_nothing_is_granted_that_no_job_asks_for() -> None:
    assert WORKFLOW["permissions"] == {}
    assert JOBS["test"]["permissions"] == {"contents": "read"}
    assert JOBS["release"]["permissions"] == {
        "contents": "read",
        "packages": "write",
        "id-token": "write",
        "attestations": "write",
    }


def test_what_is_released_has_been_tested() -> None:
    assert JOBS["release"]["needs"] == "test"
    assert ".ci/run" in SCRIPTS


def test_actions_are_pinned_by_commit_but_for_those_that_are_known_not_to_be() -> None:
    used = {step["uses"] for step in STEPS if "uses" in step}

    assert {one for one in used if not re.search(r"@[0-9a-f]{40}$", one)} == BY_TAG


def test_jobs_end_and_keep_no_credentials() -> None:
    checkouts = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]

    assert all(job["timeout-minutes"] <= 60 for job in JOBS.values())
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_names_only_what_there_is(script: str) -> None:
    makefile = (ROOT / "Makefile").read_text()

    for target in re.findall(r"\bmake ([a-z]+)", script):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    for path in re.findall(r"(?:^|\s)((?:tools|helm|\.ci)/\S+)", script):
        assert (ROOT / path).exists()


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_one_and_takes_no_expressions(script: str, tmp_path: Path) -> None:
    file = tmp_path / "script"
    file.write_text(script)

    assert "${{" not in script  # what others may choose would be run
    subprocess.run(["bash", "-n", file], check=True)


def test_a_release_is_built_from_images_by_their_digests() -> None:
    assert JOBS["release"]["env"]["PINNED"] == "yes"
