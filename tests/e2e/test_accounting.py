"""What nobody compares is said, and no command ends well without it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exporter.app import check_once
from exporter.cli.check import exit_code
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Layer, Severity, Verdict
from exporter.settings.load import load

URL = "https://git.example.org/infrastructure"
NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
REMOTE = "https://github.com/example/lib//crds?ref=v1"
CONFORMS, FAILS, BLIND = 0, 1, 3
pytestmark = pytest.mark.usefixtures("kustomize")


def application(more: str = "path: web", *, url: str = URL, destination: str = "") -> str:
    where = destination or "server: https://kubernetes.default.svc"
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\n"
        f"spec: {{destination: {{{where}, namespace: web}}, source: {{repoURL: {url}, {more}}}}}\n"
    )


DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "shop", "namespace": "web"},
    "spec": {
        "replicas": 0,
        "selector": {"matchLabels": {"app": "shop"}},
        "template": {
            "metadata": {"labels": {"app": "shop"}},
            "spec": {"containers": [{"name": "c", "image": "example/c:1"}]},
        },
    },
}
SHOP = json.dumps(DEPLOYMENT)
PLAIN = {"web/d.yaml": SHOP}
APPLICATIONS = "declared: {argocd: [apps]}"
OVERLAYS = "declared: {kustomize: ['web*']}"


async def check(
    folder: Path, files: Mapping[str, str], settings: str, *, running: bool = True
) -> Evaluation:
    for name, text in files.items():
        path = folder / "repository" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    snapshot = folder / "snapshot"
    snapshot.mkdir(exist_ok=True)
    for kind in ("nodes", "pods", "statefulsets", "daemonsets", "applications", "deployments"):
        items = [DEPLOYMENT] if kind == "deployments" and running else []
        document = {"apiVersion": "v1", "kind": "List", "items": items}
        (snapshot / f"{kind}.json").write_text(json.dumps(document))
    (folder / "conformance.yaml").write_text(
        f"repository: {{path: repository, url: {URL}}}\n{settings}\n"
        "observed: {snapshot: snapshot}\n"
    )
    return await check_once(load(folder / "conformance.yaml"), at=NOW)


def unknown(outcome: Evaluation) -> set[tuple[str, str]]:
    return {
        (one.subject.name, one.reason)
        for one in outcome.findings
        if one.check == "declaration_compared"
    }


def verdicts(outcome: Evaluation, check: str) -> set[tuple[str, Verdict]]:
    return {(one.subject.name, one.verdict) for one in outcome.findings if one.check == check}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            PLAIN | {"web/kustomization.yaml": f"resources: [d.yaml, '{REMOTE}']"},
            {(f"web#{REMOTE}", "other_repository")},
            id="remote resource",
        ),
        pytest.param(
            PLAIN
            | {"web/kustomization.yaml": "resources: [d.yaml]\nhelmCharts: [{name: cache}]\n"},
            {("web#helmCharts: cache", "not_rendered")},
            id="chart in an overlay",
        ),
        pytest.param(
            PLAIN | {"web/s.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"},
            {("s", "refused")},
            id="kind of which the dump holds nothing",
        ),
        pytest.param(
            PLAIN | {"web2/Chart.yaml": "name: a"}, {("web2", "not_rendered")}, id="chart beside it"
        ),
    ],
)
async def test_what_is_there_is_compared_and_the_rest_is_said(
    tmp_path: Path, files: dict[str, str], expected: set[tuple[str, str]]
) -> None:
    outcome = await check(tmp_path, files, OVERLAYS)

    assert unknown(outcome) == expected
    assert verdicts(outcome, "workload_present") == {("shop", Verdict.PASS)}
    assert exit_code(outcome, fail_on=Severity.WARNING) == BLIND
    assert outcome.layers[Layer.APPLICATIONS].coverage == 0.5


async def test_an_object_that_the_dump_would_show_fails_where_it_is_missing(
    tmp_path: Path,
) -> None:
    files = PLAIN | {"web/s.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"}
    (tmp_path / "snapshot").mkdir()
    document = '{"apiVersion": "v1", "kind": "List", "items": []}'
    (tmp_path / "snapshot" / "services.json").write_text(document)

    outcome = await check(tmp_path, files, OVERLAYS)

    assert unknown(outcome) == set()
    assert verdicts(outcome, "object_present") == {("s", Verdict.FAIL)}
    assert outcome.layers[Layer.APPLICATIONS].coverage == pytest.approx((1 + 1 / 3) / 2)


async def test_a_missing_workload_fails_beside_what_is_not_rendered(tmp_path: Path) -> None:
    files = PLAIN | {"web/kustomization.yaml": f"resources: [d.yaml, '{REMOTE}']"}

    outcome = await check(tmp_path, files, OVERLAYS, running=False)

    assert verdicts(outcome, "workload_present") == {("shop", Verdict.FAIL)}
    assert exit_code(outcome, fail_on=Severity.WARNING) == FAILS


async def test_what_a_missing_component_may_change_is_unknown_but_for_its_presence(
    tmp_path: Path,
) -> None:
    files = PLAIN | {"web/kustomization.yaml": f"resources: [d.yaml]\ncomponents: ['{REMOTE}']\n"}

    outcome = await check(tmp_path, files, OVERLAYS)

    assert verdicts(outcome, "workload_present") == {("shop", Verdict.PASS)}
    for name in ("workload_spec", "workload_replicas"):
        assert verdicts(outcome, name) == {("shop", Verdict.UNKNOWN)}


@pytest.mark.parametrize(
    ("text", "reason", "detail"),
    [
        pytest.param(
            application("path: web", destination="name: prod-1"),
            "other_cluster",
            "prod-1",
            id="other cluster",
        ),
        pytest.param(
            application("path: web, plugin: {name: c}"), "not_rendered", "plugin", id="plugin"
        ),
        pytest.param(
            application("chart: c", url="https://charts.example.org"),
            "not_rendered",
            "c",
            id="chart",
        ),
        pytest.param(
            application(url="https://git.example.org/infra.git"),
            "other_repository",
            "https://git.example.org/infra.git is deployed, and the checkout is of "
            "git.example.org/infrastructure",
            id="other repository",
        ),
    ],
)
async def test_an_application_that_is_not_followed_is_compared_and_its_source_says_why_not(
    tmp_path: Path, text: str, reason: str, detail: str
) -> None:
    files = PLAIN | {"web/kustomization.yaml": "resources: [d.yaml]", "apps/a.yaml": text}

    outcome = await check(tmp_path, files, APPLICATIONS)

    assert unknown(outcome) == {("shop/0", reason)}
    assert detail in next(one.detail for one in outcome.findings if one.reason)
    assert verdicts(outcome, "application_present") == {("shop", Verdict.FAIL)}
    assert outcome.layers[Layer.APPLICATIONS].coverage == 0.0


@pytest.mark.parametrize(
    ("destinations", "reasons", "compared"),
    [
        pytest.param("[prod-1]", set(), {("shop", Verdict.PASS)}, id="this one"),
        pytest.param("[prod-2]", set(), set(), id="out of scope"),
    ],
)
async def test_what_applications_call_the_cluster_is_a_setting(
    tmp_path: Path,
    destinations: str,
    reasons: set[tuple[str, str]],
    compared: set[tuple[str, Verdict]],
) -> None:
    files = PLAIN | {"apps/a.yaml": application("path: web", destination="name: prod-1")}
    settings = f"cluster: {{name: prod, destinations: {destinations}}}\n{APPLICATIONS}"

    outcome = await check(tmp_path, files, settings)

    assert unknown(outcome) == reasons
    assert verdicts(outcome, "workload_present") == compared


async def test_a_path_that_goes_to_another_cluster_may_be_named_for_this_one(
    tmp_path: Path,
) -> None:
    files = PLAIN | {"apps/a.yaml": application("path: web", destination="name: prod-1")}

    outcome = await check(tmp_path, files, "declared: {argocd: [apps], kustomize: [web]}")

    assert verdicts(outcome, "workload_present") == {("shop", Verdict.PASS)}


async def test_what_two_settings_name_is_accounted_for_once(tmp_path: Path) -> None:
    files = PLAIN | {"apps/a.yaml": application("path: web")}

    outcome = await check(tmp_path, files, "declared: {argocd: [apps], kustomize: [apps, web]}")

    assert unknown(outcome) == set()
    found = [key for key in outcome.items if key.kind in {"Application", "Deployment"}]
    assert sum(outcome.items[key] for key in found) == 2


async def test_a_chart_that_somebody_installs_is_followed_to_its_applications_objects(
    tmp_path: Path, helm: str
) -> None:
    del helm
    files = {
        "root/Chart.yaml": "apiVersion: v2\nname: root\nversion: 1.0.0\n",
        "root/templates/shop.yaml": application("path: {{ .Values.path }}"),
        "root/values.yaml": "path: none\n",
        "prod.yaml": "path: web\n",
        **PLAIN,
    }
    settings = "declared: {argocd: [root], charts: {roots: [{path: root, values: [prod.yaml]}]}}"

    outcome = await check(tmp_path, files, settings)

    assert unknown(outcome) == set()
    assert verdicts(outcome, "workload_present") == {("shop", Verdict.PASS)}
    assert verdicts(outcome, "application_present") == {("shop", Verdict.FAIL)}
