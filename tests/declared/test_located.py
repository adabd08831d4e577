from collections.abc import Callable
from typing import Any

import pytest

from exporter.declared import located as module
from exporter.declared.located import (
    LocatedTree,
    flatten,
    from_manifest,
    from_plain,
    from_yaml,
)
from exporter.declared.rendered import Manifest
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml

PLACE = Place(Source.ARGOCD, "a.yaml", 1)
Locate = Callable[[str], LocatedTree]


@pytest.fixture
def locate() -> Locate:
    """Locate a YAML document by its lines."""
    return lambda text: from_yaml(yaml.load(text), PLACE)


def test_every_value_knows_its_line(locate: Locate) -> None:
    found = locate("a: 1\nb:\n  - x\n  - c: y\n")

    assert [one.place.line for one in found.fields["b"].items] == [3, 4]
    assert found.fields["b"].items[1].place_of("c").line == 4


def test_the_place_of_what_is_absent_is_that_around_it(locate: Locate) -> None:
    assert locate("a: 1\nb:\n  c: 1\n").place_of("b", "absent", "deeper").line == 2


def test_a_rendered_object_has_the_places_that_came_with_it() -> None:
    patch = Place(Source.ARGOCD, "patch.yaml", 7)
    manifest = Manifest(
        content={"spec": {"a/b": [1, {"x": "y"}]}},
        place=PLACE,
        places={"/spec/a~1b": patch},
    )

    found = from_manifest(manifest)

    assert found.place == PLACE
    assert found.place_of("spec", "a/b") == patch
    assert found.fields["spec"].fields["a/b"].items[1].place_of("x") == patch


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        pytest.param(lambda one: one.text("list"), "list is no string", id="text"),
        pytest.param(lambda one: one.text("number"), "number is no string", id="number"),
        pytest.param(lambda one: one.object("list"), "list is no object", id="object"),
        pytest.param(lambda one: one.list("text"), "text is no list", id="list"),
        pytest.param(lambda one: one.texts("list"), "list holds something else", id="texts"),
        pytest.param(lambda one: one.flag("text"), "neither true nor false", id="flag"),
        pytest.param(lambda one: one.stated("map"), "m is no string", id="stated"),
    ],
)
def test_a_wrong_shape_is_an_error_at_its_line(
    locate: Locate, ask: Callable[[LocatedTree], object], message: str
) -> None:
    found = locate("text: a\nlist: [1]\nnumber: 3\nmap: {m: 1}\n")

    with pytest.raises(ReadError, match=message) as caught:
        ask(found)
    assert caught.value.line > 0


def test_absent_and_null_are_the_same(locate: Locate) -> None:
    found = locate("text: null\n")

    assert not found.has("text")
    assert (found.text("text", "x"), found.text("absent")) == ("x", "")
    assert (found.list("text"), found.object("text").fields) == ((), {})
    assert found.flag("absent", default=True)


def test_a_scalar_has_neither_fields_nor_items(locate: Locate) -> None:
    found = locate("text")

    assert (found.fields, found.items, found.has("a")) == ({}, (), False)


def test_a_foreign_tag_is_an_error() -> None:
    with pytest.raises(ReadError, match="!vault"):
        from_yaml(yaml.load("a: !vault x"), PLACE)


def test_data_that_expands_too_far_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PARTS", 100)
    text = "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: [" + ", ".join(["*a"] * 10) + "]"

    with pytest.raises(ReadError) as caught:
        from_yaml(yaml.load(text), PLACE)
    assert caught.value.reason is Reason.TOO_LARGE


def test_flattening_joins_keys_and_indices_with_dots() -> None:
    found = from_plain({"a": {"b": [1, {"c": 2}], "empty": {}}, "d": None}, PLACE)

    flat = {key: value.plain() for key, value in flatten(found.fields)}

    assert flat == {"a.b.0": 1, "a.b.1.c": 2, "d": None}


def test_data_without_places_goes_back_as_it_came() -> None:
    value: dict[str, Any] = {"a": [1, 2.5, True, None, "x", {"b": []}]}

    assert from_plain(value, PLACE).plain() == value
