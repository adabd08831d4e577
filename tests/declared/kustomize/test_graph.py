from collections.abc import Callable, Mapping

import pytest

from exporter.declared.checkout import MAX_FILE, Checkout
from exporter.declared.kustomize import graph as graphs
from exporter.declared.kustomize.graph import Graph, Loader
from exporter.domain.errors import ReadError, Reason

Lay = Callable[[Mapping[str, str]], Checkout]

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\n"


def walk(checkout: Checkout, folder: str = "overlay") -> Graph:
    return Loader(checkout).walk(f"{folder}/kustomization.yaml")


def problems(found: Graph) -> list[tuple[str, int, Reason]]:
    return [(one.path, one.line, one.reason) for one in found.errors]


def test_the_objects_of_every_base_are_found(lay: Lay) -> None:
    checkout = lay(
        {
            "overlay/kustomization.yaml": "resources: [../base]\nnamePrefix: a-\n",
            "base/kustomization.yaml": "resources: [deployment.yaml]\nnameSuffix: -b\n",
            "base/deployment.yaml": DEPLOYMENT,
        }
    )

    found = walk(checkout)

    assert found.errors == []
    assert set(found.origins) == {("Deployment", "api"), ("Deployment", "a-api-b")}
    (origin,) = found.origins["Deployment", "a-api-b"]
    assert origin.names == {"api", "api-b", "a-api-b"}
    assert [one.kustomization.folder for one in origin.layers] == ["overlay", "base"]


def test_a_cycle_is_refused_and_names_every_step(lay: Lay) -> None:
    checkout = lay(
        {
            "overlay/kustomization.yaml": "namePrefix: a-\nresources: [../base]\n",
            "base/kustomization.yaml": "resources:\n  - ../other\n",
            "other/kustomization.yaml": "resources: [../base]\n",
        }
    )

    found = walk(checkout)

    (error,) = found.errors
    assert (error.path, error.line) == ("other/kustomization.yaml", 1)
    assert error.message == (
        "closes a cycle of bases: "
        "base/kustomization.yaml:2 -> other/kustomization.yaml -> base/kustomization.yaml"
    )


def test_a_kustomization_that_names_itself_is_a_cycle(lay: Lay) -> None:
    checkout = lay({"overlay/kustomization.yaml": "resources: ['.']\n"})

    assert "cycle" in walk(checkout).errors[0].message


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        pytest.param("nowhere.yaml", Reason.MISSING, id="missing"),
        pytest.param("../../outside", Reason.OUTSIDE, id="above-the-root"),
        pytest.param("/etc", Reason.OUTSIDE, id="absolute"),
        pytest.param("../base/deployment.yaml", Reason.OUTSIDE, id="file-of-another-folder"),
        pytest.param("../empty", Reason.MISSING, id="no-kustomization"),
        pytest.param("x" * 300, Reason.MALFORMED, id="endless-name"),
        pytest.param("link", Reason.OUTSIDE, id="link-out"),
        pytest.param("secret.yaml", Reason.OUTSIDE, id="linked-file-out"),
    ],
)
def test_a_reference_that_leads_nowhere_good_is_an_error_at_its_line(
    lay: Lay, reference: str, reason: Reason
) -> None:
    checkout = lay(
        {
            "overlay/kustomization.yaml": f"namespace: a\nresources:\n  - {reference}\n",
            "base/deployment.yaml": DEPLOYMENT,
            "empty/README.md": "",
        }
    )
    (checkout.root.parent / "outside").mkdir()
    (checkout.root.parent / "outside" / "secret.yaml").write_text(DEPLOYMENT)
    (checkout.root / "overlay" / "link").symlink_to("../../outside")
    (checkout.root / "overlay" / "secret.yaml").symlink_to("../../outside/secret.yaml")

    assert problems(walk(checkout)) == [("overlay/kustomization.yaml", 3, reason)]


def test_a_broken_base_is_an_error_at_its_own_line(lay: Lay) -> None:
    checkout = lay(
        {
            "overlay/kustomization.yaml": "resources: [../base]\n",
            "base/kustomization.yaml": "resources:\n  - [\n",
        }
    )

    assert problems(walk(checkout)) == [("base/kustomization.yaml", 2, Reason.MALFORMED)]


def test_a_broken_overlay_raises(lay: Lay) -> None:
    with pytest.raises(ReadError, match="is no mapping"):
        walk(lay({"overlay/kustomization.yaml": "- a\n"}))


def test_a_file_that_is_no_yaml_is_kept_aside_for_kustomize_to_judge(lay: Lay) -> None:
    checkout = lay(
        {
            "overlay/kustomization.yaml": "resources: [broken.yaml]\n",
            "overlay/broken.yaml": "a: 1\nb: c: d\n",
        }
    )

    found = walk(checkout)

    assert found.errors == []
    (error,) = found.root.malformed
    assert (error.path, error.line) == ("overlay/broken.yaml", 2)


def test_a_file_over_the_limit_is_refused(lay: Lay) -> None:
    checkout = lay({"overlay/kustomization.yaml": "resources: [huge.yaml]\n"})
    with (checkout.root / "overlay" / "huge.yaml").open("wb") as file:
        file.truncate(MAX_FILE + 1)

    assert problems(walk(checkout)) == [("overlay/kustomization.yaml", 1, Reason.TOO_LARGE)]


def test_remote_references_are_listed_wherever_they_stand(lay: Lay) -> None:
    checkout = lay(
        {
            "overlay/kustomization.yaml": "resources: [../base]\n"
            "patches: [{path: 'https://example.org/patch.yaml'}]\n"
            "generators: [generator.yaml]\n",
            "overlay/generator.yaml": "kind: ConfigMapGenerator\n"
            "files: ['a=https://example.org/a']\n",
            "base/kustomization.yaml": "resources: ['github.com/example/a?ref=v1']\n",
        }
    )

    found = walk(checkout)

    remote = {path: [one.text for one in layer.remote] for path, layer in found.layers.items()}
    assert remote == {
        "overlay/kustomization.yaml": ["https://example.org/a", "https://example.org/patch.yaml"],
        "base/kustomization.yaml": ["github.com/example/a?ref=v1"],
    }


def test_a_chain_of_bases_is_bounded(lay: Lay) -> None:
    chain = {
        f"{at}/kustomization.yaml": f"resources: [../{at + 1}]\n"
        for at in range(graphs.MAX_DEPTH + 5)
    }

    found = walk(lay(chain), "0")

    assert [one.reason for one in found.errors] == [Reason.TOO_LARGE]


def test_bases_that_multiply_are_bounded(lay: Lay) -> None:
    twice = {
        f"{at}/kustomization.yaml": f"resources: [../{at + 1}, ../{at + 1}]\n" for at in range(30)
    }

    found = walk(lay(twice | {"30/kustomization.yaml": "resources: []\n"}), "0")

    assert {one.reason for one in found.errors} == {Reason.TOO_LARGE}


def test_a_component_changes_what_stands_beside_it(lay: Lay) -> None:
    checkout = lay(
        {
            "overlay/kustomization.yaml": "components: [../part]\n",
            "part/kustomization.yaml": "kind: Component\nnamespace: a\n",
        }
    )

    found = walk(checkout)

    (mixin,) = found.mixins["overlay/kustomization.yaml"].values()
    assert mixin.kustomization.folder == "part"


def test_a_base_is_read_once_for_all_its_overlays(lay: Lay) -> None:
    loader = Loader(
        lay(
            {
                "a/kustomization.yaml": "resources: [../base]\n",
                "b/kustomization.yaml": "resources: [../base]\n",
                "base/kustomization.yaml": "resources: []\n",
            }
        )
    )

    first, second = (loader.walk(f"{one}/kustomization.yaml") for one in "ab")

    base = "base/kustomization.yaml"
    assert first.layers[base] is second.layers[base]
