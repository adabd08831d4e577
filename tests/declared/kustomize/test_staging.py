"""A build sees copies of what it refers to, and renders what it would in the repository."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize import staging
from exporter.declared.kustomize.build import Building, build
from exporter.declared.kustomize.graph import Loader
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.kustomize.staging import stage
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Source
from exporter.foreign.yaml import load_all, plain
from tests.programs import building

Lay = Callable[[Mapping[str, str]], Checkout]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {template: {spec: {containers: [{name: a, image: a}]}}}
"""
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: "
EVERYTHING = {
    "real/base/kustomization.yaml": """\
        resources:
          - deployment.yaml
          - linked.yaml
          - files/config-map.yaml
        configMapGenerator:
          - &config
            name: settings
            files: [app.conf, key=linked/other.conf]
            envs: [app.env]
          - <<: *config
            name: others
            envs: []
        """,
    "real/base/deployment.yaml": DEPLOYMENT,
    "real/base/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: api}\n",
    "real/base/files/config-map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    "real/base/files/other.conf": "b",
    "real/base/app.conf": "a",
    "real/base/app.env": "A=b\n",
    "parts/one/kustomization.yaml": """\
        apiVersion: kustomize.config.k8s.io/v1alpha1
        kind: Component
        patches: [{path: patch.yaml}]
        """,
    "parts/one/patch.yaml": f"{PATCH}{{minReadySeconds: 3}}\n",
    "overlay/kustomization.yaml": """\
        resources: [../base]
        components: [../parts/one]
        patchesStrategicMerge:
          - merge.yaml
          - |-
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: api}
            spec: {paused: true}
        patchesJson6902:
          - {path: json.yaml, target: {kind: Deployment, name: api}}
        replacements: [{path: replacement.yaml}]
        secretGenerator: [{name: secret, env: secret.env}]
        generators: [generator.yaml]
        transformers:
          - prefix.yaml
          - |-
            apiVersion: builtin
            kind: PatchTransformer
            metadata: {name: patch}
            path: another.yaml
            target: {kind: Deployment}
          - '{apiVersion: builtin, kind: SuffixTransformer, metadata: {name: a}, suffix: -z,
            fieldSpecs: [{path: metadata/name, kind: Deployment}]}'
        configurations: [configuration.yaml]
        crds: [crd.json]
        openapi: {path: schema.json}
        images: [{name: a, newTag: !!str 1}]
        commonAnnotations: {date: 2026-01-01}
        """,
    "overlay/merge.yaml": f"{PATCH}{{revisionHistoryLimit: 4}}\n",
    "overlay/json.yaml": "- {op: add, path: /spec/replicas, value: 5}\n",
    "overlay/replacement.yaml": """\
        source: {kind: Service, name: api, fieldPath: metadata.name}
        targets: [{select: {kind: ConfigMap, name: c}, fieldPaths: [metadata.labels.a],
          options: {create: true}}]
        """,
    "overlay/secret.env": "A=b\n",
    "overlay/generator.yaml": """\
        apiVersion: builtin
        kind: ConfigMapGenerator
        metadata: {name: generator}
        name: generated
        files: [a=generated.conf]
        """,
    "overlay/generated.conf": "c",
    "overlay/prefix.yaml": """\
        apiVersion: builtin
        kind: PrefixTransformer
        metadata: {name: prefix}
        prefix: a-
        fieldSpecs: [{path: metadata/name, kind: Service}]
        """,
    "overlay/another.yaml": '[{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]',
    "overlay/configuration.yaml": "nameReference: []\n",
    "overlay/crd.json": "{}",
    "overlay/schema.json": '{"definitions": {}}',
    "plugins/kustomization.yaml": "resources: [d.yaml]\ngenerators: [deep]\n",
    "plugins/d.yaml": DEPLOYMENT,
    "plugins/read.conf": "d",
    "plugins/deep/kustomization.yaml": "resources: [generator.yaml]\n",
    "plugins/deep/generator.yaml": """\
        apiVersion: builtin
        kind: ConfigMapGenerator
        metadata: {name: generator}
        name: generated
        files: [read.conf]
        """,
}


@pytest.fixture
def everything(lay: Lay) -> Checkout:
    """A repository that uses all that kustomize may read, by way of links, too."""
    checkout = lay(EVERYTHING)
    (checkout.root / "base").symlink_to("real/../real/base")
    (checkout.root / "real/base/linked.yaml").symlink_to("./service.yaml")
    (checkout.root / "real/base/linked").symlink_to("files")
    return checkout


@pytest.mark.parametrize(("path", "count"), [("base", 5), ("overlay", 7), ("plugins", 2)])
async def test_what_is_built_is_what_would_be_built_in_the_repository(
    everything: Checkout, kustomize: str, path: str, count: int
) -> None:
    there = subprocess.run(  # noqa: ASYNC221 - nothing else runs
        [*building(kustomize), path], cwd=everything.root, capture_output=True, check=True
    ).stdout

    rendered = await Renderer(everything, allow_remote=True, source=Source.KUSTOMIZE).render(path)

    assert (rendered.failures, rendered.left_out) == ((), ())
    expected = [plain(one.value) for one in load_all(there.decode())]
    assert [one.content for one in rendered.manifests] == expected
    assert len(expected) == count


def test_nothing_is_copied_that_is_not_referred_to(everything: Checkout, tmp_path: Path) -> None:
    (everything.root / ".git").mkdir()
    (everything.root / ".git" / "config").write_text("token")

    stage(everything, Loader(everything).walk("plugins/kustomization.yaml").files, into=tmp_path)

    found = {one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*") if one.is_file()}
    assert {one for one in found if not one.startswith("repository/")} == {
        "plugins/kustomization.yaml",
        "plugins/d.yaml",
        "plugins/read.conf",
        "plugins/deep/kustomization.yaml",
        "plugins/deep/generator.yaml",
    }


@pytest.mark.parametrize("path", [".git/config", "link", "out", "../other"])
def test_what_lies_outside_is_not_copied(lay: Lay, tmp_path: Path, path: str) -> None:
    checkout = lay({".git/config": "token"})
    (tmp_path / "other").write_text("token")
    (checkout.root / "link").symlink_to(".git/config")
    (checkout.root / "out").symlink_to("../other")

    with pytest.raises(ReadError) as caught:
        stage(checkout, [path], into=tmp_path / "copy")

    assert caught.value.reason is Reason.OUTSIDE


def test_no_more_is_copied_than_a_disk_can_bear(
    lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MAX_SIZE", 10)

    with pytest.raises(ReadError) as caught:
        stage(lay({"a": "123456", "b": "123456"}), ["a", "b"], into=tmp_path / "copy")

    assert caught.value.reason is Reason.TOO_LARGE


def test_a_copy_that_cannot_be_written_is_an_error(lay: Lay, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("in the way")

    with pytest.raises(ReadError, match="cannot be copied") as caught:
        stage(lay({"a": ""}), ["a"], into=tmp_path / "copy")

    assert caught.value.reason is Reason.TOOL


@pytest.mark.usefixtures("kustomize", "landlock")
async def test_no_base_is_read_outside_of_the_copy(lay: Lay) -> None:
    """kustomize takes directories anywhere for bases, the repository itself, too."""
    generator = "configMapGenerator: [{name: x, files: [.git/config]}]\n"
    checkout = lay({".git/config": "token", "kustomization.yaml": generator})
    way = "../" * 30 + str(checkout.root).removeprefix("/")
    lay({"overlay/kustomization.yaml": f"resources: ['{way}']\n"})

    with pytest.raises(ReadError, match="unable to find one of 'kustomization"):
        await build(
            checkout,
            "overlay",
            files={"overlay/kustomization.yaml"},
            how=Building(allows_remote=False),
        )
