import msgspec
import pytest

from exporter.domain.errors import ParseError
from exporter.observed import documents
from exporter.observed.documents import Document, split

NODE = b'{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "a"}}'
LIST = b'{"apiVersion": "v1", "items": [%s, %s], "kind": "List"}' % (NODE, NODE)


def kinds(text: bytes) -> list[list[tuple[str, str]]]:
    return [[one.type_of(item) for item in one.items] for one in split(text)]


def only(text: bytes) -> Document:
    (document,) = split(text)
    return document


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LIST, id="list of mixed kinds"),
        pytest.param(b'{"kind": "NodeList", "apiVersion": "v1", "items": [{}, {}]}', id="NodeList"),
        pytest.param(b"[%s, %s]" % (NODE, NODE), id="bare array"),
        pytest.param(b'{"items": [%s, %s]}' % (NODE, NODE), id="list that lost its kind"),
    ],
)
def test_a_list_is_split_into_its_items(text: bytes) -> None:
    assert kinds(text) == [[("Node", "v1"), ("Node", "v1")]]


@pytest.mark.parametrize("between", [b"\n", b"", b"\r\n\r\n", b"  "])
def test_json_documents_may_follow_each_other(between: bytes) -> None:
    text = between.join([NODE, LIST, NODE]) + b"\n"

    node = ("Node", "v1")
    assert kinds(text) == [[node], [node, node], [node]]


def test_yaml_may_hold_lists_and_single_objects() -> None:
    text = b"""\
kind: Node
apiVersion: v1
---
# nothing
---
apiVersion: apps/v1
kind: DeploymentList
items:
  - metadata: {name: a}
  - metadata: {name: b}
"""

    assert kinds(text) == [
        [("Node", "v1")],
        [("Deployment", "apps/v1"), ("Deployment", "apps/v1")],
    ]


def test_items_null_is_an_empty_list() -> None:
    document = only(b'{"kind": "NodeList", "apiVersion": "v1", "items": null}')

    assert document.list_of == ("Node", "v1")
    assert document.items == ()


def test_a_single_object_keeps_its_bytes() -> None:
    document = only(NODE)

    assert [bytes(item) for item in document.items] == [NODE]
    assert not document.is_list


def test_a_list_that_goes_on_elsewhere_is_partial() -> None:
    page = b'{"kind": "NodeList", "items": [], "metadata": {"continue": "eyJ2"}}'

    assert only(page).partial
    assert not only(page.replace(b"eyJ2", b"")).partial


def test_a_status_is_the_refusal_of_an_answer() -> None:
    status = b'{"kind": "Status", "apiVersion": "v1", "metadata": {}, "message": "forbidden"}'

    assert only(status).refusal == "forbidden"
    assert only(b'{"kind": "Status", "message": 4}').refusal == "no reason given"


def test_json_that_kubectl_did_not_write_has_no_kind() -> None:
    assert only(b'{"clientVersion": {"gitVersion": "v1.28.4"}}').kind == ""


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param(b'{"kind": "Node",\n "metadata": }', 2, "is no JSON: invalid", id="syntax"),
        pytest.param(b'{"kind": "List",\n"items": [\n{"a"', 3, "truncated", id="cut off"),
        pytest.param(NODE + b"\n" + NODE + b"\n{,", 3, "is no JSON", id="third of three"),
        pytest.param(NODE + b"\n3", 2, "Expected `object | array`", id="a number"),
        pytest.param(b'\n{"kind": 3}', 2, "Expected `str | null`", id="kind is a number"),
        pytest.param(b'{"kind": "NodeList",\n "items": {}}', 1, "items", id="items is no list"),
        pytest.param(b'{"kind": "\xff"}', 1, "utf-8", id="undecodable"),
        pytest.param(b'{"metadata": {"name": "a"}}', 1, "has no kind", id="kind is missing"),
        pytest.param(b'{"kind": "List", "items": [' + b"[" * 9999, 1, "nested", id="deep"),
        pytest.param(b"kind: Node\nmetadata: [", 2, "flow node", id="YAML syntax"),
        pytest.param(b"kind: Node\n---\nnothing but text", 3, "got `str`", id="YAML text"),
        pytest.param(b"kind: Node\nmetadata: !vault x\n", 2, "holds the tag !vault", id="YAML tag"),
        pytest.param(b"kind: \xff", 1, "not UTF-8", id="YAML undecodable"),
        pytest.param(b"\x00\x01", 1, "does not allow", id="binary"),
    ],
)
def test_what_is_broken_is_told_with_its_line(text: bytes, line: int, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        list(split(text))

    assert caught.value.line == line
    assert message in caught.value.message


def test_documents_before_a_broken_one_are_returned() -> None:
    found = split(NODE + b"{")

    assert next(found).kind == "Node"
    with pytest.raises(ParseError):
        next(found)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        pytest.param(b"3", "Expected `object`", id="no object"),
        pytest.param(b'{"metadata": {}}', "has no kind", id="no kind"),
    ],
)
def test_an_item_without_a_kind_is_an_error(item: bytes, message: str) -> None:
    document = only(b'{"kind": "List", "items": [%s]}' % item)

    with pytest.raises(ParseError, match=message):
        document.type_of(document.items[0])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'{"kind": "List",\n"items": [\n3,\n{"kind": "Node"}]}', id="JSON"),
        pytest.param(b"kind: List\nitems:\n- 3\n- kind: Node\n", id="YAML"),
    ],
)
def test_the_line_of_an_item_is_known(text: bytes) -> None:
    document = only(text)

    assert document.line_of(1, document.items[1]) == 4


def test_yaml_that_would_need_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_MARKS", 10)

    with pytest.raises(ParseError, match="is too much YAML; write it with -o json"):
        list(split(b"- a\n" * 20))


@pytest.mark.parametrize("text", [b"", b" \n", b"# nothing\n---\n"])
def test_a_text_without_documents_is_an_error(text: bytes) -> None:
    with pytest.raises(ParseError, match="is empty"):
        list(split(text))


def test_a_flood_of_values_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_SMALL", 10)

    with pytest.raises(ParseError, match="holds more values than a dump of its size can"):
        list(split(b"[3" + b",3" * 20 + b"]"))


@pytest.mark.parametrize("text", [b"{}" * 4, b"[{},{},{},{}]"])
def test_objects_without_end_are_refused(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(documents, "MAX_OBJECTS", 3)

    with pytest.raises(ParseError, match="holds more than 3 objects"):
        list(split(text))


def test_the_decoder_still_tells_where_a_document_ends() -> None:
    with pytest.raises(msgspec.DecodeError, match=r"trailing characters \(byte 4\)"):
        msgspec.json.decode(b"{} {}")
