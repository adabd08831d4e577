"""Whatever kind of repository it is: what its tools print is accounted for, object by object.

The kinds are those that a reader of overlays alone misses: charts only, a remote resource in an
overlay, Applications that a chart makes, another repository, another name of the cluster.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.declared.declare import Declarations
from exporter.domain.clock import Instant
from exporter.domain.items import DeclaredItems, ItemState
from exporter.settings.load import load
from tests.programs import building

NOW = Instant(datetime(2026, 1, 1, tzinfo=UTC), 0.0)
MAIN, APPS = "https://git.example.org/main.git", "https://git.example.org/apps.git"
REMOTE = "https://git.example.org/lib//crds?ref=v1"
KIND = re.compile(r"^kind: (\S+)$", re.MULTILINE)
_Items = Counter[tuple[str, ItemState]]


def application(name: str, path: str, *, url: str = MAIN, cluster: str = "in-cluster") -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  destination: {{name: {cluster}, namespace: {name}}}
  source: {{repoURL: {url}, path: {path}, targetRevision: main}}
"""


def manifest(kind: str, version: str, more: str = "") -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: x{more}\nspec: {{}}\n"


OBJECTS = {
    "d.yaml": manifest("Deployment", "apps/v1"),
    "s.yaml": manifest("Service", "v1") + "---\n" + manifest("Secret", "v1"),
    "w.yaml": manifest("Widget", "example.org/v1"),
}
HOOK = manifest("Job", "batch/v1", "\n  annotations: {helm.sh/hook: pre-install}")


def chart(folder: str, templates: Mapping[str, str]) -> dict[str, str]:
    files = {f"{folder}/templates/{name}": text for name, text in templates.items()}
    return {f"{folder}/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", **files}


def overlay(folder: str, *, more: Iterable[str] = ()) -> dict[str, str]:
    named = ", ".join(f"'{one}'" for one in (*OBJECTS, *more))
    files = {f"{folder}/{name}": text for name, text in OBJECTS.items()}
    return {f"{folder}/kustomization.yaml": f"resources: [{named}]\n", **files}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """Files, which of their folders helm and kustomize print, and what nobody compares."""

    files: Mapping[str, str]
    charts: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    applications: int = 1
    settings: str = ""
    more: _Items = field(default_factory=_Items)


ROOT = """\
{{- range tuple "shop" "bank" }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: "{{ . }}", namespace: argocd}
spec:
  destination: {name: in-cluster, namespace: "{{ . }}"}
  source: {repoURL: %s, path: "{{ . }}", targetRevision: main}
{{- end }}
"""
SECOND = f"  repositories: [{{path: ../apps, url: {APPS}, reference: main}}]\n"
REPOSITORIES = [
    pytest.param(
        Repository(
            files={
                **{f"applications/{one}.yaml": application(one, one) for one in ("shop", "bank")},
                **chart("shop", {**OBJECTS, "hook.yaml": HOOK}),
                **chart("bank", OBJECTS),
            },
            charts=("shop", "bank"),
            applications=2,
        ),
        id="charts only",
    ),
    pytest.param(
        Repository(
            files={
                "applications/shop.yaml": application("shop", "shop"),
                **overlay("shop", more=[REMOTE]),
            },
            overlays=("shop",),
            more=_Items({("Source", ItemState.OTHER_REPOSITORY): 1}),
        ),
        id="a remote resource in an overlay",
    ),
    pytest.param(
        Repository(
            files={
                "applications/root.yaml": application("root", "root"),
                **chart("root", {"applications.yaml": ROOT % MAIN}),
                **chart("shop", OBJECTS),
                **overlay("bank"),
            },
            charts=("shop",),
            overlays=("bank",),
            applications=3,
        ),
        id="Applications out of a chart",
    ),
    pytest.param(
        Repository(
            files={
                "applications/shop.yaml": application("shop", "shop", url=APPS),
                **chart("../apps/shop", OBJECTS),
            },
            charts=("../apps/shop",),
            settings=SECOND,
        ),
        id="a second repository",
    ),
    pytest.param(
        Repository(
            files={"applications/shop.yaml": application("shop", "shop", url=APPS)},
            more=_Items({("Source", ItemState.OTHER_REPOSITORY): 1}),
        ),
        id="a second repository that is not at hand",
    ),
    pytest.param(
        Repository(
            files={
                "applications/shop.yaml": application("shop", "shop", cluster="prod-1"),
                **overlay("shop"),
            },
            more=_Items({("Source", ItemState.OTHER_CLUSTER): 1}),
        ),
        id="another name of the cluster",
    ),
]
OUT_OF_SCOPE = {"Secret", "Job"}


def printed(root: Path, repository: Repository, *, helm: str, kustomize: str) -> Counter[str]:
    """Count by their text what the tools themselves print."""
    commands = [[helm, "template", "a", one] for one in repository.charts]
    for one in repository.overlays:
        here = root / one / "kustomization.yaml"
        here.write_text(here.read_text().replace(f", '{REMOTE}'", ""))
        commands.append([*building(kustomize), one])
    outputs = (
        subprocess.run(one, cwd=root, capture_output=True, check=True, text=True).stdout
        for one in commands
    )
    return sum((Counter(KIND.findall(one)) for one in outputs), Counter[str]())


@pytest.mark.parametrize("repository", REPOSITORIES)
async def test_the_account_of_a_repository_sums_up_to_what_its_tools_print(
    tmp_path: Path, helm: str, kustomize: str, repository: Repository
) -> None:
    main = tmp_path / "main"
    for name, text in repository.files.items():
        path = main / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (main / "conformance.yaml").write_text(
        f"repository: {{path: ., url: {MAIN}, reference: main}}\n"
        f"declared:\n  argocd: [applications]\n{repository.settings}"
        "observed: {snapshot: snapshot}\n"
    )

    state = await Declarations(load(main / "conformance.yaml")).read(at=NOW)

    found = Counter((one.subject.kind, one.state) for one in state.facts.get(DeclaredItems).items)
    objects = printed(main, repository, helm=helm, kustomize=kustomize)
    sources = repository.applications - repository.more["Source", ItemState.OTHER_CLUSTER]
    sources -= 0 if repository.overlays else repository.more["Source", ItemState.OTHER_REPOSITORY]
    assert found == +Counter(
        {
            ("Application", ItemState.COMPARED): repository.applications,
            ("Source", ItemState.COMPARED): sources,
            **repository.more,
            **{
                (kind, ItemState.OUT_OF_SCOPE if kind in OUT_OF_SCOPE else ItemState.COMPARED): n
                for kind, n in objects.items()
            },
        }
    )
