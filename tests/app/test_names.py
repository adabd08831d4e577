"""Names that Kubernetes would refuse grow neither metrics nor pages, and are told."""

import json
from pathlib import Path

import pytest

from exporter.app.service import ServeOptions, Service
from exporter.domain.facts import Facts
from exporter.domain.items import DeclaredItems, ItemState
from exporter.domain.published import Published
from exporter.domain.workloads import ObservedWorkloads

LONG = "n" * 65_536
SETTINGS = """
repository: {path: repository, url: "https://git.example.org/x.git"}
declared:
  terraform: [{path: terraform, node_name: instance_name, tags: {Domain: domain}}]
  ansible: {inventory: ansible}
  argocd: [argocd]
observed: {snapshot: cluster.json}
metrics: {detail: full}
"""
TERRAFORM = """
module "a" {
  source        = "./m"
  instance_name = "%s"
}
"""
INVENTORY = "[api]\nshort\n[%s]\nshort\n%s\n"
APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, namespace: %s}
spec:
  project: default
  source: {repoURL: "https://git.example.org/x.git", path: apps}
  destination: {server: "https://kubernetes.default.svc", namespace: shop}
"""
SET = """
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: argocd}
spec:
  generators: [{list: {elements: [{name: %s}, {name: short}]}}]
  template:
    metadata: {name: "{{name}}"}
    spec:
      project: default
      source: {repoURL: "https://git.example.org/x.git", path: apps}
      destination: {server: "https://kubernetes.default.svc", namespace: "{{name}}"}
"""
OBJECTS = [
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "short"}},
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": LONG}},
    {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": LONG}},
    {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "a", "namespace": LONG},
        "spec": {},
    },
]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    files = {
        "conformance.yaml": SETTINGS,
        "cluster.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": OBJECTS}),
        "repository/terraform/main.tf": TERRAFORM % LONG,
        "repository/ansible/hosts": INVENTORY % (LONG, LONG),
        "repository/argocd/a.yaml": APPLICATION % (LONG, "argocd"),
        "repository/argocd/b.yaml": APPLICATION % ("b", LONG),
        "repository/argocd/set.yaml": SET % LONG,
        "repository/apps/.keep": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "conformance.yaml"


async def published(settings: Path) -> Published:
    service = Service(ServeOptions(settings=settings, addresses=()))
    await service.loop.step()
    assert service.loop.published is not None
    return service.loop.published


async def test_names_of_any_length_do_not_become_labels(settings: Path) -> None:
    text = (await published(settings)).text.unpack().decode()

    assert max(map(len, text.splitlines())) < 1000


def unread(facts: Facts) -> set[tuple[str, ItemState]]:
    return {
        (item.subject.kind, item.state)
        for item in facts.get(DeclaredItems).items
        if item.state.is_reason
    }


async def test_what_has_such_a_name_is_said(settings: Path) -> None:
    evaluation = (await published(settings)).evaluation

    said = unread(evaluation.facts)
    assert {("Node", ItemState.UNREADABLE), ("NodeGroup", ItemState.UNREADABLE)} <= said
    broken = [item.message for item in evaluation.facts.get(DeclaredItems).items]
    assert sum("is no name of a" in message for message in broken) >= 3
    assert evaluation.facts.find(ObservedWorkloads) is None  # one of them cannot be told
