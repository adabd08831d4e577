"""A kustomization is built without what cannot be had, and says what that is."""

from collections.abc import Callable, Mapping

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.rendered import Rendered
from exporter.domain.errors import Reason
from exporter.domain.items import ItemState
from exporter.domain.json import dig
from exporter.domain.provenance import Source

Lay = Callable[[Mapping[str, str]], Checkout]
pytestmark = pytest.mark.usefixtures("kustomize")

REMOTE = "https://github.com/example/lib//base?ref=v1"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  template:
    spec:
      containers: [{name: api, image: example/api:1, envFrom: [{configMapRef: {name: settings}}]}]
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
LOCAL = {"a/d.yaml": DEPLOYMENT, "a/c.yaml": CONFIG}


async def render(checkout: Checkout, path: str = "a") -> Rendered:
    renderer = Renderer(checkout, allow_remote=False, source=Source.KUSTOMIZE)
    return await renderer.render(path)


def names(rendered: Rendered) -> set[object]:
    return {dig(one.content, "metadata", "name") for one in rendered.manifests}


def unknown(rendered: Rendered) -> set[object]:
    return {dig(one.content, "metadata", "name") for one in rendered.manifests if one.unknown}


@pytest.mark.parametrize(
    ("entry", "state", "line"),
    [
        pytest.param(
            f"resources: [d.yaml, c.yaml, '{REMOTE}']", "other_repository", 1, id="remote"
        ),
        pytest.param(
            f"resources: [d.yaml, c.yaml]\nbases:\n- '{REMOTE}'", "other_repository", 3, id="bases"
        ),
        pytest.param(
            "resources: [d.yaml, c.yaml]\nhelmCharts: [{name: redis}]",
            "not_rendered",
            2,
            id="chart",
        ),
        pytest.param(
            "resources: [d.yaml, c.yaml]\nhelmChartInflationGenerator: [{chartName: redis}]",
            "not_rendered",
            2,
            id="old chart",
        ),
        pytest.param(
            "resources: [d.yaml, c.yaml]\ngenerators: [g.yaml]", "not_rendered", 2, id="plugin"
        ),
        pytest.param(
            "resources: [d.yaml, c.yaml]\ngenerators:\n- |\n  apiVersion: example.org/v1\n"
            "  kind: Mystery\n  metadata: {name: a}\n",
            "not_rendered",
            3,
            id="plugin in the list",
        ),
        pytest.param(
            "resources: [d.yaml, c.yaml]\ngenerators: [helm.yaml]", "not_rendered", 2, id="helm"
        ),
    ],
)
async def test_what_only_adds_objects_is_left_out_by_itself(
    lay: Lay, entry: str, state: str, line: int
) -> None:
    files = LOCAL | {
        "a/kustomization.yaml": f"{entry}\n",
        "a/g.yaml": "apiVersion: example.org/v1\nkind: Mystery\nmetadata: {name: a}\n",
        "a/helm.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\n"
        "metadata: {name: a}\nname: redis\n",
    }

    rendered = await render(lay(files))

    (one,) = rendered.left_out
    assert names(rendered) == {"api", "settings"}
    assert unknown(rendered) == set()
    assert (one.state, one.place.line) == (ItemState(state), line)
    assert one.subject is not None
    assert one.subject.name.startswith("a#")
    assert rendered.failures == ()


async def test_it_is_left_out_of_a_base_in_a_base(lay: Lay) -> None:
    files = {
        "a/kustomization.yaml": "resources: [../b]\nnamePrefix: x-\n",
        "b/kustomization.yaml": "resources: [../c]\n",
        "c/kustomization.yaml": f"resources: [d.yaml, '{REMOTE}']\n",
        "c/d.yaml": DEPLOYMENT,
    }

    rendered = await render(lay(files))

    assert names(rendered) == {"x-api"}
    assert [str(one.place) for one in rendered.left_out] == ["c/kustomization.yaml:1"]


async def test_a_base_of_nothing_else_leaves_nothing(lay: Lay) -> None:
    files = {
        "a/kustomization.yaml": "resources: [../b]\n",
        "b/kustomization.yaml": f"namespace: x\nresources: ['{REMOTE}']\n",
        "c/kustomization.yaml": "helmCharts: [{name: redis}]\n",
    }
    checkout = lay(files)

    first, second = await render(checkout), await render(checkout, "c")

    assert (first.manifests, second.manifests) == ((), ())
    assert (len(first.left_out), len(second.left_out)) == (1, 1)
    assert (first.whole, second.whole) == (None, None)
    assert first.failures == second.failures == ()


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(f"components: ['{REMOTE}']", id="component"),
        pytest.param(f"transformers: ['{REMOTE}']", id="transformer"),
        pytest.param("transformers: [t.yaml]", id="plugin"),
        pytest.param("patches: [{path: 'https://example.org/p.yaml'}]", id="patch"),
        pytest.param("patchesStrategicMerge: ['https://example.org/p.yaml']", id="old patch"),
        pytest.param("replacements: [{path: 'https://example.org/r.yaml'}]", id="replacements"),
        pytest.param(
            "configMapGenerator: [{name: x, files: ['https://example.org/x']}]", id="generator"
        ),
        pytest.param("crds: ['https://example.org/crd.yaml']", id="crds"),
        pytest.param("openapi: {path: 'https://example.org/schema.json'}", id="openapi"),
    ],
)
async def test_what_may_change_the_rest_leaves_its_presence_alone_known(
    lay: Lay, entry: str
) -> None:
    files = LOCAL | {
        "a/kustomization.yaml": f"resources: [d.yaml, c.yaml]\n{entry}\n",
        "a/t.yaml": "apiVersion: example.org/v1\nkind: Mystery\nmetadata: {name: a}\n",
    }

    rendered = await render(lay(files))

    assert names(rendered) == unknown(rendered) == {"api", "settings"}
    assert len(rendered.left_out) == 1
    assert rendered.failures == ()


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            "patches: [{patch: '{apiVersion: v1, kind: Service, metadata: {name: web}}'}]",
            id="patch",
        ),
        pytest.param("patches: [{path: p.yaml}]", id="patch in a file"),
        pytest.param("patchesStrategicMerge: [p.yaml]", id="old patch"),
        pytest.param("replicas: [{name: web, count: 3}]", id="replicas"),
        pytest.param(
            "replacements: [{source: {kind: Service, name: web}, targets: "
            "[{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]}]",
            id="replacement",
        ),
        pytest.param(
            "vars: [{name: WEB, objref: {apiVersion: v1, kind: Service, name: web}}]", id="variable"
        ),
        pytest.param(
            "configMapGenerator: [{name: web, behavior: merge, literals: [a=b]}]", id="merge"
        ),
    ],
)
async def test_what_is_about_an_object_that_was_left_out_goes_with_it(lay: Lay, entry: str) -> None:
    files = LOCAL | {
        "a/kustomization.yaml": f"resources: [d.yaml, c.yaml, '{REMOTE}']\n{entry}\n",
        "a/p.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n",
    }

    rendered = await render(lay(files))

    assert names(rendered) == unknown(rendered) == {"api", "settings"}
    assert rendered.failures == ()
    assert rendered.whole is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("api", {9}, id="of what stands beside it"),
        pytest.param("web", {2}, id="of what was left out"),
    ],
)
async def test_a_patch_of_a_component_goes_with_what_it_is_about(
    lay: Lay, name: str, expected: set[int]
) -> None:
    named = f"apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}}}"
    patch = f"{{{named}, spec: {{replicas: 9}}}}"
    files = LOCAL | {
        "a/kustomization.yaml": f"resources: [d.yaml, c.yaml, '{REMOTE}']\ncomponents: [../part]\n",
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
        f"kind: Component\npatches: [{{patch: '{patch}'}}]\n",
    }

    rendered = await render(lay(files))

    replicas = {dig(one.content, "spec", "replicas") for one in rendered.manifests} - {None}
    assert replicas == expected
    assert bool(unknown(rendered)) == (name == "web")


async def test_what_merges_into_something_that_is_there_stays(lay: Lay) -> None:
    files = {
        "a/kustomization.yaml": f"resources: [../b, '{REMOTE}']\n"
        "configMapGenerator: [{name: x, behavior: merge, literals: [c=d]}]\n"
        "replacements: [{source: {kind: ConfigMap, fieldPath: data.a}, targets: "
        "[{select: {kind: ConfigMap}, fieldPaths: [data.e], options: {create: true}}]}]\n",
        "b/kustomization.yaml": "configMapGenerator: [{name: x, literals: [a=b]}]\n",
    }

    rendered = await render(lay(files))

    (found,) = rendered.manifests
    assert found.content["data"] == {"a": "b", "c": "d", "e": "b"}
    assert not found.unknown


async def test_what_cannot_be_written_anew_is_left_out_as_a_whole(lay: Lay) -> None:
    files = LOCAL | {
        "a/kustomization.yaml": f"resources: [d.yaml, '{REMOTE}']\nreplicas: "
        "[{name: api, count: .inf}]\n"
    }

    rendered = await render(lay(files))

    assert rendered.whole is not None
    assert "cannot be built in part" in rendered.whole.message


async def test_a_patch_of_what_is_there_stays(lay: Lay) -> None:
    patch = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {replicas: 5}}"
    files = LOCAL | {
        "a/kustomization.yaml": f"resources: [d.yaml, c.yaml, '{REMOTE}']\n"
        f"patches: [{{patch: '{patch}'}}]\n",
    }

    rendered = await render(lay(files))

    assert unknown(rendered) == set()
    assert {dig(one.content, "spec", "replicas") for one in rendered.manifests} == {5, None}


async def test_a_patch_without_a_target_is_a_failure_where_nothing_was_left_out(lay: Lay) -> None:
    files = LOCAL | {
        "a/kustomization.yaml": "resources: [d.yaml, c.yaml]\npatches: [{path: p.yaml}]\n",
        "a/p.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n",
    }

    (failure,) = (await render(lay(files))).failures

    assert failure.place.path == "a/p.yaml"


async def test_what_cannot_be_built_without_it_is_left_out_as_a_whole(lay: Lay) -> None:
    files = LOCAL | {
        "a/kustomization.yaml": f"resources: [d.yaml, c.yaml, '{REMOTE}']\n"
        "replacements: [{path: r.yaml}]\n",
        "a/r.yaml": "source: {kind: Service, name: web}\n"
        "targets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]\n",
    }

    rendered = await render(lay(files))

    assert rendered.whole is not None
    assert rendered.whole.state is ItemState.OTHER_REPOSITORY
    assert "Service" in rendered.whole.message
    assert (rendered.manifests, rendered.failures) == ((), ())


async def test_a_broken_file_beside_it_is_broken(lay: Lay) -> None:
    files = LOCAL | {
        "a/kustomization.yaml": f"resources: [d.yaml, c.yaml, '{REMOTE}']\n",
        "a/c.yaml": CONFIG + "data: a: b\n",
    }

    (failure,) = (await render(lay(files))).failures

    assert (failure.reason, failure.place.path) == (Reason.MALFORMED, "a/c.yaml")


@pytest.mark.parametrize(
    ("resources", "prefix", "expected"),
    [
        pytest.param(f"[d.yaml, c.yaml, '{REMOTE}']", "", set(), id="it is there"),
        pytest.param(f"[d.yaml, '{REMOTE}']", "", {"api"}, id="a base may generate it"),
        pytest.param("[d.yaml, 'https://example.org/crds.yaml']", "", set(), id="a file does not"),
        pytest.param(
            "[d.yaml, 'https://example.org/c.yaml']", "x-", {"x-api"}, id="it may get the prefix"
        ),
    ],
)
async def test_a_name_that_may_be_another_leaves_the_workload_open(
    lay: Lay, resources: str, prefix: str, expected: set[str]
) -> None:
    files = LOCAL | {"a/kustomization.yaml": f"resources: {resources}\nnamePrefix: '{prefix}'\n"}

    rendered = await render(lay(files))

    assert unknown(rendered) == expected


async def test_an_address_is_told_without_its_password(lay: Lay) -> None:
    url = "https://me:secret@git.example.org/lib.git//base?ref=v1"
    files = LOCAL | {"a/kustomization.yaml": f"resources: [d.yaml, c.yaml, '{url}']\n"}

    rendered = await render(lay(files))

    assert "secret" not in str(rendered.left_out)
    assert "git.example.org/lib.git" in str(rendered.left_out)


async def test_what_is_allowed_to_be_fetched_is_not_left_out(lay: Lay) -> None:
    files = LOCAL | {"a/kustomization.yaml": "resources: [d.yaml, 'https://127.0.0.1:9/x.yaml']\n"}
    renderer = Renderer(lay(files), allow_remote=True, source=Source.KUSTOMIZE)

    rendered = await renderer.render("a")

    (failure,) = rendered.failures
    assert rendered.left_out == ()
    assert (failure.reason, failure.is_broken) == (Reason.UNAVAILABLE, False)
