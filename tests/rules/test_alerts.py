"""What each rule does, on two versions of Prometheus."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.rules.scenario import CLUSTERS, FINDING, promtool_tests
from tests.rules.shipped import FILES, PAIR, TOLD, rules

pytestmark = pytest.mark.long


@pytest.mark.parametrize("shipped", FILES, ids=lambda path: path.stem)
def test_every_rule_does_what_its_file_tells(shipped: Path, promtool: str, tmp_path: Path) -> None:
    document = yaml.safe_load((TOLD / shipped.name).read_text())
    tests = [*promtool_tests(document.get("alerts", [])), *document.get("tests", [])]
    written = tmp_path / shipped.name
    written.write_text(
        yaml.safe_dump({"rule_files": [str(shipped)], "evaluation_interval": "1m", "tests": tests})
    )

    done = subprocess.run(
        [promtool, "test", "rules", str(written)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_pair_is_told_apart_once_however_many_replicas_there_are(
    promtool: str, tmp_path: Path
) -> None:
    document = yaml.safe_load((TOLD / "pair.yaml").read_text())
    written = tmp_path / "pair.yaml"
    written.write_text(
        yaml.safe_dump({"rule_files": [str(PAIR)], "evaluation_interval": "1m", **document})
    )

    done = subprocess.run(
        [promtool, "test", "rules", str(written)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_replicas_that_began_at_different_times_are_one_alert_a_cluster(
    promtool: str, tmp_path: Path
) -> None:
    labels = 'layer="infrastructure",check="node_present",severity="critical",object_kind="Node"'
    series = [
        {
            "series": f'{FINDING}{{{labels},object_name="a",cluster="{cluster}",pod="{pod}"}}',
            "values": values,
        }
        for cluster in CLUSTERS
        for pod, values in (("old", "100x60"), ("new", "_x9 900x50"), ("gone", "50x20 stale"))
    ]
    firing = 'count by (cluster) (ALERTS{alertname="ClusterConformanceNodeMissing"})'
    expected = [{"labels": f'{{cluster="{cluster}"}}', "value": 1} for cluster in CLUSTERS]
    tests = [
        {
            "interval": "1m",
            "input_series": series,
            "promql_expr_test": [
                {"expr": firing, "eval_time": f"{minute}m", "exp_samples": expected}
                for minute in (9, 15, 25, 50)
            ],
        }
    ]
    shipped = next(path for path in FILES if path.stem == "infrastructure")
    written = tmp_path / "tests.yaml"
    written.write_text(
        yaml.safe_dump({"rule_files": [str(shipped)], "evaluation_interval": "1m", "tests": tests})
    )

    done = subprocess.run(
        [promtool, "test", "rules", str(written)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rule_that_does_something_else_is_noticed(promtool: str, tmp_path: Path) -> None:
    path = next(path for path in FILES if path.stem == "configuration")
    shipped, first = path.read_text(), rules(path)[0]
    changed = tmp_path / "configuration.yaml"
    changed.write_text(shipped.replace(f"for: {first['for']}", "for: 14m", 1))
    document = yaml.safe_load((TOLD / "configuration.yaml").read_text())
    written = tmp_path / "tests.yaml"
    tests = promtool_tests(document["alerts"])
    written.write_text(
        yaml.safe_dump({"rule_files": [str(changed)], "evaluation_interval": "1m", "tests": tests})
    )

    done = subprocess.run(
        [promtool, "test", "rules", str(written)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert first["alert"] in done.stdout + done.stderr


def test_the_rules_are_free_of_lint(promtool: str) -> None:
    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", *map(str, (*FILES, PAIR))],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
