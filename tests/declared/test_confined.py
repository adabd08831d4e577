"""What a worker may read is told before it begins; where it cannot be, nothing is taken as read."""

import shutil
from pathlib import Path

import pytest

from exporter.declared.confined import Workers
from exporter.declared.opening import open_checkout
from exporter.declared.reader import Inputs
from exporter.declared.registry import READERS
from exporter.domain.errors import Reason
from exporter.domain.provenance import Source
from exporter.settings.load import load

SETTINGS = """\
repository: main
declared:
  argocd: [applications]
  repositories: [{path: apps, url: https://git.example.org/apps.git}]
observed: {snapshot: snapshot}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: web}
  source: {repoURL: https://git.example.org/apps.git, path: web}
"""


@pytest.mark.parametrize("gone", ["main", "apps"])
async def test_a_repository_that_is_gone_since_it_was_opened_is_not_one_without_declarations(
    tmp_path: Path, workers: Workers, gone: str
) -> None:
    for folder in ("main/applications", "apps/web"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "main/applications/shop.yaml").write_text(APPLICATION)
    (tmp_path / "conformance.yaml").write_text(SETTINGS)
    loaded = load(tmp_path / "conformance.yaml")
    opened = await open_checkout(loaded)
    shutil.rmtree(tmp_path / gone)

    reading = await workers.read(
        READERS[Source.ARGOCD],
        Inputs(loaded=loaded, checkout=opened.checkout, further=opened.further),
    )

    assert reading.lost
    (failure,) = reading.failures
    assert failure.reason is Reason.MISSING
    assert "the repository cannot be listed" in failure.message
