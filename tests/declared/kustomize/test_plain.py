import json
from collections.abc import Callable, Mapping

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize import plain
from exporter.declared.kustomize.plain import Plain
from exporter.declared.kustomize.provenance import Tracer
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Place, Source

Lay = Callable[[Mapping[str, str]], Checkout]


def manifest(name: str) -> str:
    return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{}}\n"


def read(checkout: Checkout, path: str = "a", *, recurse: bool = False) -> Plain:
    tracer = Tracer(lambda file, line: Place(Source.ARGOCD, file, line))
    return plain.read(checkout, path, recurse=recurse, tracer=tracer)


def places(found: Plain) -> list[str]:
    return [str(one.place) for one in found.manifests]


def test_manifests_are_yaml_and_json_files(lay: Lay) -> None:
    content = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "c"}}
    checkout = lay(
        {
            "a/a.yaml": manifest("a"),
            "a/b.yml": manifest("b"),
            "a/c.json": json.dumps(content, indent="\t"),
            "a/d.txt": manifest("d"),
        }
    )

    found = read(checkout)

    assert places(found) == ["a/a.yaml:1", "a/b.yml:1", "a/c.json:1"]
    assert found.manifests[2].content == content


def test_directories_within_are_taken_on_request_only(lay: Lay) -> None:
    checkout = lay({"a/a.yaml": manifest("a"), "a/b/b.yaml": manifest("b")})

    assert places(read(checkout)) == ["a/a.yaml:1"]
    assert places(read(checkout, recurse=True)) == ["a/a.yaml:1", "a/b/b.yaml:1"]


def test_every_document_and_every_item_of_a_list_is_an_object_of_its_own(lay: Lay) -> None:
    text = "kind: List\napiVersion: v1\nitems:\n"
    items = "".join(
        f"- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {{name: {one}}}\n" for one in "ab"
    )
    checkout = lay({"a/a.yaml": f"{manifest('c')}---\n---\n{text}{items}"})

    assert places(read(checkout)) == ["a/a.yaml:1", "a/a.yaml:10", "a/a.yaml:13"]


@pytest.mark.parametrize(
    "text",
    ["image: {tag: v1}\n", "- a\n- b\n", "", "kind: Deployment\n", "just text\n", "a: b: c\n"],
)
def test_what_is_no_manifest_is_passed_over(lay: Lay, text: str) -> None:
    found = read(lay({"a/values.yaml": text, "a/a.yaml": manifest("a")}))

    assert places(found) == ["a/a.yaml:1"]
    assert found.errors == []


def test_a_broken_manifest_is_an_error_and_the_others_are_read(lay: Lay) -> None:
    broken = manifest("a") + "status: a: b\n"

    found = read(lay({"a/a.yaml": broken, "a/b.yaml": manifest("b")}))

    assert places(found) == ["a/b.yaml:1"]
    (error,) = found.errors
    assert (error.path, error.line) == ("a/a.yaml", 5)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"kind: \xff\n", Reason.MALFORMED, id="undecodable"),
        pytest.param(
            b"apiVersion: v1\nkind: A\nmetadata: !vault x\n", Reason.MALFORMED, id="foreign-tag"
        ),
        pytest.param(
            b"apiVersion: v1\nkind: A\nmetadata: " + b"[" * 20_000, Reason.MALFORMED, id="nested"
        ),
        pytest.param(b" " * (9 << 20), Reason.TOO_LARGE, id="large"),
    ],
)
def test_hostile_files_are_errors_and_the_others_are_read(
    lay: Lay, data: bytes, reason: Reason
) -> None:
    checkout = lay({"a/b.yaml": manifest("b")})
    (checkout.root / "a" / "a.yaml").write_bytes(data)

    found = read(checkout)

    assert places(found) == ["a/b.yaml:1"]
    assert [one.reason for one in found.errors] == [reason]


def test_a_link_is_followed_inside_the_repository_only(lay: Lay) -> None:
    checkout = lay({"a/a.yaml": manifest("a"), "b/b.yaml": manifest("b")})
    (checkout.root.parent / "secret.yaml").write_text(manifest("secret"))
    (checkout.root / "a" / "b.yaml").symlink_to("../b/b.yaml")
    (checkout.root / "a" / "c.yaml").symlink_to("../../secret.yaml")

    assert places(read(checkout)) == ["a/a.yaml:1", "a/b.yaml:1"]


def test_too_much_is_refused(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MAX_SIZE", 100)

    with pytest.raises(ReadError, match="holds more than"):
        read(lay({"a/a.yaml": manifest("a"), "a/b.yaml": manifest("b")}))


def test_values_are_placed_where_they_stand(lay: Lay) -> None:
    found = read(lay({"a/a.yaml": "\n" + manifest("a")}))

    assert str(found.manifests[0].places["/metadata/name"]) == "a/a.yaml:4"
