"""Helm itself, of both versions, renders what its library renders, and has nothing to say."""

import subprocess
from pathlib import Path

import pytest

from tests.helm.rendered import CASES, CHART, Rendered, case, kube_version
from tests.programs import tool

CHOSEN = [path for path in CASES if path.stem.startswith(("everything", "victoriametrics"))]

each_helm = pytest.mark.parametrize("helm", ["helm-3", "helm-4"])
each_case = pytest.mark.parametrize("path", CHOSEN, ids=lambda path: path.stem)


def run(helm: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tool(helm), *words], capture_output=True, text=True, check=False)


@each_helm
@each_case
def test_helm_renders_what_its_library_renders_and_says_nothing(helm: str, path: Path) -> None:
    version = kube_version(path)
    done = run(
        helm,
        "template",
        "conformance",
        str(CHART),
        *("--values", str(path), "--namespace", "monitoring", "--kube-version", version),
    )

    assert done.stderr == ""
    found = Rendered.of({"all.yaml": done.stdout}).objects
    key = lambda one: (one["kind"], one["metadata"]["name"])  # noqa: E731 - to sort both
    assert sorted(found, key=key) == sorted(case(path).objects, key=key)


@each_helm
def test_helm_lints_without_a_complaint(helm: str) -> None:
    done = run(helm, "lint", "--strict", str(CHART), "--values", str(CHOSEN[0]))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "symbolic link" not in done.stderr
    assert {line for line in done.stdout.splitlines() if line.startswith("[")} <= {
        "[INFO] Chart.yaml: icon is recommended"
    }
