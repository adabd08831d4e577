from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.kustomization import find, read
from exporter.declared.kustomize.references import is_remote
from exporter.domain.errors import ReadError, Reason

Lay = Callable[[Mapping[str, str]], Checkout]


def references(checkout: Checkout) -> list[tuple[str, str, int]]:
    found = read(checkout, "kustomization.yaml").references
    return [(one.field, one.text, one.line) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/base.yaml",
        "HTTPS://example.org/base.yaml",
        "github.com/example/repository//base?ref=v1",
        "www.github.com/example/repository",
        "git@example.org:team/repository.git",
        "git::https://example.org/repository",
        "ssh://git@example.org/repository",
        "file:///etc",
        "gh:example/repository",
        "gitlab.example.org/team/repository//base?ref=main",
        "example.org/repository?timeout=3&version=1",
    ],
)
def test_what_kustomize_would_fetch_is_remote(text: str) -> None:
    assert is_remote(text)


@pytest.mark.parametrize(
    "text", ["../base", "deployment.yaml", "./github.com", "a/b/c", "base@v1", "config=app.conf"]
)
def test_a_path_is_not_remote(text: str) -> None:
    assert not is_remote(text)


def test_every_reference_is_found_with_its_line(lay: Lay) -> None:
    checkout = lay(
        {
            "kustomization.yaml": """\
            resources:
              - ../base
              - service.yaml
            components: [ingress]
            crds: [crd.yaml]
            patches:
              - path: patch.yaml
                target: {kind: Deployment}
            patchesStrategicMerge:
              - merge.yaml
            configMapGenerator:
              - name: settings
                files: [app.conf, key=other.conf]
                envs: [app.env]
            replacements:
              - path: replace.yaml
            openapi:
              path: schema.json
            transformers: [labels.yaml]
            """
        }
    )

    assert references(checkout) == [
        ("resources", "../base", 2),
        ("resources", "service.yaml", 3),
        ("components", "ingress", 4),
        ("transformers", "labels.yaml", 19),
        ("crds", "crd.yaml", 5),
        ("patchesStrategicMerge", "merge.yaml", 10),
        ("patches", "patch.yaml", 7),
        ("replacements", "replace.yaml", 16),
        ("configMapGenerator", "app.conf", 13),
        ("configMapGenerator", "other.conf", 13),
        ("configMapGenerator", "app.env", 14),
        ("openapi", "schema.json", 18),
    ]


def test_what_is_written_inline_is_no_reference_but_the_addresses_in_it_are(lay: Lay) -> None:
    checkout = lay(
        {
            "kustomization.yaml": """\
            patchesStrategicMerge:
              - |-
                kind: Deployment
                metadata: {name: api}
            transformers:
              - |-
                apiVersion: builtin
                kind: PatchTransformer
                metadata: {name: remote}
                path: https://example.org/patch.yaml
            """
        }
    )

    assert references(checkout) == [("transformers", "https://example.org/patch.yaml", 6)]


def test_a_patch_in_the_configuration_of_a_plugin_is_no_path(lay: Lay) -> None:
    plugin = f"{{apiVersion: builtin, kind: PatchTransformer, patch: {'x' * 300}, path: a.yaml}}"
    checkout = lay({"kustomization.yaml": f"transformers: ['{plugin}']\n"})

    assert references(checkout) == [("transformers", "a.yaml", 1)]


def test_what_is_an_object_is_no_path_though_a_file_bears_its_text_for_a_name(lay: Lay) -> None:
    text = "{apiVersion: builtin, kind: ConfigMapGenerator, files: [a.conf]}"
    checkout = lay({"kustomization.yaml": f"generators: ['{text}']\n", text: ""})

    assert references(checkout) == [("generators", "a.conf", 1)]


@pytest.mark.parametrize("field", ["resources", "crds", "generators"])
def test_a_path_may_have_two_lines(lay: Lay, field: str) -> None:
    checkout = lay({"kustomization.yaml": f'{field}: ["a\\nb"]\n'})

    assert references(checkout) == [(field, "a\nb", 1)]


def test_a_patch_that_is_a_text_is_a_path_as_older_versions_take_it(lay: Lay) -> None:
    checkout = lay({"kustomization.yaml": 'patches: [patch.yaml, "kind: A\\n"]\n'})

    assert references(checkout) == [("patchesStrategicMerge", "patch.yaml", 1)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("resources:\n  - a\n  - 0xffffffffffff", id="number"),
        pytest.param("resources: []\n\ncomponents: [1.5]", id="fraction"),
        pytest.param("crds: []\n\nopenapi: {path: yes}", id="truth"),
        pytest.param("configMapGenerator:\n  - name: a\n    files: [0b1]", id="in-an-entry"),
        pytest.param(
            "namePrefix: a\n\ngenerators: ['{apiVersion: builtin, files: [yes]}']", id="inline"
        ),
    ],
)
def test_a_file_that_is_named_by_no_text_is_refused(lay: Lay, text: str) -> None:
    """kustomize takes some of these for texts, and would read a file that nobody looked at."""
    checkout = lay({"kustomization.yaml": text})

    with pytest.raises(ReadError, match="names a file by what is no text; put it in quotes") as one:
        read(checkout, "kustomization.yaml")

    assert (one.value.path, one.value.line) == ("kustomization.yaml", 3)


@pytest.mark.parametrize(
    "text", ["namePrefix: !foo a", "labels: [{pairs: !foo {}}]", "!foo resources: []"]
)
def test_a_tag_is_refused_wherever_it_stands(lay: Lay, text: str) -> None:
    checkout = lay({"kustomization.yaml": f"namespace: a\n{text}\n"})

    with pytest.raises(ReadError, match="the tag !foo may hide") as caught:
        read(checkout, "kustomization.yaml")

    assert caught.value.line == 2


@pytest.mark.parametrize("text", ["Resources: [../base]", "re\u017fources: [../base]"])
def test_a_field_that_only_kustomize_would_recognise_is_refused(lay: Lay, text: str) -> None:
    checkout = lay({"kustomization.yaml": f"namePrefix: a-\n{text}\n"})

    with pytest.raises(ReadError, match="stands for 'resources'") as caught:
        read(checkout, "kustomization.yaml")

    assert caught.value.line == 2


def test_the_fields_of_an_entry_are_held_to_their_spelling_too(lay: Lay) -> None:
    checkout = lay({"kustomization.yaml": "patches:\n  - Path: patch.yaml\n"})

    with pytest.raises(ReadError, match="stands for 'path'"):
        read(checkout, "kustomization.yaml")


def test_every_document_of_a_file_is_searched_for_references(lay: Lay) -> None:
    checkout = lay({"kustomization.yaml": "resources: [a]\n---\nresources: [b]\n"})

    assert [text for _, text, _ in references(checkout)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("resources: [a\n", 1, id="open-bracket"),
        pytest.param("a: 1\n- b\n", 2, id="mixed"),
        pytest.param("- a\n", 1, id="list"),
        pytest.param("\n\njust text\n", 3, id="text"),
    ],
)
def test_a_broken_file_is_an_error_with_its_line(lay: Lay, text: str, line: int) -> None:
    checkout = lay({"kustomization.yaml": text})

    with pytest.raises(ReadError) as caught:
        read(checkout, "kustomization.yaml")

    assert caught.value.reason is Reason.MALFORMED
    assert (caught.value.path, caught.value.line) == ("kustomization.yaml", line)


@pytest.mark.parametrize(
    "text",
    [
        "resources: 7",
        "resources: {a: b}",
        "resources: [[a], {b: c}, 3, null]",
        "patches: [text, {path: [1]}, {path: {a: b}}]",
        "configMapGenerator: {files: 3}",
        "openapi: text",
        "transformers: ['a: b: c\\nd']",
        "",
    ],
)
def test_odd_shapes_are_passed_over_or_refused_but_break_nothing(lay: Lay, text: str) -> None:
    checkout = lay({"kustomization.yaml": text})

    with suppress(ReadError):
        assert all(isinstance(one, str) for _, one, _ in references(checkout))


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_kustomization_file_has_one_of_three_names(lay: Lay, name: str) -> None:
    checkout = lay({f"app/{name}": "resources: []\n"})

    assert find(checkout, "app") == f"app/{name}"


def test_a_directory_without_the_file_has_none(lay: Lay) -> None:
    assert find(lay({"app/deployment.yaml": ""}), "app") is None


def test_two_kustomization_files_side_by_side_are_refused(lay: Lay) -> None:
    checkout = lay({"kustomization.yaml": "", "Kustomization": ""})

    with pytest.raises(ReadError, match="stands beside Kustomization"):
        find(checkout, "")


def test_the_directory_is_the_one_that_a_link_leads_to(lay: Lay) -> None:
    checkout = lay({"real/deep/kustomization.yaml": ""})
    (checkout.root / "link").symlink_to("real/deep")

    assert find(checkout, "link") == "real/deep/kustomization.yaml"
