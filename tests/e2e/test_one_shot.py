"""Who looks once excuses what he can date, accepts what is waived, and says the rest."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from exporter.cli import cli
from exporter.cli.exits import BLIND, CONFORMS, FINDINGS

SETTINGS = """
repository: {path: repository}
declared:
  inventory:
    workloads: [{kind: StatefulSet, namespace: db, name: pg, spec: {replicas: 3}}]
observed: {snapshot: snapshot}
rollout_deadline: 10m
"""
AT = "2025-11-12T05:30:00Z"
STUCK = {
    "observedGeneration": 7,
    "replicas": 3,
    "readyReplicas": 2,
    "updatedReplicas": 1,
    "currentRevision": "a",
    "updateRevision": "b",
}


def check(tmp_path: Path, settings: str = SETTINGS, **metadata: Any) -> tuple[int, dict[str, Any]]:
    """Run ``check`` on a StatefulSet in a rollout; return the exit code and what it is found."""
    workload = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "pg", "namespace": "db", "generation": 7, **metadata},
        "spec": {"replicas": 3},
        "status": STUCK,
    }
    empty: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": kind, "items": []} for kind in ("PodList", "NodeList")
    ]
    (tmp_path / "repository").mkdir()
    (tmp_path / "snapshot").mkdir()
    for number, content in enumerate((workload, *empty)):
        (tmp_path / "snapshot" / f"{number}.json").write_text(json.dumps(content))
    (tmp_path / "conformance.yaml").write_text(settings)
    file = str(tmp_path / "conformance.yaml")

    done = CliRunner().invoke(cli, ["check", "-c", file, "--format", "json", "--at", AT])

    findings = {one["check"]: one for one in json.loads(done.stdout)["findings"]}
    return done.exit_code, findings


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"creationTimestamp": "2019-01-01T00:00:00Z"}, id="made years ago"),
        pytest.param({}, id="nobody says when it was made"),
        pytest.param(
            {"creationTimestamp": "2019-01-01T00:00:00Z", "generation": 8},
            id="its controller sees nothing",
        ),
    ],
)
def test_a_rollout_that_nothing_dates_is_unknown_and_not_excused(
    tmp_path: Path, metadata: dict[str, Any]
) -> None:
    code, found = check(tmp_path, **metadata)

    ready = found["workload_ready"]
    assert (ready["verdict"], ready["excuse"], ready["cause"]) == ("unknown", None, None)
    assert ready["detail"].endswith("and nothing tells since when")
    assert code == BLIND


def test_what_is_younger_than_the_deadline_is_excused_until_that(tmp_path: Path) -> None:
    _, found = check(tmp_path, creationTimestamp="2025-11-12T05:29:00Z")

    ready = found["workload_ready"]
    assert (ready["verdict"], ready["excuse"]) == (
        "suppressed",
        {
            "reason": "rollout",
            "waits_for": "a rollout is under way: 1 of 3 pods are of the newest template",
            "since": "2025-11-12T05:29:00+00:00",
            "until": "2025-11-12T05:39:00+00:00",
            "basis": "object",
        },
    )


def test_checks_that_are_switched_off_decide_nothing(tmp_path: Path) -> None:
    others = "workload_images, workload_pods, workload_tolerations, secret_references"
    off = f"checks: {{disabled: [workload_ready, {others}, workload_restarts]}}"

    code, found = check(tmp_path, SETTINGS + off)

    assert code == CONFORMS
    assert found.keys() >= {"workload_present", "workload_replicas"}
    assert "workload_ready" not in found


def test_a_finding_names_what_it_follows_from(tmp_path: Path) -> None:
    code, found = check(tmp_path, SETTINGS.replace("name: pg", "name: other"))

    ready = found["workload_ready"]
    assert (ready["cause"], ready["cause_subject"]) == (
        "workload_present",
        {"kind": "StatefulSet", "namespace": "db", "name": "other"},
    )
    assert code == FINDINGS
