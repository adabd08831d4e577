import pytest

from exporter.declared.kustomize.kustomization import Kustomization
from exporter.declared.kustomize.statements import (
    Images,
    Patch,
    Statement,
    identify,
    objects,
    patches,
    settings,
)
from exporter.foreign import yaml
from exporter.foreign.yaml import Document, YamlMap


def parsed(text: str) -> Kustomization:
    return Kustomization(
        path="a/kustomization.yaml", content=yaml.load(text), lines=tuple(text.splitlines())
    )


def value(patch: Patch) -> YamlMap:
    assert isinstance(patch.statement.value, YamlMap)
    return patch.statement.value


def patch(kind: str, name: str) -> Patch:
    return Patch(kind, name, Statement(path="patch.yaml", value=YamlMap()))


@pytest.mark.parametrize(
    ("kind", "name", "fits"),
    [
        pytest.param("Deployment", "api", True, id="same"),
        pytest.param("", "", True, id="anything"),
        pytest.param("StatefulSet", "api", False, id="other-kind"),
        pytest.param("Deployment", "ap", False, id="anchored"),
        pytest.param("Deployment", "a.*", True, id="beginning"),
        pytest.param("Deployment", ".*i", True, id="end"),
        pytest.param("Deployment", "(web|api)", True, id="alternatives"),
        pytest.param("Deployment|StatefulSet", "", True, id="alternative-kinds"),
        pytest.param("Deployment", "^api$", True, id="spelled-anchors"),
        pytest.param("Deployment", "(a+)+$", False, id="not-understood"),
    ],
)
def test_a_patch_fits_as_far_as_its_pattern_is_understood(
    kind: str, name: str, *, fits: bool
) -> None:
    assert patch(kind, name).fits("Deployment", frozenset({"api"})) is fits


def test_a_patch_fits_by_any_name_that_the_object_ever_had() -> None:
    assert patch("Deployment", "api").fits("Deployment", frozenset({"api", "a-api"}))


@pytest.mark.parametrize(
    ("entry", "image", "line"),
    [
        pytest.param("{name: app, newTag: v2}", "app:v2", 1, id="tag"),
        pytest.param("{name: app, newTag: v2}", "app:v1", 0, id="other-tag"),
        pytest.param("{name: app, newTag: v2}", "application:v2", 0, id="other-image"),
        pytest.param("{name: app, newName: r/app}", "r/app:v1", 1, id="name"),
        pytest.param("{name: app, newName: r/app}", "r/application", 0, id="longer-name"),
        pytest.param("{name: app, digest: 'sha256:1'}", "app@sha256:1", 1, id="digest"),
        pytest.param("{name: app}", "app:v2", 0, id="changes-nothing"),
        pytest.param("{newTag: v2}", ":v2", 0, id="no-name"),
    ],
)
def test_an_image_is_made_by_the_entry_that_gives_its_name_and_tag(
    entry: str, image: str, line: int
) -> None:
    assert Images((yaml.load(entry),)).line_of(image) == line


def test_objects_of_a_list_are_its_items() -> None:
    (document,) = yaml.load_all("kind: List\nitems:\n- kind: A\n- kind: B\n- text\n")

    assert [one["kind"] for one in objects(document)] == ["A", "B"]


@pytest.mark.parametrize("text", ["[a]", "a: b", "kind: [a]", "text"])
def test_what_is_no_object_is_none(text: str) -> None:
    assert list(objects(Document(yaml.load(text), 1))) == []


@pytest.mark.parametrize(
    "text", ["kind: A", "kind: A\nmetadata: text", "kind: A\nmetadata: {name: 7}", "metadata: {}"]
)
def test_an_object_without_a_name_is_not_identified(text: str) -> None:
    assert identify(yaml.load(text)) is None


def test_an_inline_patch_counts_its_lines_in_the_file() -> None:
    kustomization = parsed(
        "patches:\n"
        "  - patch: |-\n"
        "      kind: Deployment\n"
        "      metadata: {name: api}\n"
        "      spec:\n"
        "        replicas: 3\n"
    )

    (found,) = patches(kustomization, {})

    assert found.exact
    assert found.statement.line(value(found)["spec"].lines["replicas"]) == 6


def test_a_quoted_patch_stands_on_one_line() -> None:
    kustomization = parsed(
        'namePrefix: a-\npatches:\n  - patch: "kind: A\\nmetadata: {name: b}\\nspec: 1"\n'
    )

    (found,) = patches(kustomization, {})

    assert found.statement.first == 3
    assert found.statement.line(value(found).lines["spec"]) == 3


def test_a_json_patch_becomes_a_partial_object() -> None:
    text = (
        "- {op: replace, path: /metadata/annotations/a~1b, value: c}\n"
        "- {op: remove, path: /spec}\n"
        "- {op: [add], path: /spec, value: 1}\n"
        "- {op: add, path: [x], value: 1}\n"
        "- {op: add, path: '', value: 1}\n"
    )
    kustomization = parsed("patchesJson6902:\n  - path: ops.yaml\n    target: {kind: A, name: b}\n")
    files = {"ops.yaml": ("a/ops.yaml", yaml.load_all(text))}

    first, *rest = patches(kustomization, files)

    assert (first.kind, first.name) == ("A", "b")
    assert first.statement.path == "a/ops.yaml"
    assert first.statement.value == {"metadata": {"annotations": {"a/b": "c"}}}
    assert [one.statement.value for one in rest] == [{}, {}]


def test_what_a_kustomization_sets_is_stated_about_all_its_objects() -> None:
    kustomization = parsed(
        "namespace: api\n"
        "commonLabels: {domain: auth}\n"
        "commonAnnotations: {team: a}\n"
        "labels: [{pairs: {phase: '1'}}, {pairs: text}, text]\n"
        "replicas: [{name: api, count: 3}]\n"
    )

    values = [(one.name, one.statement.value) for one in settings(kustomization)]

    assert ("", {"metadata": {"namespace": "api"}}) in values
    assert ("api", {"spec": {"replicas": 3}}) in values
    assert len(values) == 5
    assert not any(one.statement.own for one in settings(kustomization))


@pytest.mark.parametrize(
    "text",
    [
        "patches: [{patch: 'a: b: c'}, {patch: '- 7'}, {patch: [x]}, {}, 7]",
        "patchesStrategicMerge: ['a: [', 7, {a: b}]",
        "patches: [{patch: 'a: 1', target: text}]",
        "patches: [{patch: 'a: 1', target: {kind: [A], name: 7}}]",
        "images: [{name: 7}]\nreplicas: [{}]\nnamespace: 7\ncommonLabels: []",
        "patches: text\nimages: text\nlabels: {a: b}",
    ],
)
def test_odd_shapes_state_nothing_and_break_nothing(text: str) -> None:
    kustomization = parsed(text)

    for one in [*patches(kustomization, {}), *settings(kustomization)]:
        assert one.fits("Deployment", frozenset({"api"})) in {True, False}
