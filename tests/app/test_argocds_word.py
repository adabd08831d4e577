"""What only Argo CD can render is asked of it, and compared, in the process and in workers."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from exporter.app.conformance import check_once
from exporter.declared.confined import Workers
from exporter.declared.declare import here
from exporter.domain.evaluation import Evaluation
from exporter.settings.load import load
from tests.observed.argocd.conftest import TOKEN, ArgocdApi

SETTINGS = """\
repository: {path: main, url: "https://git.example.org/apps.git"}
declared: {argocd: [shop.yaml]}
observed:
  snapshot: dump
  argocd: {url: "%s", token_file: token}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: store}
  source: {repoURL: https://git.example.org/apps.git, path: web, plugin: {name: x}}
"""


def deployment(image: str, **metadata: str) -> dict[str, Any]:
    containers = [{"name": "a", "image": image}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", **metadata},
        "spec": {"replicas": 1, "template": {"spec": {"containers": containers}}},
    }


@pytest.fixture
async def argocd() -> AsyncIterator[ArgocdApi]:
    api = ArgocdApi()
    async with api.served():
        yield api


@pytest.fixture
def settings(tmp_path: Path, argocd: ArgocdApi) -> Path:
    application = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}
    running = application | {"metadata": {"name": "shop", "namespace": "argocd"}, "spec": {}}
    live = [deployment("example.org/web:1", namespace="store"), running]
    files = {
        "main/shop.yaml": APPLICATION,
        "main/web/x.txt": "",
        "token": TOKEN,
        "dump/all.json": json.dumps({"kind": "List", "apiVersion": "v1", "items": live}),
        "conformance.yaml": SETTINGS % argocd.url,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "conformance.yaml"


def verdict(outcome: Evaluation) -> str:
    found = [one for one in outcome.findings if one.check == "workload_spec"]
    return found[0].verdict if found else "none"


@pytest.mark.parametrize("confined", [False, True], ids=["here", "in workers"])
@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param("example.org/web:1", "pass", id="as it runs"),
        pytest.param("example.org/web:2", "fail", id="another image"),
    ],
)
async def test_what_argo_cd_renders_is_compared_with_what_runs(
    settings: Path,
    argocd: ArgocdApi,
    workers: Workers,
    image: str,
    expected: str,
    confined: bool,  # noqa: FBT001 - a case
) -> None:
    manifests = [json.dumps(deployment(image))]
    argocd.answers = {"argocd/shop": {"manifests": manifests, "revision": 40 * "a"}}

    outcome = await check_once(load(settings), at=None, run=workers.read if confined else here)

    assert verdict(outcome) == expected
    assert argocd.asked == ["argocd/shop"]


async def test_what_argo_cd_refuses_to_tell_is_not_compared_and_says_why(
    settings: Path, argocd: ArgocdApi
) -> None:
    argocd.answers = {"argocd/shop": 403}

    outcome = await check_once(load(settings), at=None)

    (finding,) = (one for one in outcome.findings if one.check == "declaration_compared")
    assert "Argo CD was asked for it: the server answered 403" in finding.detail
    assert verdict(outcome) == "none"
