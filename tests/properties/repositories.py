"""Small repositories made up at random, each with a cluster that lacks some of its objects."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

ADDRESS: Final = "https://git.example.org/infrastructure"
REVISION: Final = "1" * 40
KINDS: Final = {
    "Deployment": "apps/v1",
    "Service": "v1",
    "ConfigMap": "v1",
    "CronJob": "batch/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "Secret": "v1",
    "Widget": "example.org/v1",
}
RENDERED: Final = frozenset({"kustomize", "directory", "helm", "mixed"})
_LACKING: Final = (
    "dependencies: [{name: b, version: 1.0.0, repository: https://charts.example.org}]\n"
)
_SETTINGS: Final = f"""
repository: {{path: repository, url: {ADDRESS}, revision: "{REVISION}", reference: main}}
declared: {{argocd: [applications]}}
observed: {{snapshot: snapshot}}
"""


@dataclass(frozen=True, slots=True)
class Source:
    """What one Application delivers: by *how*, and the kinds of objects in each of its files."""

    how: str
    files: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A repository: its sources, and how many of its Deployments the cluster lacks."""

    sources: tuple[Source, ...]
    missing: int = 0


_FILES = st.lists(
    st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3).map(tuple),
    min_size=1,
    max_size=3,
).map(tuple)
SOURCES = st.builds(
    Source,
    how=st.sampled_from(
        ("kustomize", "directory", "helm", "chart", "remote", "mixed", "elsewhere", "revision")
    ),
    files=_FILES,
)
PLANS = st.builds(
    Plan, sources=st.lists(SOURCES, min_size=1, max_size=4).map(tuple), missing=st.integers(0, 2)
)


def write(root: Path, plan: Plan) -> None:
    """Write the repository of a *plan*, its cluster and its settings to *root*."""
    (root / "conformance.yaml").write_text(_SETTINGS)
    repository, snapshot = root / "repository", root / "snapshot"
    (repository / "applications").mkdir(parents=True)
    snapshot.mkdir()
    deployments, applications = [], []
    for n, source in enumerate(plan.sources):
        application = _application(n, source)
        applications.append(application | {"status": _status()})
        (repository / "applications" / f"a{n}.json").write_text(json.dumps(application))
        deployments += list(_write_source(repository / f"a{n}", n, source))
    for name, items in (
        ("applications", applications),
        ("deployments", deployments[plan.missing :]),
    ):
        _dump(snapshot / f"{name}.json", items)
    for name in ("statefulsets", "daemonsets", "pods", "nodes"):
        _dump(snapshot / f"{name}.json", [])


def _dump(file: Path, items: list[Any]) -> None:
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))


def _status() -> dict[str, Any]:
    return {
        "sync": {"status": "Synced", "revision": REVISION},
        "health": {"status": "Healthy"},
    }


def _application(n: int, source: Source) -> dict[str, Any]:
    server = "prod-1" if source.how == "elsewhere" else "https://kubernetes.default.svc"
    revision = "v1.0.0" if source.how == "revision" else "main"
    where = {"repoURL": ADDRESS, "path": f"a{n}", "targetRevision": revision}
    if source.how == "remote":
        where["repoURL"] = "https://git.example.org/other"
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": f"a{n}", "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": where,
            "destination": {"server": server, "namespace": f"a{n}"},
        },
    }


def _write_source(folder: Path, n: int, source: Source) -> Iterator[dict[str, Any]]:
    """Write what a source delivers; yield its Deployments as the cluster has them."""
    top = folder
    if source.how == "helm":
        folder = folder / "templates"
    folder.mkdir(parents=True)
    names = []
    for index, kinds in enumerate(source.files):
        objects = [_object(kind, f"x{index}-{at}", f"a{n}") for at, kind in enumerate(kinds)]
        names.append(f"f{index}.yaml")
        text = "---\n".join(json.dumps(one, indent=1) + "\n" for one in objects)
        (folder / names[-1]).write_text(text)
        if source.how in RENDERED:
            yield from (_running(one) for one in objects if one["kind"] == "Deployment")
    if source.how in {"kustomize", "mixed"}:
        remote = ["https://git.example.org/other//base?ref=v1"] if source.how == "mixed" else []
        content = {"resources": [*names, *remote]}
        (folder / "kustomization.yaml").write_text(json.dumps(content))
    if source.how in {"helm", "chart"}:
        lacking = _LACKING if source.how == "chart" else ""
        (top / "Chart.yaml").write_text(f"apiVersion: v2\nname: a\nversion: 1.0.0\n{lacking}")


def _object(kind: str, name: str, namespace: str) -> dict[str, Any]:
    metadata = {"name": f"{kind.lower()}-{name}", "namespace": namespace}
    made: dict[str, Any] = {"apiVersion": KINDS[kind], "kind": kind, "metadata": metadata}
    if kind == "Deployment":
        labels = {"app": name}
        made["spec"] = {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "c", "image": "example/c:1"}]},
            },
        }
    return made


def _running(deployment: dict[str, Any]) -> dict[str, Any]:
    return deployment | {
        "status": {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1}
    }
