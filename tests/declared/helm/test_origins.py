"""Which value makes which field: found by changing one value after the other."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.helm import ChartRenderer, Charts
from exporter.declared.helm.origins import MAX_OBJECTS, MAX_RENDERS, Leaf, values_path
from exporter.declared.options import HelmOptions, Parameter
from exporter.domain.finding import Subject
from exporter.domain.provenance import Place, Source
from tests.declared.helm.conftest import Lay
from tests.declared.helm.features import CRD, chart, show

HERE = Place(Source.ARGOCD, "applications/shop.yaml", 9)
SHOWN = "/metadata/annotations/shown"
QUESTIONS = {"argocd/shop": frozenset({Subject("Deployment", "web", "x")})}


async def trace(
    checkout: Checkout, charts: Charts, *, pointer: str = SHOWN, **options: Any
) -> tuple[Place, int]:
    """Return where a field of the Deployment x comes from, and how many renderings were made."""
    before = charts.cache.renders
    given = HelmOptions(
        **{"owner": "argocd/shop/0", "release": "s", "namespace": "web", "place": HERE, **options}
    )
    rendered = await ChartRenderer(checkout, charts, Source.ARGOCD).render("chart", given)
    assert (rendered.failures, rendered.left_out) == ((), ())
    found = next(one for one in rendered.manifests if one.content["metadata"]["name"] == "x")  # type: ignore[call-overload,index] # laid out here
    return found.places[pointer], charts.cache.renders - before


def charts(version: str, **options: Any) -> Charts:
    known: Mapping[str, Any] = {"kube_version": "1.31.2", "api_versions": (), **options}
    return Charts(helm=version, questions=QUESTIONS, **known)


@pytest.mark.parametrize(
    ("expression", "options", "expected"),
    [
        pytest.param(".Values.a", {}, "chart/values.yaml:1", id="default of the chart"),
        pytest.param(
            ".Values.a", {"value_files": ("/env/p.yaml",)}, "env/p.yaml:2", id="values file"
        ),
        pytest.param(
            ".Values.a",
            {"value_files": ("/env/p.yaml", "/env/q.yaml")},
            "env/q.yaml:1",
            id="the later file",
        ),
        pytest.param(
            ".Values.b.c", {"value_files": ("/env/p.yaml",)}, "env/p.yaml:4", id="nested value"
        ),
        pytest.param(
            ".Values.b.d", {"value_files": ("/env/p.yaml",)}, "chart/values.yaml:4", id="a list"
        ),
        pytest.param("index .Values.b.d 1", {}, "chart/values.yaml:4", id="an item of a list"),
        pytest.param(".Values.a", {"values": "a: 7"}, HERE.where, id="values in the Application"),
        pytest.param(
            ".Values.a",
            {"parameters": (Parameter(name="a", value="8"),), "value_files": ("/env/p.yaml",)},
            HERE.where,
            id="parameter",
        ),
        pytest.param('include "a" .', {}, "chart/values.yaml:1", id="through a helper"),
        pytest.param(
            'printf "%s:%s" .Values.image.name .Values.image.tag',
            {"value_files": ("/env/p.yaml",)},
            "env/p.yaml:5",
            id="two values, of which one is the user's",
        ),
        pytest.param("ternary 5 6 .Values.on", {}, "chart/values.yaml:8", id="a flag"),
        pytest.param("mul .Values.a 3", {}, "chart/values.yaml:1", id="calculated"),
        pytest.param('index .Values "odd-name"', {}, "chart/values.yaml:9", id="an odd name"),
        pytest.param(".Values.global.g", {}, "chart/values.yaml:10", id="global"),
    ],
)
async def test_a_field_stands_where_its_value_does(
    lay: Lay, version: str, expression: str, options: dict[str, Any], expected: str
) -> None:
    values = """\
a: 1
b:
  c: x
  d: [1, 2]
image:
  name: registry.example.org/shop
  tag: "1.0"
enabled: true
odd-name: 3
global: {g: deep}
""".replace("enabled", "use")
    files = {
        **chart(),
        "chart/values.yaml": values,
        "chart/templates/x.yaml": show(expression.replace(".on", ".use")),
        "chart/templates/_h.tpl": '{{ define "a" }}{{ .Values.a }}{{ end }}',
        "env/p.yaml": "# of production\na: 2\nb:\n  c: y\nimage: {tag: 2.0.1}\n",
        "env/q.yaml": "a: 3\n",
    }

    found, _ = await trace(lay(files), charts(version), **options)

    assert found.where == expected
    assert found.values_path.startswith(".Values")


@pytest.mark.parametrize(
    ("leaf", "path"),
    [
        pytest.param(("image", "tag"), ".Values.image.tag", id="keys"),
        pytest.param(("hosts", 1, "name"), ".Values.hosts[1].name", id="an item of a list"),
        pytest.param(("odd-name", "a.b"), '.Values.odd-name["a.b"]', id="odd keys"),
        pytest.param(("x\ny",), '.Values["x\\ny"]', id="a line break"),
        pytest.param(("x" * 500,), "", id="too long to be shown"),
    ],
)
def test_a_value_is_named_as_templates_name_it(leaf: Leaf, path: str) -> None:
    assert values_path(leaf) == path


async def test_a_block_of_values_is_traced_line_by_line(lay: Lay, version: str) -> None:
    template = show("1") + "  template: {{- toYaml .Values.pod | nindent 4 }}\n"
    values = "pod:\n  spec:\n    priority: 5\n    nodeSelector: {pool: api}\n"
    files = {**chart(), "chart/values.yaml": values, "chart/templates/x.yaml": template}

    pointer = "/spec/template/spec/nodeSelector/pool"
    found, _ = await trace(lay(files), charts(version), pointer=pointer)

    assert found.where == "chart/values.yaml:4"


async def test_a_value_for_a_subchart_stands_in_the_chart(lay: Lay, version: str) -> None:
    files = {
        **chart(more="dependencies: [{name: sub, version: 1.2.3, alias: other}]\n"),
        "chart/values.yaml": "other:\n  v: 4\n",
        **chart("sub", at="chart/charts/sub"),
        "chart/charts/sub/values.yaml": "v: 1\n",
        "chart/charts/sub/templates/x.yaml": show(".Values.v"),
    }

    found, _ = await trace(lay(files), charts(version))

    assert found.where == "chart/values.yaml:2"


async def test_a_default_of_a_subchart_stands_there(lay: Lay, version: str) -> None:
    files = {
        **chart(),
        **chart("sub", at="chart/charts/sub"),
        "chart/charts/sub/values.yaml": "v: 1\n",
        "chart/charts/sub/templates/x.yaml": show(".Values.v"),
    }

    found, _ = await trace(lay(files), charts(version))

    assert found.where == "chart/charts/sub/values.yaml:1"


async def test_a_value_that_the_chart_refuses_is_passed_over(lay: Lay, version: str) -> None:
    check = '{{ if ne (toString .Values.a) "1" }}{{ fail "only 1" }}{{ end }}'
    files = {
        **chart(),
        "chart/values.yaml": "a: 1\nb: 1\n",
        "chart/templates/x.yaml": check + show("add .Values.a .Values.b"),
    }

    found, _ = await trace(lay(files), charts(version))

    assert found.where == "chart/values.yaml:2"


async def test_what_is_left_to_chance_is_attributed_to_nothing(lay: Lay, version: str) -> None:
    files = {
        **chart(),
        "chart/values.yaml": "a: 1\n",
        "chart/templates/x.yaml": show(".Values.a"),
        "chart/templates/y.yaml": show("randAlphaNum 5", name="y"),
    }
    renderer = ChartRenderer(lay(files), charts(version), Source.ARGOCD)

    rendered = await renderer.render(
        "chart", HelmOptions(owner="argocd/shop/0", release="s", namespace="web")
    )

    places = [one.places[SHOWN].where for one in rendered.manifests]
    assert places == ["chart/values.yaml:1", "chart/templates/y.yaml:6"]


async def test_nobody_renders_more_than_twenty_times_for_an_object(lay: Lay, version: str) -> None:
    names = [f"v{at}" for at in range(40)]
    files = {
        **chart(),
        "chart/values.yaml": "".join(f"{one}: same\n" for one in names),
        "chart/templates/x.yaml": show("list " + " ".join(f".Values.{one}" for one in names)),
    }

    _, renders = await trace(lay(files), charts(version))

    assert renders == 1 + MAX_RENDERS


async def test_it_is_done_once_and_only_for_what_is_asked_about(lay: Lay, version: str) -> None:
    files = {**chart(), "chart/values.yaml": "a: 1\n", "chart/templates/x.yaml": show(".Values.a")}
    checkout, asking = lay(files), charts(version)
    silent = replace(asking, questions={})

    counts = [await trace(checkout, one) for one in (silent, asking, asking, silent)]

    assert [renders for _, renders in counts] == [1, 1, 0, 0]
    assert [found.where for found, _ in counts] == [
        "chart/templates/x.yaml:6",
        *["chart/values.yaml:1"] * 3,
    ]


async def test_more_objects_than_one_reading_traces_are_traced_in_the_next(
    lay: Lay, version: str
) -> None:
    names = [f"x{at}" for at in range(MAX_OBJECTS + 1)]
    files = {
        **chart(),
        "chart/values.yaml": "a: 1\n",
        **{f"chart/templates/{one}.yaml": show(".Values.a", name=one) for one in names},
        "chart/crds/c.yaml": CRD % "a",
    }
    asked = {"argocd/shop": frozenset(Subject("Deployment", "web", one) for one in names)}
    known = Charts(helm=version, questions=asked)
    checkout = lay(files)

    counts = []
    for _ in range(3):
        before = known.cache.renders
        await ChartRenderer(checkout, known, Source.ARGOCD).render(
            "chart", HelmOptions(owner="argocd/shop/0", release="s", namespace="web")
        )
        counts.append(known.cache.renders - before)

    assert counts == [1 + MAX_OBJECTS, 1, 0]
