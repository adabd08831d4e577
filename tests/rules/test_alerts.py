"""What each rule does, on two versions of Prometheus."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.rules.scenario import promtool_tests
from tests.rules.shipped import FILES, TOLD, rules


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
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", *map(str, FILES)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
