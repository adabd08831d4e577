"""Charts that a kustomization inflates, rendered beforehand and built with the rest."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.helm import Archives, Charts
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.rendered import Rendered
from exporter.domain.items import ItemState
from exporter.domain.json import dig
from exporter.domain.provenance import Source
from tests.declared.helm.features import chart, packed, show

Lay = Callable[[Mapping[str, str]], Checkout]
VALUES = "list .Values.a .Values.b .Values.c"
CHART = {
    "web/charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "web/charts/shop/values.yaml": "a: 1\nb: 1\nc: 1\n",
    "web/charts/shop/templates/x.yaml": show(VALUES),
}
FILES = {"web/v.yaml": "b: 2\nc: 2\n", "web/more.yaml": "c: 4\n"}

pytestmark = pytest.mark.usefixtures("kustomize", "helm")


async def build(
    lay: Lay,
    entry: str,
    *,
    more: str = "",
    files: Mapping[str, str] = CHART,
    folder: Path | None = None,
) -> Rendered:
    text = f"helmCharts: [{{name: shop, {entry}}}]\n{more}"
    checkout = lay({"web/kustomization.yaml": text, **files, **FILES})
    charts = Charts(archives=Archives(folder))
    renderer = Renderer(checkout, allow_remote=False, source=Source.KUSTOMIZE, charts=charts)
    return await renderer.render("web")


def shown(rendered: Rendered) -> object:
    assert (rendered.failures, rendered.left_out) == ((), ())
    (one,) = rendered.manifests
    return dig(one.content, "metadata", "annotations", "shown")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("releaseName: r", "[1,1,1]", id="its own values"),
        pytest.param("releaseName: r, valuesFile: v.yaml", "[1,2,2]", id="a file"),
        pytest.param("releaseName: r, valuesInline: {c: 3}", "[1,1,3]", id="inline"),
        pytest.param(
            "releaseName: r, valuesFile: v.yaml, valuesInline: {c: 3}", "[1,2,3]", id="inline over"
        ),
        pytest.param(
            "releaseName: r, valuesFile: v.yaml, valuesInline: {b: 3, a: 3}, valuesMerge: merge",
            "[3,2,2]",
            id="inline below",
        ),
        pytest.param(
            "releaseName: r, valuesFile: v.yaml, valuesInline: {b: 3}, valuesMerge: replace",
            "[1,3,1]",
            id="inline alone",
        ),
        pytest.param(
            "releaseName: r, valuesInline: {c: 3}, additionalValuesFiles: [more.yaml]",
            "[1,1,4]",
            id="further files",
        ),
    ],
)
async def test_a_chart_gets_its_values_as_kustomize_gives_them(
    lay: Lay, entry: str, expected: str
) -> None:
    assert shown(await build(lay, entry)) == expected


async def test_what_stands_over_a_chart_changes_its_objects(lay: Lay) -> None:
    more = """\
namePrefix: a-
namespace: web
patches:
  - patch: |-
      - {op: replace, path: /spec/replicas, value: 5}
    target: {kind: Deployment}
"""

    rendered = await build(lay, "releaseName: r", more=more)

    (one,) = rendered.manifests
    assert dig(one.content, "metadata", "name") == "a-x"
    assert dig(one.content, "metadata", "namespace") == "web"
    assert dig(one.content, "spec", "replicas") == 5
    assert one.place.path == "web/kustomization.yaml"


async def test_a_chart_of_a_registry_is_taken_from_the_folder(lay: Lay, tmp_path: Path) -> None:
    folder = tmp_path / "charts"
    folder.mkdir()
    files = {**chart("shop", at="shop"), "shop/templates/x.yaml": show("7")}
    (folder / "shop-1.2.3.tgz").write_bytes(packed(files))
    entry = "repo: https://charts.example.org, version: 1.2.3, releaseName: r"

    found = await build(lay, entry, files={}, folder=folder)
    lacking = await build(lay, entry.replace("1.2.3", "1.2.4"), files={}, folder=folder)

    assert shown(found) == "7"
    (item,) = lacking.left_out
    assert item.state is ItemState.NOT_RENDERED
    assert "declared.charts.cache" in item.advice


@pytest.mark.parametrize(
    ("entry", "template", "state"),
    [
        pytest.param("namespace: a", "1", ItemState.UNRESOLVED, id="no name of a release"),
        pytest.param(
            "releaseName: r, nameTemplate: x", "1", ItemState.UNSUPPORTED, id="unknown field"
        ),
        pytest.param("releaseName: r", "uuidv4", ItemState.UNRESOLVED, id="chance"),
        pytest.param(
            "releaseName: r",
            ".Capabilities.KubeVersion.Minor",
            ItemState.UNRESOLVED,
            id="the cluster",
        ),
        pytest.param("releaseName: r", 'fail "never"', ItemState.NOT_RENDERED, id="broken"),
        pytest.param(
            "releaseName: r, valuesFile: gone.yaml", "1", ItemState.NOT_RENDERED, id="no values"
        ),
        pytest.param(
            "releaseName: r, valuesFile: ../../x", "1", ItemState.NOT_RENDERED, id="outside"
        ),
    ],
)
async def test_a_chart_that_cannot_be_rendered_leaves_the_rest(
    lay: Lay, entry: str, template: str, state: ItemState
) -> None:
    beside = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 1}\n"
    files = {**CHART, "web/charts/shop/templates/x.yaml": show(template), "web/d.yaml": beside}

    rendered = await build(lay, entry, more="resources: [d.yaml]\n", files=files)

    assert [dig(one.content, "metadata", "name") for one in rendered.manifests] == ["d"]
    assert [one.state for one in rendered.left_out] == [state]


async def test_the_directory_of_charts_may_be_another(lay: Lay) -> None:
    moved = {name.replace("web/charts/", "web/all/"): text for name, text in CHART.items()}

    rendered = await build(
        lay, "releaseName: r", more="helmGlobals: {chartHome: all}\n", files=moved
    )

    assert shown(rendered) == "[1,1,1]"
