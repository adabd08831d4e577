import pytest

from exporter.declared.rendered import Rendered
from exporter.domain.json import dig
from tests.declared.helm.conftest import Render
from tests.declared.helm.features import CRD, FEATURES, Feature, chart, show


def shown(rendered: Rendered) -> dict[str, object]:
    assert (rendered.failures, rendered.left_out) == ((), ())
    return {
        str(dig(one.content, "metadata", "name")): dig(
            one.content, "metadata", "annotations", "shown"
        )
        for one in rendered.manifests
        if one.kind == "Deployment"
    }


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.name)
async def test_a_chart_renders_to_what_helm_itself_makes_of_it(
    render: Render, version: str, feature: Feature
) -> None:
    rendered = await render(feature.files, **feature.options)

    expected = feature.differs if version == "4" and feature.differs else feature.shown
    assert shown(rendered) == expected


async def test_definitions_are_objects_unless_they_are_skipped(render: Render) -> None:
    files = {**chart(), "chart/crds/c.yaml": CRD % "a" + "---\n" + CRD % "b"}

    taken, skipped = await render(files), await render(files, skip_crds=True)

    assert [dig(one.content, "metadata", "name") for one in taken.manifests] == [
        "a.example.org",
        "b.example.org",
    ]
    assert {one.place.path for one in taken.manifests} == {"chart/crds/c.yaml"}
    assert skipped.manifests == ()


async def test_tests_are_left_out_where_they_are_skipped(render: Render) -> None:
    hook = "metadata:\n  name: t\n  annotations: {helm.sh/hook: test}\n"
    pod = f"apiVersion: v1\nkind: Pod\n{hook}"
    files = {**chart(), "chart/templates/t.yaml": pod, "chart/templates/x.yaml": show("1")}

    taken, skipped = await render(files), await render(files, skip_tests=True)

    assert sorted(one.kind for one in taken.manifests) == ["Deployment", "Pod"]
    assert [one.kind for one in skipped.manifests] == ["Deployment"]


async def test_what_is_kept_of_a_secret_is_its_name(render: Render) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n"

    rendered = await render({**chart(), "chart/templates/s.yaml": secret})

    assert [dict(one.content) for one in rendered.manifests] == [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}
    ]
