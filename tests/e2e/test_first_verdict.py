"""From a kubeconfig and a repository to a first true verdict: dump, init, check."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from exporter.cli import cli
from exporter.settings.declared import DeclaredSettings
from exporter.settings.load import load
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.server import ApiServer
from tests.e2e.reference import API_NODES, EXAMPLE
from tests.platforms.test_platforms import CLUSTERS, lay

CHARTS = EXAMPLE.parent / "chart-application"


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    async with ApiServer() as server:
        server.load_snapshot(EXAMPLE / "snapshot")
        yield server


async def command(*arguments: str, folder: Path, kubeconfig: Path) -> tuple[int, str, str]:
    """Run the command as people do, in a folder of their own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "exporter", *arguments),
        cwd=folder,
        env={
            **os.environ,
            "KUBECONFIG": str(kubeconfig),
            "PYTHONPATH": str(EXAMPLE.parents[1]),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await process.communicate()
    return process.returncode or 0, said.decode(), errors.decode()


async def test_three_commands_lead_to_the_verdict_of_the_reference_cluster(
    api: ApiServer, kustomize: str, tmp_path: Path
) -> None:
    assert kustomize
    write_kubeconfig(tmp_path / "kubeconfig", url=api.url)
    shutil.copytree(EXAMPLE / "repository", tmp_path / "repository")
    where = {"folder": tmp_path, "kubeconfig": tmp_path / "kubeconfig"}

    dumped = await command("dump", "dump", **where)
    begun = await command("init", "repository", "--dump", "dump", **where)
    code, said, errors = await command("check", "--format", "json", **where)

    assert (dumped[0], begun[0], code, errors) == (0, 0, 1, "")
    failing = {
        (one["check"], one["subject"]["name"])
        for one in json.loads(said)["findings"]
        if one["verdict"] == "fail"
    }
    taints = {name for check, name in failing if check == "node_taints"}
    assert taints == set(API_NODES)
    assert ("declaration_conflict", "k8s-worker-ai") in failing
    assert ("workload_images", "auth-api") in failing
    assert {check for check, _ in failing} == {
        "application_healthy",
        "declaration_conflict",
        "node_taints",
        "workload_images",
        "workload_pods",
        "workload_ready",
    }


def begin(repository: Path, dumped: Path, settings: Path) -> Result:
    arguments = ["init", str(repository), "--dump", str(dumped), "-c", str(settings)]
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def check(settings: Path) -> dict[str, dict[str, str]]:
    """Return the verdicts of a check with these settings, by check and subject."""
    done = CliRunner().invoke(cli, ["check", "-c", str(settings), "--format", "json"])
    found: dict[str, dict[str, str]] = {}
    for one in json.loads(done.stdout)["findings"]:
        found.setdefault(one["check"], {})[one["subject"]["name"]] = one["verdict"]
    return found


def failing(verdicts: dict[str, dict[str, str]]) -> set[str]:
    return {check for check, one in verdicts.items() if "fail" in one.values()}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def drop_last_node(dump: Path) -> str:
    document = json.loads((dump / "nodes.json").read_text())
    gone = document["items"].pop()
    (dump / "nodes.json").write_text(json.dumps(document))
    return str(gone["metadata"]["name"])


def declared_by(settings: Path) -> DeclaredSettings:
    return load(settings).settings.declared


def test_k3s_with_ansible(tmp_path: Path) -> None:
    lay(tmp_path / "repository", "k3s", CLUSTERS["k3s"])
    dump = (tmp_path / "repository" / "dump").rename(tmp_path / "dump")
    (tmp_path / "repository" / "conformance.yaml").unlink()
    settings = tmp_path / "conformance.yaml"

    done = begin(tmp_path / "repository", dump, settings)
    well = check(settings)
    drop_last_node(dump)
    worse = check(settings)

    assert done.exit_code == 0, done.output
    ansible = declared_by(settings).ansible
    assert ansible is not None
    assert ansible.inventory == "inventory/hosts.ini"
    assert "it has 3 hosts, of which 3 are nodes" in settings.read_text()
    assert failing(well) == set()
    assert set(well["node_taints"].values()) == {"pass"}
    assert failing(worse) == {"node_present"}


def test_eks_with_charts(helm: str, tmp_path: Path) -> None:
    assert helm
    repository, settings = tmp_path / "repository", tmp_path / "conformance.yaml"
    lay(repository, "eks", CLUSTERS["eks"])
    dump = (repository / "dump").rename(tmp_path / "dump")
    (repository / "conformance.yaml").unlink()
    shutil.copytree(CHARTS / "repository", repository, dirs_exist_ok=True)
    for kind in ("applications", "deployments"):
        shutil.copy(CHARTS / "snapshot" / f"{kind}.json", dump)
    (dump / "version.json").write_text(json.dumps({"gitVersion": "v1.31.2"}))

    done = begin(repository, dump, settings)
    found = check(settings)

    assert done.exit_code == 0, done.output
    declared = declared_by(settings)
    assert [one.path for one in declared.terraform] == ["terraform"]
    assert declared.argocd == ("applications",)
    assert found["node_group_size"] == {"api": "pass"}
    assert set(found["node_labels"].values()) == {"pass"}
    assert found["workload_replicas"] == {"shop": "fail"}
    assert "node_ready" not in failing(found)


APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: default
  destination: {{server: https://kubernetes.default.svc, namespace: {name}}}
  source: {{repoURL: https://git.example.org/apps.git, targetRevision: main, path: {path}}}
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: "shop:1"}]}
"""
APP_OF_APPS = {
    "root/root.yaml": APPLICATION.format(name="root", path="children"),
    "children/shop.yaml": APPLICATION.format(name="shop", path="shop/overlays/production"),
    "shop/base/kustomization.yaml": "resources: [deployment.yaml]\n",
    "shop/base/deployment.yaml": DEPLOYMENT,
    "shop/overlays/production/kustomization.yaml": "resources: [../../base]\n",
    "monitoring/kustomization.yaml": "resources: [service.yaml]\n",
    "monitoring/service.yaml": (
        "apiVersion: v1\nkind: Service\nmetadata: {name: up, namespace: shop}\n"
        "spec: {ports: [{port: 80}], selector: {app: shop}}\n"
    ),
    "broken.yaml": "a: [\n",
    "made/Chart.yaml": "apiVersion: v2\nname: made\nversion: 0.1.0\n",
    "made/templates/app.yaml": APPLICATION.format(name="{{ .Values.name }}", path="late"),
    "made/values.yaml": "name: late\n",
    "children/made.yaml": APPLICATION.format(name="made", path="made"),
    "late/kustomization.yaml": "resources: []\n",
}


def as_running(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the objects of a cluster that is as the app-of-apps declares it."""
    deployment = yaml.safe_load(DEPLOYMENT)
    deployment["spec"] |= changes
    deployment["status"] = {"replicas": 2, "readyReplicas": 2, "updatedReplicas": 2}
    applications = [
        {
            **yaml.safe_load(APP_OF_APPS[file]),
            "status": {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}},
        }
        for file in ("root/root.yaml", "children/shop.yaml")
    ]
    empty = ("pods", "nodes", "statefulsets", "daemonsets")
    return {
        "deployments": [deployment],
        "applications": applications,
        "services": [yaml.safe_load(APP_OF_APPS["monitoring/service.yaml"])],
        **{kind: [] for kind in empty},
    }


def write_dump(folder: Path, objects: dict[str, list[dict[str, Any]]]) -> None:
    folder.mkdir(exist_ok=True)
    for kind, items in objects.items():
        whole = {"apiVersion": "v1", "kind": "List", "items": items}
        (folder / f"{kind}.json").write_text(json.dumps(whole))


def test_app_of_apps_with_kustomize(kustomize: str, helm: str, tmp_path: Path) -> None:
    assert kustomize
    assert helm
    repository, settings = tmp_path / "repository", tmp_path / "conformance.yaml"
    write(repository, APP_OF_APPS)
    write_dump(tmp_path / "dump", as_running())

    done = begin(repository, tmp_path / "dump", settings)
    well = check(settings)
    write_dump(tmp_path / "dump", as_running(replicas=5))
    worse = check(settings)

    assert done.exit_code == 0, done.output
    declared = declared_by(settings)
    assert (declared.argocd, declared.kustomize) == (("root",), ("monitoring",))
    assert load(settings).repository.url == "https://git.example.org/apps.git"
    assert "broken.yaml:1" in settings.read_text()
    assert well["workload_replicas"] == {"shop": "pass"}
    assert well["object_present"] == {"up": "pass"}
    assert failing(worse) - failing(well) == {"workload_replicas"}
