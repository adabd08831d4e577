"""ImageUpdaters of the cluster decide which image is the declared one, down to the workload."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exporter.app import check_once
from exporter.domain.finding import Verdict
from exporter.settings.load import load

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: web}
  source: {repoURL: https://git.example.org/infrastructure, path: web}
"""
LIVE = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Application",
    "metadata": {"name": "shop", "namespace": "argocd"},
    "spec": {
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "web"},
        "source": {
            "repoURL": "https://git.example.org/infrastructure",
            "path": "web",
            "kustomize": {"images": ["example.org/c:1.2.0"]},
        },
    },
}


def deployment(image: str) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop", "namespace": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "shop"}},
            "template": {
                "metadata": {"labels": {"app": "shop"}},
                "spec": {"containers": [{"name": "c", "image": image}]},
            },
        },
    }


def updater(image: str) -> dict[str, Any]:
    references = [{"namePattern": "sh*", "images": [{"alias": "c", "imageName": image}]}]
    return {
        "apiVersion": "argocd-image-updater.argoproj.io/v1alpha1",
        "kind": "ImageUpdater",
        "metadata": {"name": "all", "namespace": "argocd"},
        "spec": {"applicationRefs": references},
    }


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("updaters", "image", "overrides"),
    [
        pytest.param([], Verdict.FAIL, Verdict.FAIL, id="none"),
        pytest.param([updater("example.org/c:1.x")], Verdict.PASS, Verdict.PASS, id="selected"),
        pytest.param(
            [updater("example.org/c:2.x")], Verdict.PASS, Verdict.FAIL, id="another version"
        ),
        pytest.param([updater("example.org/d")], Verdict.FAIL, Verdict.FAIL, id="another image"),
    ],
)
async def test_an_image_that_one_keeps_up_to_date_is_the_declared_one(
    tmp_path: Path, updaters: Sequence[object], image: Verdict, overrides: Verdict
) -> None:
    (tmp_path / "repository" / "web").mkdir(parents=True)
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "repository" / "app.yaml").write_text(APPLICATION)
    (tmp_path / "repository" / "web" / "kustomization.yaml").write_text("resources: [d.yaml]")
    declared = json.dumps(deployment("example.org/c:1.0.0"))
    (tmp_path / "repository" / "web" / "d.yaml").write_text(declared)
    items: dict[str, Sequence[object]] = {
        "applications": [LIVE],
        "deployments": [deployment("example.org/c:1.2.0")],
        "imageupdaters": updaters,
    }
    for kind in ("nodes", "pods", "statefulsets", "daemonsets", "applicationsets", *items):
        document = {"apiVersion": "v1", "kind": "List", "items": items.get(kind, [])}
        (tmp_path / "snapshot" / f"{kind}.json").write_text(json.dumps(document))
    (tmp_path / "conformance.yaml").write_text(
        "repository: {path: repository, url: https://git.example.org/infrastructure}\n"
        "declared: {argocd: [app.yaml]}\nobserved: {snapshot: snapshot}\n"
    )

    outcome = await check_once(load(tmp_path / "conformance.yaml"), at=NOW)

    verdicts = {one.check: one.verdict for one in outcome.findings}
    assert verdicts["workload_spec"] is image
    assert verdicts["application_overrides"] is overrides
