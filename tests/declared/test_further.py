"""Further repositories: Applications are followed to their checkouts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.declared.declare import Declarations
from exporter.domain.clock import Instant
from exporter.domain.items import DeclaredItems, ItemState
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.load import load

NOW = Instant(datetime(2026, 1, 1, tzinfo=UTC), 0.0)
MAIN, APPS = "https://git.example.org/main.git", "https://git.example.org/apps.git"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 2}
"""
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "chart/templates/d.yaml": DEPLOYMENT.replace("2", "{{ .Values.count }}"),
}
SETTINGS = f"""\
repository: {{path: main, url: {MAIN}, reference: main}}
declared:
  argocd: [applications]
  repositories: [{{path: apps, url: {APPS}, reference: main}}]
observed: {{snapshot: snapshot}}
"""


def application(sources: str) -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: web}}
  sources: [{sources}]
"""


async def declare(
    root: Path, sources: str, *, main: Mapping[str, str], apps: Mapping[str, str]
) -> State:
    files = {
        "conformance.yaml": SETTINGS,
        "main/applications/shop.yaml": application(sources),
        **{f"main/{name}": text for name, text in main.items()},
        **{f"apps/{name}": text for name, text in apps.items()},
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return await Declarations(load(root / "conformance.yaml")).read(at=NOW)


def places(state: State) -> list[tuple[str, object]]:
    found = state.facts.get(DeclaredWorkloads).workloads.values()
    return [(one.place.where, one.manifest["spec"]["replicas"]) for one in found]  # type: ignore[call-overload,index] # laid out above


def states(state: State) -> dict[str, ItemState]:
    items = state.facts.get(DeclaredItems).items
    return {one.subject.name: one.state for one in items if one.subject.kind == "Source"}


async def test_a_directory_of_another_repository_is_followed(tmp_path: Path) -> None:
    sources = f"{{repoURL: {APPS}, path: web}}"

    state = await declare(tmp_path, sources, main={}, apps={"web/d.yaml": DEPLOYMENT})

    assert places(state) == [("apps:web/d.yaml:1", 2)]
    assert states(state) == {"shop/0": ItemState.COMPARED}


@pytest.mark.usefixtures("kustomize")
async def test_a_kustomization_of_another_repository_is_built(tmp_path: Path) -> None:
    sources = f"{{repoURL: {APPS}, path: web, kustomize: {{nameSuffix: -x}}}}"
    apps = {"web/d.yaml": DEPLOYMENT, "web/kustomization.yaml": "resources: [d.yaml]"}

    state = await declare(tmp_path, sources, main={}, apps=apps)

    assert places(state) == [("apps:web/d.yaml:1", 2)]


@pytest.mark.usefixtures("helm")
async def test_a_chart_of_one_repository_takes_values_of_the_other(tmp_path: Path) -> None:
    chart, values = f"{{repoURL: {APPS}, path: chart", "env/p.yaml"
    sources = f"{chart}, helm: {{valueFiles: [$v/{values}]}}}}, {{repoURL: {MAIN}, ref: v}}"

    state = await declare(tmp_path, sources, main={values: "count: 7"}, apps=CHART)

    assert places(state) == [("apps:chart/templates/d.yaml:2", 7)]


@pytest.mark.usefixtures("helm")
async def test_a_chart_at_hand_takes_values_of_another_repository(tmp_path: Path) -> None:
    chart = f"{{repoURL: {MAIN}, path: chart, helm: {{valueFiles: ['$v/env/*.yaml']}}}}"

    state = await declare(
        tmp_path,
        f"{chart}, {{repoURL: {APPS}, ref: v}}",
        main=CHART,
        apps={"env/p.yaml": "count: 8"},
    )

    assert places(state) == [("chart/templates/d.yaml:2", 8)]


async def test_what_is_missing_there_is_missing(tmp_path: Path) -> None:
    state = await declare(
        tmp_path, f"{{repoURL: {APPS}, path: gone}}", main={}, apps={"web/d.yaml": DEPLOYMENT}
    )

    assert states(state) == {"shop/0": ItemState.UNREADABLE}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        pytest.param(
            f"{{repoURL: {APPS}, path: web, targetRevision: v1.0.0}}",
            ItemState.OTHER_REVISION,
            id="another revision",
        ),
        pytest.param(
            "{repoURL: 'https://git.example.org/third.git', path: web}",
            ItemState.OTHER_REPOSITORY,
            id="a third repository",
        ),
    ],
)
async def test_what_lies_in_no_checkout_says_so(
    tmp_path: Path, sources: str, expected: ItemState
) -> None:
    state = await declare(tmp_path, sources, main={}, apps={"web/d.yaml": DEPLOYMENT})

    assert states(state) == {"shop/0": expected}
    advice = [one.advice for one in state.facts.get(DeclaredItems).items if one.advice]
    assert expected is ItemState.OTHER_REVISION or "declared.repositories" in advice[0]


async def test_a_checkout_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    state = await declare(tmp_path, f"{{repoURL: {APPS}, path: web}}", main={}, apps={})

    assert [one.part for one in state.failures] == ["apps"]
    assert states(state) == {"shop/0": ItemState.OTHER_REPOSITORY}
