"""What Argo CD itself renders stands in for what nobody here can render."""

import json
from collections.abc import Mapping

import pytest

from exporter.declared.argocd import reader as argocd
from exporter.declared.argocd.reader import Followed
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.repositories import Home
from exporter.domain.addresses import normalise
from exporter.domain.declaration import ApplicationKey
from exporter.domain.items import Item
from exporter.domain.provenance import Source
from exporter.domain.renderings import ArgocdRendering
from tests.declared.argocd.conftest import ADDRESS, Lay

KEY = ApplicationKey("argocd", "shop")
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: store}
  %s
"""
PLUGIN = f"source: {{repoURL: {ADDRESS}, path: web, plugin: {{name: x}}}}"
CHART = "source: {repoURL: https://charts.example.org, chart: redis, targetRevision: 1.0.0}"
HYDRATOR = "sourceHydrator: {}"
WITH_VALUES = f"""sources:
  - {{repoURL: https://charts.example.org, chart: redis, targetRevision: 1.0.0}}
  - {{repoURL: {ADDRESS}, ref: values}}
"""
SEVERAL = f"""sources:
  - {{repoURL: https://charts.example.org, chart: redis, targetRevision: 1.0.0}}
  - {{repoURL: {ADDRESS}, path: web}}
"""
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "a", "image": "b:1"}]}}},
}
TOLD = ArgocdRendering(manifests=(json.dumps(DEPLOYMENT),), revision=40 * "a")


async def follow(lay: Lay, source: str, told: Mapping[ApplicationKey, ArgocdRendering]) -> Followed:
    checkout = lay({"root.yaml": APPLICATION % source, "web/x.yaml": "{}"})
    renderer = Renderer(checkout, allow_remote=False, source=Source.ARGOCD)
    home = Home(checkout, addresses=frozenset({normalise(ADDRESS)}))
    return await argocd.read(["root.yaml"], home=home, render=renderer.render, renderings=told)


def source_item(followed: Followed) -> Item:
    (item,) = (one for one in followed.reading.items if one.subject.kind == "Source")
    return item


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(PLUGIN, id="plugin"),
        pytest.param(CHART, id="chart"),
        pytest.param(WITH_VALUES, id="chart with values of another source"),
        pytest.param(HYDRATOR, id="hydrator"),
    ],
)
async def test_what_argo_cd_renders_is_declared_with_its_word_as_the_place(
    lay: Lay, source: str
) -> None:
    before = await follow(lay, source, {})
    after = await follow(lay, source, {KEY: TOLD})

    (workload,) = after.reading.workloads
    where = "Application argocd/shop as Argo CD renders it at aaaaaaaaaaaa"
    assert source_item(before).state == "not_rendered"
    assert (workload.key.namespace, workload.place.where) == ("store", where)
    assert not any(one.state == "not_rendered" for one in after.reading.items)
    assert [one.message for one in after.reading.unresolved if one.place.where == where] == [
        "is no independent rendering: what Argo CD does wrong, it has as well"
    ]


@pytest.mark.parametrize(
    ("source", "told", "why"),
    [
        pytest.param(
            PLUGIN, ArgocdRendering(refusal="the server answered 403"), "answered 403", id="refused"
        ),
        pytest.param(PLUGIN, ArgocdRendering(manifests=("[]",)), "no object", id="no object"),
        pytest.param(PLUGIN, ArgocdRendering(manifests=("{",)), "no object", id="no JSON"),
        pytest.param(PLUGIN, ArgocdRendering(manifests=("[" * 100_000,)), "no object", id="nested"),
    ],
)
async def test_where_it_does_not_tell_the_item_says_why(
    lay: Lay, source: str, told: ArgocdRendering, why: str
) -> None:
    followed = await follow(lay, source, {KEY: told})

    item = source_item(followed)
    assert item.state == "not_rendered"
    assert "; Argo CD was asked for it: " in item.message
    assert why in item.message
    assert followed.reading.workloads == ()


async def test_an_answer_for_several_sources_is_taken_for_none(lay: Lay) -> None:
    followed = await follow(lay, SEVERAL, {KEY: TOLD})

    (item,) = (one for one in followed.reading.items if one.state == "not_rendered")
    assert "cannot be told apart" in item.message
    assert followed.reading.workloads == ()


async def test_what_can_be_rendered_here_is_not_taken_from_argo_cd(lay: Lay) -> None:
    source = f"source: {{repoURL: {ADDRESS}, path: web}}"

    followed = await follow(lay, source, {KEY: TOLD})

    assert followed.reading.workloads == ()
