"""What kustomize really makes of these files is attributed, so its own rules are the oracle."""

from collections.abc import Callable, Mapping

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.rendered import Manifest
from exporter.domain.provenance import Source

Lay = Callable[[Mapping[str, str]], Checkout]
pytestmark = pytest.mark.usefixtures("kustomize")

BASE = {
    "base/kustomization.yaml": "resources: [deployment.yaml]\n",
    "base/deployment.yaml": """\
    # The API.
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: api
    spec:
      replicas: 1
      selector:
        matchLabels: {app: api}
      template:
        metadata:
          labels: {app: api}
        spec:
          containers:
            - name: proxy
              image: proxy:1
            - name: api
              image: example/api:1
              args: [--verbose]
              env:
                - name: A
                  value: one
                - name: B
                  value: two
              volumeMounts:
                - {name: data, mountPath: /a}
                - {name: data, mountPath: /b}
    """,
}


async def rendered(lay: Lay, files: Mapping[str, str], kind: str = "Deployment") -> Manifest:
    renderer = Renderer(lay(BASE | dict(files)), allow_remote=False, source=Source.KUSTOMIZE)
    found = await renderer.render("overlay")
    assert found.failures == ()
    (manifest,) = [one for one in found.manifests if one.kind == kind]
    return manifest


def where(manifest: Manifest, pointer: str) -> str:
    return str(manifest.places[pointer])


CONTAINER = "/spec/template/spec/containers"


async def test_a_value_that_nothing_changes_stands_in_the_resource(lay: Lay) -> None:
    manifest = await rendered(lay, {"overlay/kustomization.yaml": "resources: [../base]\n"})

    assert str(manifest.place) == "base/deployment.yaml:2"
    assert where(manifest, "/spec/replicas") == "base/deployment.yaml:7"
    assert where(manifest, f"{CONTAINER}/1/env/1/value") == "base/deployment.yaml:24"
    assert where(manifest, f"{CONTAINER}/1/volumeMounts/1/mountPath") == "base/deployment.yaml:27"
    assert where(manifest, f"{CONTAINER}/1/args/0") == "base/deployment.yaml:19"


async def test_a_patch_states_what_it_changes_and_is_where_the_object_is_declared(
    lay: Lay,
) -> None:
    manifest = await rendered(
        lay,
        {
            "overlay/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            "overlay/patch.yaml": """\
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec:
              replicas: 3
              template:
                spec:
                  nodeSelector: {domain: auth}
                  containers:
                    - name: api
                      env: [{name: B, value: three}]
            """,
        },
    )

    assert str(manifest.place) == "overlay/patch.yaml:1"
    assert where(manifest, "/spec/replicas") == "overlay/patch.yaml:5"
    assert where(manifest, "/spec/template/spec/nodeSelector/domain") == "overlay/patch.yaml:8"
    env = {one["name"]: at for at, one in enumerate(_env(manifest))}
    assert where(manifest, f"{CONTAINER}/0/env/{env['B']}/value") == "overlay/patch.yaml:11"
    assert where(manifest, f"{CONTAINER}/0/env/{env['A']}/value") == "base/deployment.yaml:22"


def _env(manifest: Manifest) -> list[dict[str, str]]:
    containers = manifest.content["spec"]["template"]["spec"]["containers"]  # type: ignore[call-overload,index] # as laid out above
    return list(containers[0]["env"])  # type: ignore[index,call-overload,arg-type] # same


async def test_what_the_kustomization_sets_stands_there(lay: Lay) -> None:
    manifest = await rendered(
        lay,
        {
            "overlay/kustomization.yaml": """\
            resources: [../base]
            namespace: auth
            namePrefix: auth-
            commonLabels:
              domain: auth
            labels:
              - pairs: {phase: "1"}
            commonAnnotations: {team: accounts}
            images:
              - name: example/api
                newName: registry.example.org/auth
                newTag: v2
              - name: proxy
                digest: sha256:0123
            replicas:
              - name: api
                count: 4
            """
        },
    )

    kustomization = "overlay/kustomization.yaml"
    assert manifest.content["metadata"]["name"] == "auth-api"  # type: ignore[call-overload,index] # a mapping
    assert str(manifest.place) == "base/deployment.yaml:2"
    assert where(manifest, "/metadata/namespace") == f"{kustomization}:2"
    assert where(manifest, "/metadata/labels/domain") == f"{kustomization}:5"
    assert where(manifest, "/metadata/labels/phase") == f"{kustomization}:7"
    assert where(manifest, "/spec/selector/matchLabels/domain") == f"{kustomization}:5"
    assert where(manifest, "/spec/template/metadata/labels/domain") == f"{kustomization}:5"
    assert where(manifest, "/spec/template/metadata/annotations/team") == f"{kustomization}:8"
    assert where(manifest, f"{CONTAINER}/0/image") == f"{kustomization}:14"
    assert where(manifest, f"{CONTAINER}/1/image") == f"{kustomization}:12"
    assert where(manifest, "/spec/replicas") == f"{kustomization}:17"
    assert where(manifest, "/spec/template/metadata/labels/app") == "base/deployment.yaml:12"


@pytest.mark.parametrize(
    ("patch", "pointer", "line"),
    [
        pytest.param(
            "- {op: replace, path: /spec/replicas, value: 5}", "/spec/replicas", 4, id="replace"
        ),
        pytest.param(
            "- op: add\n        path: /metadata/annotations\n        value: {a/b: c}",
            "/metadata/annotations/a~1b",
            6,
            id="add-object",
        ),
        pytest.param(
            f"- {{op: replace, path: {CONTAINER}/1/image, value: x}}",
            f"{CONTAINER}/1/image",
            4,
            id="list-index",
        ),
        pytest.param(
            f"- {{op: add, path: {CONTAINER}/1/args/-, value: --quiet}}",
            f"{CONTAINER}/1/args/1",
            4,
            id="append",
        ),
    ],
)
async def test_a_json_patch_states_the_value_of_its_operation(
    lay: Lay, patch: str, pointer: str, line: int
) -> None:
    text = (
        "resources: [../base]\npatches:\n  - patch: |-\n      "
        f"{patch}\n    target: {{kind: Deployment, name: a.*}}\n"
    )

    manifest = await rendered(lay, {"overlay/kustomization.yaml": text})

    assert where(manifest, pointer) == f"overlay/kustomization.yaml:{line}"


async def test_a_component_that_renames_an_object_does_not_hide_where_it_comes_from(
    lay: Lay,
) -> None:
    manifest = await rendered(
        lay,
        {
            "overlay/kustomization.yaml": "resources: [../base]\ncomponents: [../a, ../b]\n",
            **{
                f"{name}/kustomization.yaml": "kind: Component\n"
                "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
                f"namePrefix: {name}-\nreplicas: [{{name: api, count: 5}}]\n"
                for name in "ab"
            },
        },
    )

    assert manifest.content["metadata"]["name"] == "b-a-api"  # type: ignore[call-overload,index] # a mapping
    assert where(manifest, "/spec/selector/matchLabels/app") == "base/deployment.yaml:9"
    assert where(manifest, "/spec/replicas") == "b/kustomization.yaml:4"


async def test_the_outermost_overlay_that_states_a_value_counts(lay: Lay) -> None:
    manifest = await rendered(
        lay,
        {
            "overlay/kustomization.yaml": "resources: [../middle]\nnameSuffix: -x\n"
            "replicas: [{name: api, count: 5}]\n",
            "middle/kustomization.yaml": "resources: [../base]\nnamePrefix: m-\n"
            "replicas: [{name: api, count: 2}]\ncommonLabels: {level: middle}\n",
        },
    )

    assert where(manifest, "/spec/replicas") == "overlay/kustomization.yaml:3"
    assert where(manifest, "/metadata/labels/level") == "middle/kustomization.yaml:4"


async def test_what_a_component_sets_stands_in_the_component(lay: Lay) -> None:
    manifest = await rendered(
        lay,
        {
            "overlay/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n",
            "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
            "kind: Component\nreplicas: [{name: api, count: 7}]\n",
        },
    )

    assert where(manifest, "/spec/replicas") == "part/kustomization.yaml:3"


async def test_objects_of_one_name_are_told_apart_by_their_namespace(lay: Lay) -> None:
    files = {
        "overlay/kustomization.yaml": "resources: [../a, ../b]\n",
        "a/kustomization.yaml": "resources: [../base]\nnamespace: a\n",
        "b/kustomization.yaml": "resources: [../base]\nnamespace: b\n",
    }
    renderer = Renderer(lay(BASE | files), allow_remote=False, source=Source.KUSTOMIZE)

    found = await renderer.render("overlay")

    assert [where(one, "/metadata/namespace") for one in found.manifests] == [
        "a/kustomization.yaml:2",
        "b/kustomization.yaml:2",
    ]


async def test_a_generated_object_stands_at_its_generator(lay: Lay) -> None:
    manifest = await rendered(
        lay,
        {
            "overlay/kustomization.yaml": "namePrefix: a-\nconfigMapGenerator:\n"
            "  - name: settings\n    literals: [a=b]\n"
        },
        kind="ConfigMap",
    )

    assert str(manifest.place) == "overlay/kustomization.yaml:3"
    assert manifest.places == {}


async def test_an_object_of_unknown_origin_stands_in_the_kustomization(lay: Lay) -> None:
    manifest = await rendered(
        lay,
        {
            "overlay/kustomization.yaml": "resources: [../base]\npatches:\n"
            "  - patch: |\n      - {op: replace, path: /metadata/name, value: other}\n"
            "    target: {kind: Deployment}\n"
        },
    )

    assert str(manifest.place) == "overlay/kustomization.yaml"
