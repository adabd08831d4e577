import json
from collections.abc import Callable
from typing import Any

import pytest

from exporter.declared.helm import ChartRenderer, Charts
from exporter.declared.helm.chart import asks, read_chart
from exporter.declared.options import HelmOptions, Parameter
from exporter.declared.rendered import Rendered
from exporter.domain.errors import Reason
from exporter.domain.items import ItemState
from exporter.domain.json import dig
from exporter.domain.provenance import Source
from tests.declared.helm.conftest import Lay, Render
from tests.declared.helm.features import chart, show, sub

TEMPLATE = show("1")


def names(rendered: Rendered) -> list[object]:
    return [dig(one.content, "metadata", "name") for one in rendered.manifests]


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param('semverCompare ">=1.14-0" .Capabilities.KubeVersion.Version', id="old"),
        pytest.param('semverCompare "<1.60-0" .Capabilities.KubeVersion.Version', id="new"),
        pytest.param('.Capabilities.APIVersions.Has "apps/v1"', id="of Kubernetes"),
        pytest.param(
            '.Capabilities.KubeVersion.Version | semverCompare "1.99" | and false', id="piped"
        ),
    ],
)
async def test_what_is_the_same_for_all_clusters_is_compared(
    render: Render, expression: str
) -> None:
    files = {**chart(), "chart/templates/x.yaml": show(expression)}

    rendered = await render(files, charts=Charts())

    assert (names(rendered), rendered.left_out) == (["x"], ())
    assert rendered.manifests[0].undetermined == ()


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(".Capabilities.KubeVersion.Version", id="version"),
        pytest.param("int .Capabilities.KubeVersion.Minor | lt 30", id="number"),
        pytest.param('semverCompare ">=1.22-0" .Capabilities.KubeVersion.Version', id="compared"),
        pytest.param('semverCompare "~1.24.3" .Capabilities.KubeVersion.Version', id="patch"),
        pytest.param(
            "semverCompare .Values.from .Capabilities.KubeVersion.Version", id="with a value"
        ),
        pytest.param('.Capabilities.APIVersions.Has "a/v1"', id="api"),
        pytest.param(
            'and (.Capabilities.APIVersions.Has "a/v1") '
            '(not (.Capabilities.APIVersions.Has "b/v1"))',
            id="two apis",
        ),
    ],
)
async def test_what_depends_on_the_cluster_is_not_compared(render: Render, expression: str) -> None:
    files = {
        **chart(),
        "chart/values.yaml": "from: '>=1.27'",
        "chart/templates/x.yaml": show(expression),
    }

    rendered = await render(files, charts=Charts())

    assert rendered.manifests[0].undetermined == ("/metadata/annotations/shown",)
    (item,) = rendered.left_out
    assert item.state is ItemState.UNRESOLVED
    assert "declared.charts.kube_version" in item.advice


async def test_an_object_that_only_some_clusters_have_is_unresolved(render: Render) -> None:
    condition = '{{ if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}\n'
    monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\n"
    files = {
        **chart(),
        "chart/templates/m.yaml": f"{condition}{monitor}{{{{ end }}}}",
        "chart/templates/x.yaml": TEMPLATE,
    }

    unknown = await render(files, charts=Charts())
    known = await render(files, charts=Charts(api_versions=("monitoring.coreos.com/v1",)))

    assert (names(unknown), len(unknown.left_out)) == (["x"], 1)
    assert (names(known), known.left_out) == (["x", "m"], ())


async def test_a_cluster_that_the_chart_refuses_counts_for_nothing(render: Render) -> None:
    refusal = (
        '{{ if semverCompare "<1.25-0" .Capabilities.KubeVersion.Version }}'
        '{{ fail "too old" }}{{ end }}\n'
    )

    rendered = await render(
        {**chart(), "chart/templates/x.yaml": refusal + TEMPLATE}, charts=Charts()
    )

    assert (names(rendered), rendered.failures, rendered.left_out) == (["x"], (), ())


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(".Capabilities.APIVersions.Has .Values.api", id="by a value"),
        pytest.param(
            "list " + " ".join(f'(.Capabilities.APIVersions.Has "a{n}/v1")' for n in range(20)),
            id="very many",
        ),
    ],
)
async def test_where_the_clusters_cannot_be_told_the_chart_is_unresolved(
    render: Render, expression: str
) -> None:
    files = {
        **chart(),
        "chart/values.yaml": "api: a/v1",
        "chart/templates/x.yaml": show(expression),
    }

    rendered = await render(files, charts=Charts(kube_version="1.31.0"))

    assert rendered.whole is not None
    assert rendered.whole.state is ItemState.UNRESOLVED


async def test_a_chart_that_asks_for_no_cluster_needs_none(render: Render) -> None:
    rendered = await render({**chart(), "chart/templates/x.yaml": TEMPLATE}, charts=Charts())

    assert names(rendered) == ["x"]


async def test_a_chart_for_other_versions_fails_only_where_the_version_is_known(
    render: Render,
) -> None:
    files = {**chart(more="kubeVersion: '<1.20'\n"), "chart/templates/x.yaml": TEMPLATE}

    known, unknown = await render(files), await render(files, charts=Charts())

    assert [one.reason for one in known.failures] == [Reason.MALFORMED]
    assert unknown.whole is not None
    assert unknown.whole.state is ItemState.UNRESOLVED


async def test_dependencies_that_are_not_there_are_named(render: Render) -> None:
    more = "dependencies: [{name: redis, version: 1.x, repository: https://charts.example.org}]\n"

    rendered = await render({**chart(more=more), "chart/templates/x.yaml": TEMPLATE})

    assert rendered.whole is not None
    assert rendered.whole.state is ItemState.NOT_RENDERED
    assert "redis" in rendered.whole.message
    assert "helm dependency build" in rendered.whole.advice


async def test_without_helm_nothing_is_guessed(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFORMANCE_HELM", "CONFORMANCE_HELM_3", "CONFORMANCE_HELM_4"):
        monkeypatch.setenv(name, "/nowhere/helm")
    checkout = lay({**chart(), "chart/templates/x.yaml": TEMPLATE})

    rendered = await ChartRenderer(checkout, Charts(), Source.ARGOCD).render(
        "chart", HelmOptions(owner="o", release="shop")
    )

    assert rendered.whole is not None
    assert rendered.whole.state is ItemState.NOT_RENDERED
    assert "CONFORMANCE_HELM" in rendered.whole.advice


@pytest.mark.parametrize(
    ("template", "message", "line"),
    [
        pytest.param('a: {{ required "say a" .Values.a }}', "say a", 1, id="required"),
        pytest.param('\n{{ fail "never" }}', "never", 2, id="fail"),
        pytest.param("{{ if }}", "missing value", 1, id="syntax"),
        pytest.param("a: b: c", "YAML", 0, id="yaml"),
        pytest.param('{{ include "none" . }}', "none", 1, id="include"),
    ],
)
async def test_a_broken_template_is_a_failure_at_its_line(
    render: Render, template: str, message: str, line: int
) -> None:
    rendered = await render({**chart(), "chart/templates/x.yaml": template})

    (failure,) = rendered.failures
    assert message in failure.message
    assert failure.reason is Reason.MALFORMED
    assert (failure.place.path, failure.place.line) == (
        "chart/templates/x.yaml" if line else failure.place.path,
        line,
    )


async def test_a_function_that_an_older_helm_does_not_know_is_none_that_is_wrong(
    render: Render, version: str
) -> None:
    rendered = await render({**chart(), "chart/templates/x.yaml": show('mustToYaml (dict "a" 1)')})

    assert rendered.failures == ()
    if version == "4":
        assert names(rendered) == ["x"]
        return
    assert rendered.whole is not None
    assert rendered.whole.state is ItemState.UNSUPPORTED
    assert "does not know mustToYaml, which 4.0.0 brought" in rendered.whole.message
    assert "helm v3." in rendered.whole.message


async def test_values_against_the_schema_are_a_failure(render: Render) -> None:
    schema = '{"properties": {"a": {"type": "integer"}}}'
    files = {**chart(), "chart/values.schema.json": schema, "chart/templates/x.yaml": TEMPLATE}

    rendered = await render(files, values="a: text")

    assert [one.reason for one in rendered.failures] == [Reason.MALFORMED]


async def test_every_object_keeps_what_it_declares_but_secrets_and_schemas(render: Render) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: s, labels: {a: b}}\n"
    definition = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  versions:
    - schema:
        openAPIV3Schema:
          type: object

      name: v1
      served: true
    - name: v2
      schema:
        openAPIV3Schema: {type: object}
"""
    files = {
        "chart/templates/s.yaml": f"{service}spec: {{selector: {{app: web}}}}\n",
        "chart/crds/d.yaml": definition,
    }

    rendered = await render({**chart(), **files})

    by_kind = {one.kind: one.content for one in rendered.manifests}
    assert dig(by_kind["Service"], "spec", "selector") == {"app": "web"}
    assert dig(by_kind["Service"], "metadata", "labels") == {"a": "b"}
    assert by_kind["CustomResourceDefinition"]["spec"] == {
        "group": "example.org",
        "versions": [{"schema": {}, "name": "v1", "served": True}, {"name": "v2", "schema": {}}],
    }


async def test_what_chance_makes_of_any_object_is_not_compared(render: Render) -> None:
    data = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: {{ randAlpha 9 }}, b: x}\n"
    )

    rendered = await render({**chart(), "chart/templates/c.yaml": data})

    assert [one.undetermined for one in rendered.manifests] == [("/data/a",)]
    assert [one.state for one in rendered.left_out] == [ItemState.UNRESOLVED]


async def test_a_value_stands_where_its_key_stands_in_the_template(render: Render) -> None:
    rendered = await render({**chart(), "chart/templates/x.yaml": TEMPLATE})

    (one,) = rendered.manifests
    assert one.place.where == "chart/templates/x.yaml:2"
    assert one.places["/spec/replicas"].where == "chart/templates/x.yaml:8"
    assert one.places["/metadata/annotations/shown"].where == "chart/templates/x.yaml:6"


async def test_objects_of_a_subchart_stand_in_it(render: Render) -> None:
    rendered = await render(sub(""))

    assert [one.place.where for one in rendered.manifests] == [
        "chart/charts/sub/templates/s.yaml:2"
    ]


RANDOM = "randAlphaNum 8"


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(RANDOM, id="random"),
        pytest.param("uuidv4", id="uuid"),
        pytest.param('htpasswd "a" "b"', id="salt"),
        pytest.param('(genCA "a" 1).Cert | sha256sum', id="certificate"),
        pytest.param("now | toString", id="time"),
        pytest.param('now | date "2006"', id="year"),
        pytest.param('ago (toDate "2006" "2020")', id="age"),
        pytest.param('tpl "{{ now | unixEpoch }}" .', id="time in a template of a template"),
    ],
)
async def test_what_is_otherwise_each_time_is_not_compared(render: Render, expression: str) -> None:
    rendered = await render({**chart(), "chart/templates/x.yaml": show(expression)})

    (one,) = rendered.manifests
    assert one.undetermined == ("/metadata/annotations/shown",)
    (item,) = rendered.left_out
    assert item.state is ItemState.UNRESOLVED
    assert "/metadata/annotations/shown" in item.message


@pytest.mark.parametrize("expression", [RANDOM, "now | unixEpoch", 'now | date "2006"'])
@pytest.mark.parametrize(
    ("shown", "options"),
    [
        pytest.param(
            "tpl .Values.a .",
            lambda text: {"parameters": (Parameter(name="a", value=text),)},
            id="parameter",
        ),
        pytest.param(
            "tpl .Values.a .", lambda text: {"values": json.dumps({"a": text})}, id="values"
        ),
        pytest.param(".Release.Name", lambda text: {"release": text}, id="name of the release"),
    ],
)
async def test_what_an_application_leaves_to_chance_is_not_compared(
    render: Render, expression: str, shown: str, options: Callable[[str], dict[str, Any]]
) -> None:
    files = {**chart(), "chart/templates/x.yaml": show(shown)}

    rendered = await render(files, **options(f"x{{{{ {expression} | toString | lower }}}}"))

    (one,) = rendered.manifests
    assert one.undetermined == ("/metadata/annotations/shown",)


async def test_a_parameter_that_asks_for_the_cluster_is_rendered_for_each(render: Render) -> None:
    files = {**chart(), "chart/templates/x.yaml": show("tpl .Values.a .")}
    asking = Parameter(name="a", value="x{{ .Capabilities.KubeVersion.Minor }}")

    rendered = await render(files, charts=Charts(), parameters=(asking,))

    assert rendered.manifests[0].undetermined == ("/metadata/annotations/shown",)


async def test_the_word_alone_is_no_chance(render: Render) -> None:
    template = TEMPLATE + '{{/* now */}}\n# now and then {{ "now" | quote }} randAlphaNum\n'

    rendered = await render({**chart(), "chart/templates/x.yaml": template})

    (one,) = rendered.manifests
    assert (one.undetermined, rendered.left_out) == ((), ())


async def test_an_object_whose_name_is_left_to_chance_is_unresolved(render: Render) -> None:
    files = {
        **chart(),
        "chart/templates/x.yaml": show("1", name="x-{{ randAlphaNum 5 | lower }}"),
        "chart/templates/y.yaml": show("1", name="z"),
    }

    rendered = await render(files)

    assert names(rendered) == ["z"]
    assert [one.state for one in rendered.left_out] == [ItemState.UNRESOLVED]


async def test_chance_in_a_secret_is_no_concern(render: Render) -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
        "stringData: {password: {{ randAlphaNum 9 }}}\n"
    )

    rendered = await render({**chart(), "chart/templates/s.yaml": secret})

    assert rendered.left_out == ()


async def test_what_has_not_changed_is_not_rendered_again(lay: Lay, version: str) -> None:
    files = {**chart(), "chart/values.yaml": "a: 1", "chart/templates/x.yaml": show(".Values.a")}
    charts = Charts(helm=version)
    options = HelmOptions(owner="o", release="shop")
    first = ChartRenderer(lay(files), charts, Source.ARGOCD)
    await first.render("chart", options)

    again = await ChartRenderer(lay({}), charts, Source.ARGOCD).render("chart", options)
    count = charts.cache.renders
    changed = await ChartRenderer(lay({"chart/values.yaml": "a: 2"}), charts, Source.ARGOCD).render(
        "chart", options
    )

    assert count == 1
    assert charts.cache.renders == 2
    shown = [
        dig(one.manifests[0].content, "metadata", "annotations", "shown")
        for one in (again, changed)
    ]
    assert shown == ["1", "2"]


async def test_a_change_of_a_values_file_renders_what_uses_it(lay: Lay, version: str) -> None:
    charts = Charts(helm=version)
    used = {"a": ("one.yaml",), "b": ("one.yaml", "two.yaml"), "c": ("two.yaml",), "d": ()}
    each = {
        name: HelmOptions(owner=name, release=name, value_files=tuple(f"/{one}" for one in files))
        for name, files in used.items()
    }
    files = {**chart(), "chart/templates/x.yaml": show(".Values.a"), "two.yaml": "a: 2"}

    async def count(more: dict[str, str | bytes]) -> int:
        before = charts.cache.renders
        renderer = ChartRenderer(lay({**files, **more}), charts, Source.ARGOCD)
        for options in each.values():
            await renderer.render("chart", options)
        return charts.cache.renders - before

    counts = [await count({"one.yaml": text}) for text in ("a: 1", "a: 1", "a: 9", "a: 1")]

    assert counts == [4, 0, 2, 0]


async def test_other_options_are_another_rendering(lay: Lay, version: str) -> None:
    files = {**chart(), "chart/templates/x.yaml": show(".Values.a")}
    charts = Charts(helm=version)
    renderer = ChartRenderer(lay(files), charts, Source.ARGOCD)

    for value in ("1", "2", "1"):
        parameters = (Parameter(name="a", value=value),)
        await renderer.render(
            "chart", HelmOptions(owner="o", release="shop", parameters=parameters)
        )

    assert charts.cache.renders == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b"{{ .Capabilities.KubeVersion }}", (True, False, False, False), id="kube"),
        pytest.param(b"{{ .Capabilities.APIVersions }}", (False, True, False, False), id="api"),
        pytest.param(b"{{ .Capabilities.HelmVersion }}", (False, False, False, False), id="helm"),
        pytest.param(b"{{ $c := .Capabilities }}", (True, True, False, False), id="all"),
        pytest.param(b"{{ genSignedCert 1 }}", (False, False, True, False), id="random"),
        pytest.param(b"{{ now }}", (False, False, False, True), id="clock"),
        pytest.param(b"{{ .Values.a }}", (False, False, False, False), id="nothing"),
    ],
)
def test_a_chart_asks_by_its_text(
    lay: Lay, text: bytes, expected: tuple[bool, bool, bool, bool]
) -> None:
    found = asks(read_chart(lay({**chart(), "chart/templates/x.yaml": text}), "chart").texts())

    assert (found.kube_version, found.api_versions, found.random, found.clock) == expected
