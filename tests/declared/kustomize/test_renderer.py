import asyncio
import base64
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.rendered import Rendered
from exporter.domain.errors import Reason
from exporter.domain.items import ItemState
from exporter.domain.provenance import Place, Source

Lay = Callable[[Mapping[str, str]], Checkout]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {replicas: 2}
"""
OVERLAY = {
    "overlay/kustomization.yaml": "resources: [deployment.yaml]\nnamePrefix: a-\n",
    "overlay/deployment.yaml": DEPLOYMENT,
}


def renderer(checkout: Checkout, *, allow_remote: bool = False) -> Renderer:
    return Renderer(checkout, allow_remote=allow_remote, source=Source.KUSTOMIZE)


def names(rendered: Rendered) -> list[object]:
    return [one.content["metadata"]["name"] for one in rendered.manifests]  # type: ignore[call-overload,index] # laid out below


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    "path", ["overlay", "/overlay/", "./overlay", "overlay/kustomization.yaml", "link"]
)
async def test_a_kustomization_is_built(lay: Lay, path: str) -> None:
    checkout = lay(OVERLAY)
    (checkout.root / "link").symlink_to("overlay")

    rendered = await renderer(checkout).render(path)

    assert names(rendered) == ["a-api"]
    assert rendered.failures == ()


@pytest.mark.usefixtures("kustomize")
async def test_the_root_of_the_checkout_may_be_a_kustomization(lay: Lay) -> None:
    files = {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": DEPLOYMENT}

    assert names(await renderer(lay(files)).render("")) == ["api"]
    assert names(await renderer(lay(files)).render(".")) == ["api"]


async def test_a_directory_without_a_kustomization_is_read_as_it_is(lay: Lay) -> None:
    rendered = await renderer(lay({"plain/a.yaml": DEPLOYMENT})).render("plain")

    (manifest,) = rendered.manifests
    assert manifest.place == Place(Source.KUSTOMIZE, "plain/a.yaml", 1)
    assert manifest.places["/spec/replicas"] == Place(Source.KUSTOMIZE, "plain/a.yaml", 4)


async def test_a_single_file_is_read_as_it_is(lay: Lay) -> None:
    assert names(await renderer(lay({"a.yaml": DEPLOYMENT})).render("a.yaml")) == ["api"]


async def test_a_helm_chart_is_not_rendered(lay: Lay) -> None:
    rendered = await renderer(lay({"chart/Chart.yaml": "name: a\n"})).render("chart")

    assert rendered.whole is not None
    assert rendered.whole.state is ItemState.NOT_RENDERED
    assert str(rendered.whole.place) == "chart/Chart.yaml:1"
    assert rendered.manifests == ()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("nowhere", Reason.MISSING, id="missing"),
        pytest.param("nowhere/kustomization.yaml", Reason.MISSING, id="missing-file"),
        pytest.param("../other", Reason.OUTSIDE, id="above"),
        pytest.param("../other/kustomization.yaml", Reason.OUTSIDE, id="file-above"),
        pytest.param("link", Reason.OUTSIDE, id="link-out"),
        pytest.param("a\0b", Reason.MALFORMED, id="null-byte"),
        pytest.param("x" * 5_000, Reason.MALFORMED, id="endless"),
    ],
)
async def test_a_path_that_cannot_be_rendered_is_a_failure_that_names_it(
    lay: Lay, path: str, reason: Reason
) -> None:
    checkout = lay(OVERLAY)
    (checkout.root.parent / "other").mkdir()
    (checkout.root / "link").symlink_to("../other")

    rendered = await renderer(checkout).render(path)

    (failure,) = rendered.failures
    assert failure.reason is reason
    assert failure.part == path
    assert str(checkout.root) not in failure.message


@pytest.mark.usefixtures("kustomize")
async def test_what_kustomize_refuses_is_a_failure_without_paths_of_the_machine(lay: Lay) -> None:
    files = OVERLAY | {"overlay/kustomization.yaml": "resources: [deployment.yaml]\nfoo: bar\n"}
    checkout = lay(files)

    (failure,) = (await renderer(checkout).render("overlay")).failures

    assert failure.place.path == "overlay/kustomization.yaml"
    assert failure.message == 'invalid Kustomization: json: unknown field "foo"'
    assert failure.part == "overlay"


@pytest.mark.usefixtures("kustomize")
async def test_a_broken_resource_is_a_failure_at_its_own_line(lay: Lay) -> None:
    checkout = lay(OVERLAY | {"overlay/deployment.yaml": "kind: A\nb: c: d\n"})

    (failure,) = (await renderer(checkout).render("overlay")).failures

    assert str(failure.place) == "overlay/deployment.yaml:2"


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize("text", ["$ANSIBLE_VAULT;1.1;AES256\n3133\n", "some text\n"])
async def test_a_resource_that_is_no_object_is_a_failure_at_its_file(lay: Lay, text: str) -> None:
    checkout = lay(OVERLAY | {"overlay/deployment.yaml": text})

    (failure,) = (await renderer(checkout).render("overlay")).failures

    assert str(failure.place) == "overlay/deployment.yaml:1"
    assert failure.is_broken


@pytest.mark.usefixtures("kustomize")
async def test_a_patch_without_a_target_is_a_failure_at_the_patch(lay: Lay) -> None:
    files = {
        "overlay/kustomization.yaml": "resources: [deployment.yaml]\npatches: [{path: p.yaml}]\n",
        "overlay/p.yaml": "\n# Nobody.\napiVersion: apps/v1\nkind: Deployment\n"
        "metadata: {name: nobody}\n",
    }

    (failure,) = (await renderer(lay(OVERLAY | files)).render("overlay")).failures

    assert str(failure.place) == "overlay/p.yaml:3"


@pytest.mark.usefixtures("kustomize")
async def test_a_component_alone_says_that_it_needs_an_overlay(lay: Lay) -> None:
    files = {
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
        "kind: Component\npatches: [{path: p.yaml}]\n",
        "part/p.yaml": DEPLOYMENT,
    }

    (failure,) = (await renderer(lay(files)).render("part")).failures

    assert "component" in failure.advice


async def test_every_error_of_a_graph_is_told(lay: Lay) -> None:
    checkout = lay({"a/kustomization.yaml": "resources:\n  - b.yaml\n  - c.yaml\n"})

    rendered = await renderer(checkout).render("a")

    places = [str(one.place) for one in rendered.failures]
    assert places == ["a/kustomization.yaml:2", "a/kustomization.yaml:3"]


async def test_a_path_is_rendered_once(lay: Lay) -> None:
    one = renderer(lay({"plain/a.yaml": DEPLOYMENT}))

    first, second = await asyncio.gather(one.render("plain"), one.render("/plain"))

    assert first is second


async def test_a_renderer_for_another_source_places_by_that_source(lay: Lay) -> None:
    other = renderer(lay({"plain/a.yaml": DEPLOYMENT})).of(Source.ARGOCD)

    (manifest,) = (await other.render("plain")).manifests

    assert manifest.place.source is Source.ARGOCD


@pytest.mark.parametrize("version", ["v5.6.0", "(devel)"])
async def test_a_field_of_a_newer_kustomize_says_which_one_knows_it(
    lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    old = tmp_path / "kustomize"
    refusal = 'Error: invalid Kustomization: json: unknown field "sourceValue"'
    old.write_text(
        f"#!/bin/sh\n[ $1 != version ] || {{ echo '{version}'; exit; }}\n"
        f"echo '{refusal}' >&2\nexit 1\n"
    )
    old.chmod(0o755)
    monkeypatch.setenv("CONFORMANCE_KUSTOMIZE", str(old))

    rendered = await renderer(lay(OVERLAY)).render("overlay")

    assert rendered.whole is not None
    assert rendered.whole.state is ItemState.UNSUPPORTED
    known = f"kustomize {version.removeprefix('v')} does not know sourceValue, which 5.7.0 brought"
    assert (rendered.whole.message, rendered.failures) == (known, ())
    assert "5.7.0" in rendered.whole.advice


async def test_a_missing_tool_is_a_failure_that_says_how_to_get_it(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFORMANCE_KUSTOMIZE", "/nowhere/kustomize")
    monkeypatch.setenv("CONFORMANCE_KUBECTL", "/nowhere/kubectl")

    (failure,) = (await renderer(lay(OVERLAY)).render("overlay")).failures

    assert failure.reason is Reason.TOOL
    assert "CONFORMANCE_KUSTOMIZE" in failure.advice


PLUGIN = "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\n"


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("kustomization", "plugin"),
    [
        pytest.param("crds: [URL]", "", id="plain"),
        pytest.param("? !!binary Y3Jkcw==\n: [URL]", "", id="an encoded key"),
        pytest.param("transformers: [p/a.yaml]", "path: URL", id="in a plugin's file"),
        pytest.param("transformers: [p/a.yaml]", "path: !!binary CODE", id="encoded there"),
        pytest.param("transformers: [p/a.yaml]", "? !!binary cGF0aA==\n: URL", id="a key there"),
        pytest.param("transformers: [p]", "path: URL", id="in a directory of plugins"),
        pytest.param("transformers: [p/utf-16.yaml]", "path: URL", id="in another encoding"),
    ],
)
async def test_no_address_is_asked_however_it_is_written(
    lay: Lay, kustomization: str, plugin: str
) -> None:
    asked: list[object] = []

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    code = base64.b64encode(url.encode()).decode()
    written = PLUGIN + plugin.replace("URL", url).replace("CODE", code) + "\n"
    files = {
        "kustomization.yaml": f"resources: [d.yaml]\n{kustomization.replace('URL', url)}\n",
        "d.yaml": DEPLOYMENT,
        "p/kustomization.yaml": "resources: [a.yaml]\n",
        "p/a.yaml": written,
    }
    checkout = lay(files)
    (checkout.root / "p" / "utf-16.yaml").write_bytes(written.encode("utf-16"))

    async with server:
        rendered = await renderer(checkout).render("")

    assert asked == []
    assert rendered.left_out or rendered.failures
    assert all(one.unknown for one in rendered.manifests)


@pytest.mark.usefixtures("kustomize")
async def test_a_tag_in_an_object_hides_nothing_and_counts_for_nothing_as_for_kustomize(
    lay: Lay,
) -> None:
    deployment = DEPLOYMENT.replace("replicas: 2", "strategy: {type: !foo Recreate}")
    files = {"kustomization.yaml": "resources: [d.yaml]\n", "d.yaml": deployment}

    (manifest,) = (await renderer(lay(files)).render("")).manifests

    assert manifest.content["spec"] == {"strategy": {"type": "Recreate"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("files: [!foo a]", "the tag !foo may hide what it stands before; remove it"),
        ("files: [yes]", "files names a file by what is no text; put it in quotes"),
        ("files: [.git/config]", ".git/config is Git's, not the repository's"),
    ],
)
async def test_what_a_plugin_must_not_be_told_is_a_failure_where_it_stands(
    lay: Lay, text: str, said: str
) -> None:
    plugin = f"apiVersion: builtin\nkind: ConfigMapGenerator\n{text}\n"

    rendered = await renderer(
        lay({"kustomization.yaml": "generators: [p.yaml]\n", "p.yaml": plugin})
    ).render("")

    (failure,) = rendered.failures
    assert (str(failure.place), failure.message) == ("p.yaml:3", said)


async def test_no_plugin_is_given_what_git_keeps(lay: Lay) -> None:
    files = {
        "kustomization.yaml": "generators: [p.yaml]\n",
        "p.yaml": "kind: ConfigMapGenerator\nfiles: [a=link]\n",
        ".git/config": "[remote]\n",
    }
    checkout = lay(files)
    (checkout.root / "link").symlink_to(".git/config")

    rendered = await renderer(checkout).render("")

    assert [one.reason for one in rendered.failures] == [Reason.OUTSIDE]
