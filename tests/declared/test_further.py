"""Further repositories: Applications are followed to their checkouts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.declared.declare import Declarations
from exporter.domain.clock import Instant
from exporter.domain.items import DeclaredItems, ItemState
from exporter.domain.provenance import Place
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


def replicas_of(state: State) -> list[tuple[Place, object]]:
    found = state.facts.get(DeclaredWorkloads).workloads.values()
    return [(one.places["/spec/replicas"], one.manifest["spec"]["replicas"]) for one in found]  # type: ignore[call-overload,index] # laid out above


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


BASES = {
    "web/kustomization.yaml": "resources: [d.yaml, ../shared]\nnamePrefix: a-",
    "web/d.yaml": DEPLOYMENT,
    "shared/kustomization.yaml": "resources: [d.yaml]",
    "shared/d.yaml": DEPLOYMENT.replace("web", "shared"),
}


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    "address",
    [
        "https://git.example.org/apps.git//web?ref=main",
        "https://git.example.org/apps.git/web?ref=main&timeout=90s",
        "git::https://git.example.org/apps//web",
        "git@git.example.org:apps.git//web?ref=main",
        "ssh://git@git.example.org/apps.git//web?version=main",
    ],
)
async def test_a_remote_base_is_followed_to_its_checkout(tmp_path: Path, address: str) -> None:
    main = {"env/kustomization.yaml": f"resources: ['{address}']\nnameSuffix: -x\n"}

    state = await declare(tmp_path, f"{{repoURL: {MAIN}, path: env}}", main=main, apps=BASES)

    assert sorted(places(state)) == [("apps:shared/d.yaml:1", 2), ("apps:web/d.yaml:1", 2)]
    names = {one.name for one in state.facts.get(DeclaredWorkloads).workloads}
    assert names == {"a-web-x", "a-shared-x"}
    assert states(state) == {"shop/0": ItemState.COMPARED}


@pytest.mark.usefixtures("kustomize")
async def test_a_patch_beside_a_remote_base_changes_it(tmp_path: Path) -> None:
    operation = '[{"op": "replace", "path": "/spec/replicas", "value": 5}]'
    patch = f"- {{patch: '{operation}', target: {{name: web}}}}"
    main = {"env/kustomization.yaml": f"resources: ['{APPS}//web']\npatches:\n{patch}\n"}

    state = await declare(tmp_path, f"{{repoURL: {MAIN}, path: env}}", main=main, apps=BASES)

    assert state.failures == ()
    assert ("env/kustomization.yaml:3", 5) in [
        (one.where, replicas) for one, replicas in replicas_of(state)
    ]


@pytest.mark.usefixtures("kustomize")
async def test_a_remote_component_is_followed_too(tmp_path: Path) -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    apps = {"c/kustomization.yaml": f"{component}replicas: [{{name: web, count: 4}}]\n"}
    main = {
        "env/kustomization.yaml": f"resources: [d.yaml]\ncomponents: ['{APPS}//c?ref=main']\n",
        "env/d.yaml": DEPLOYMENT,
    }

    state = await declare(tmp_path, f"{{repoURL: {MAIN}, path: env}}", main=main, apps=apps)

    assert places(state) == [("env/d.yaml:1", 4)]


@pytest.mark.usefixtures("kustomize")
async def test_a_base_by_the_address_of_its_own_repository_is_a_path(tmp_path: Path) -> None:
    main = {"env/kustomization.yaml": f"resources: ['{MAIN}//web?ref=main']\n", **BASES}

    state = await declare(tmp_path, f"{{repoURL: {MAIN}, path: env}}", main=main, apps={})

    assert sorted(places(state)) == [("shared/d.yaml:1", 2), ("web/d.yaml:1", 2)]


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("address", "reason", "advice"),
    [
        (f"{APPS}//web?ref=v2", ItemState.OTHER_REVISION, "allow_remote_bases"),
        (
            "https://git.example.org/other.git//web?ref=main",
            ItemState.OTHER_REPOSITORY,
            "name a checkout of https://git.example.org/other.git in declared.repositories",
        ),
        (
            "github.com/org/repo/deep/web",
            ItemState.OTHER_REPOSITORY,
            "name a checkout of github.com/org/repo in",
        ),
    ],
)
async def test_any_other_address_says_what_to_add(
    tmp_path: Path, address: str, reason: ItemState, advice: str
) -> None:
    main = {"env/kustomization.yaml": f"resources: [d.yaml, '{address}']", "env/d.yaml": DEPLOYMENT}

    state = await declare(tmp_path, f"{{repoURL: {MAIN}, path: env}}", main=main, apps=BASES)

    (item,) = [one for one in state.facts.get(DeclaredItems).items if one.state.is_reason]
    assert item.state is reason
    assert advice in item.advice
    assert places(state) == [("env/d.yaml:1", 2)]


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    "escape", ["../../../env/secret.yaml", "../../main/env", "../../.conformance-checkouts/_/env"]
)
async def test_no_base_leads_out_of_its_repository(tmp_path: Path, escape: str) -> None:
    main = {
        "env/kustomization.yaml": f"resources: ['{APPS}//web']",
        "env/secret.yaml": DEPLOYMENT,
    }
    apps = {"web/kustomization.yaml": f"resources: [{escape}]"}

    state = await declare(tmp_path, f"{{repoURL: {MAIN}, path: env}}", main=main, apps=apps)

    (failure,) = state.failures
    assert failure.place.path == "apps:web/kustomization.yaml"
    assert "leads out of the repository" in failure.message
    assert places(state) == []


GENERATED = f"""\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{{{name: all, namespace: argocd}}}}
spec:
  generators: [{{{{git: {{{{repoURL: {{address}}, revision: {{revision}}, {{what}}}}}}}}}}]
  template:
    metadata: {{{{name: '{{{{{{{{path.basename}}}}}}}}'}}}}
    spec:
      destination: {{{{server: https://kubernetes.default.svc, namespace: web}}}}
      source: {{{{repoURL: {APPS}, path: '{{{{{{{{path}}}}}}}}'}}}}
"""


@pytest.mark.parametrize(
    "what", ["directories: [{path: 'apps/*'}]", "files: [{path: 'apps/*/d.yaml'}]"]
)
async def test_a_git_generator_looks_at_a_further_checkout(tmp_path: Path, what: str) -> None:
    apps = {"apps/one/d.yaml": DEPLOYMENT, "apps/two/d.yaml": DEPLOYMENT}
    generated = GENERATED.format(address=APPS, revision="HEAD", what=what)

    state = await declare(
        tmp_path, f"{{repoURL: {MAIN}, path: sets}}", main={"sets/a.yaml": generated}, apps=apps
    )

    assert states(state) == dict.fromkeys(("shop/0", "one/0", "two/0"), ItemState.COMPARED)


@pytest.mark.parametrize(
    ("address", "revision", "message"),
    [
        (APPS, "v3.0.0", "not the checkout"),
        ("https://git.example.org/other.git", "HEAD", "declared.repositories"),
    ],
)
async def test_a_git_generator_elsewhere_says_so(
    tmp_path: Path, address: str, revision: str, message: str
) -> None:
    what = "directories: [{path: 'apps/*'}]"
    generated = GENERATED.format(address=address, revision=revision, what=what)

    state = await declare(
        tmp_path, f"{{repoURL: {MAIN}, path: sets}}", main={"sets/a.yaml": generated}, apps=BASES
    )

    items = state.facts.get(DeclaredItems).items
    (item,) = [one for one in items if one.subject.kind == "ApplicationSet"]
    assert item.state.is_reason
    assert message in item.message
