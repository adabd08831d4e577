"""A wall clock that is set changes what is shown, and neither what is read nor what is trusted."""

from datetime import timedelta
from pathlib import Path

import pytest

from exporter.app.conformance import Conformance
from exporter.app.service import ServeOptions, Service
from exporter.domain.evaluation import Evaluation
from exporter.runtime.history import History
from exporter.settings.load import load
from tests.clocks import SETTINGS, Time

DECLARED = """
repository: {path: repository}
declared: {kustomize: [apps]}
observed: {snapshot: cluster.json}
interval: 30s
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s}
spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings of a repository that declares the workload ``first``, and of an empty cluster."""
    (tmp_path / "cluster.json").write_text('{"kind": "DeploymentList", "items": []}')
    (tmp_path / "repository" / "apps").mkdir(parents=True)
    declare(tmp_path, "first")
    path = tmp_path / "conformance.yaml"
    path.write_text(DECLARED)
    return path


def declare(folder: Path, name: str) -> None:
    (folder / "repository" / "apps" / "workload.yaml").write_text(DEPLOYMENT % name)


def missing(outcome: Evaluation) -> set[str]:
    return {one.subject.name for one in outcome.by_check["workload_present"]}


@SETTINGS
async def test_a_declaration_is_read_again_when_it_is_time(
    settings: Path, setting: timedelta
) -> None:
    time = Time()
    conformance = Conformance(load(settings), history=History(), clock=time.clock)
    await conformance.look(time.now)
    declare(settings.parent, "second")
    time.set_wall(setting)

    time.go_on(timedelta(seconds=29))
    soon = await conformance.look(time.now)
    time.go_on(timedelta(seconds=1))
    later = await conformance.look(time.now)

    assert (missing(soon), missing(later)) == ({"first"}, {"second"})
    assert all(one.last_success == time.wall for one in later.sources if one.up)


@SETTINGS
async def test_no_instant_that_is_exposed_lies_in_the_future(
    settings: Path, setting: timedelta
) -> None:
    time = Time()
    service = Service(ServeOptions(settings=settings, addresses=()), clock=time.clock)
    await service.loop.step()
    time.set_wall(setting)
    time.go_on(timedelta(seconds=5))

    await service.loop.step()

    published = service.loop.published
    assert published is not None
    lines = published.text.unpack().decode().splitlines()
    instants = {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        if name.startswith("cluster_conformance_") and "timestamp_seconds" in name
    }
    assert len(instants) > 3
    assert max(instants.values()) <= time.wall.timestamp()
    read = instants['cluster_conformance_source_last_success_timestamp_seconds{source="kustomize"}']
    assert read == (time.wall - timedelta(seconds=5)).timestamp()
