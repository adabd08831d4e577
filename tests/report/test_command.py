"""The command writes a report and leaves the judgement to its readers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner

from exporter.cli import cli
from tests.report.golden import EXAMPLE, VALIDATED

SETTINGS = ("--config.file", str(EXAMPLE / "conformance.yaml"))


def report(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "exporter", "report", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def test_a_cluster_that_deviates_gets_its_report_and_exit_code_0(kustomize: str) -> None:
    assert kustomize

    done = report(*SETTINGS, "--at", VALIDATED.isoformat(), "--lang", "ko")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# 클러스터 검증 보고서\n")


def test_a_report_goes_to_the_file_that_is_named(kustomize: str, tmp_path: Path) -> None:
    assert kustomize
    file = tmp_path / "report.xml"

    done = report(*SETTINGS, "--format", "junit", "--output", str(file))

    assert (done.returncode, done.stdout) == (0, "")
    assert fromstring(file.read_bytes()).tag == "testsuites"  # noqa: S314 - written by ourselves


def test_the_reference_cluster_as_sarif_points_into_its_code(kustomize: str) -> None:
    assert kustomize

    done = report(*SETTINGS, "--at", VALIDATED.isoformat(), "--format", "sarif")

    results = json.loads(done.stdout)["runs"][0]["results"]
    taint = next(one for one in results if one["ruleId"] == "node_taints")
    place = taint["locations"][0]["physicalLocation"]
    lines = (EXAMPLE / "repository" / place["artifactLocation"]["uri"]).read_text().splitlines()
    assert 'module "api_auth"' in lines[place["region"]["startLine"] - 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("--format", "docx"), "'docx' is not one of", id="no format"),
        pytest.param(("--lang", "xx"), "'xx' is not one of", id="no language"),
        pytest.param(("--time-zone", "Nowhere/At"), "is no known time zone", id="no zone"),
        pytest.param(("--time-zone", "../../etc/passwd"), "is no known time zone", id="a path"),
        pytest.param(("--at", "yesterday"), "is no instant", id="no instant"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...], message: str) -> None:
    done = CliRunner().invoke(cli, ["report", *arguments])

    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_file_that_cannot_be_written_exits_with_2(kustomize: str, tmp_path: Path) -> None:
    assert kustomize

    done = report(*SETTINGS, "--output", str(tmp_path / "missing" / "report.md"))

    assert done.returncode == 2
    assert "cannot be written: No such file or directory" in done.stderr
