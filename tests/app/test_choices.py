"""What the settings choose is what runs, and what the policy goes by."""

from datetime import timedelta
from pathlib import Path
from typing import get_args

from exporter.app.choices import decisions, disabled, enabled
from exporter.checks import ALL
from exporter.settings.checks import CheckId
from exporter.settings.load import Loaded, parse

SETTINGS = """
repository: {path: .}
declared: {inventory: {nodes: [{name: a}]}, max_age: 2h}
observed: {snapshot: cluster.json}
rollout_deadline: 7m
checks: {disabled: [node_ready, workload_ready]}
"""


def loaded(text: str = SETTINGS) -> Loaded:
    return parse(text, name="conformance.yaml", folder=Path("/etc/conformance"))


def test_the_settings_know_the_checks_that_there_are() -> None:
    assert list(get_args(CheckId)) == sorted(one.id for one in ALL)


def test_a_check_that_is_switched_off_does_not_run() -> None:
    settings = loaded().settings

    running, off = enabled(settings), disabled(settings)

    assert [one.id for one in off] == ["node_ready"], "of workloads nothing is declared"
    assert "node_ready" not in {one.id for one in running}
    assert "node_present" in {one.id for one in running}


def test_the_policy_goes_by_the_settings() -> None:
    found = decisions(loaded())

    assert (found.deadline, found.declared_max_age) == (timedelta(minutes=7), timedelta(hours=2))
    assert [one.id for one in found.disabled] == ["node_ready"]
