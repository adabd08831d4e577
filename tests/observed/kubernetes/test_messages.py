from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import Reason
from exporter.observed.kinds.pod import KIND as POD
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.messages import (
    Bookmark,
    EventType,
    event_reader,
    parse_bookmark,
    parse_event,
    parse_page,
    parse_review,
    without_managed_fields,
)
from exporter.observed.pods.records import PodRecord


def test_an_event_keeps_its_object_as_bytes() -> None:
    event = parse_event(b'{"type":"ADDED","object":{"kind":"Node"},"more":1}')

    assert event.type is EventType.ADDED
    assert bytes(event.object) == b'{"kind":"Node"}'


MANAGED = [{"manager": "kubelet", "fieldsV1": {"f:spec": {}, "f:status": {"f:phase": {}}}}]
METADATA = {
    "name": "a",
    "namespace": "team",
    "resourceVersion": "7",
    "deletionTimestamp": "2026-01-01T00:00:00Z",
    "labels": {"pod-template-hash": "abc"},
    "annotations": {"kubernetes.io/config.mirror": "b"},
    "ownerReferences": [{"kind": "ReplicaSet", "name": "a-abc", "controller": True}],
}
"""All that is read of a pod's metadata, in the order in which the API server writes it."""
NESTED = '{"metadata":{"managedFields":[]},"spec":{}}'
TRAPS = st.sampled_from(["", ']},"spec":{', "\\", '"', ',"managedFields":[', NESTED])
CLAIM = {"metadata": {"labels": {}, "managedFields": []}, "spec": {"volumeName": "v"}}


def told(pod: object) -> bytes:
    return b'{"type":"ADDED","object":%s}' % msgspec.json.encode(pod)


@given(
    shown=st.sets(st.sampled_from(sorted(METADATA.keys() - {"name"}))),
    text=TRAPS,
    managed=st.sampled_from([None, [], MANAGED]),
    claimed=st.booleans(),
)
def test_a_pod_is_the_same_without_its_managed_fields(
    *, shown: set[str], text: str, managed: list[object] | None, claimed: bool
) -> None:
    metadata: dict[str, object] = {k: v for k, v in METADATA.items() if k in {"name", *shown}}
    metadata["finalizers"] = [text]
    if managed is not None:
        metadata["managedFields"] = managed
    volumes = [{"name": text, "ephemeral": {"volumeClaimTemplate": CLAIM}}] if claimed else []
    pod = {"metadata": metadata, "spec": {"volumes": volumes, "nodeName": text}, "status": {}}

    event = event_reader(POD)(told(pod))

    assert event.object == msgspec.convert(pod, PodRecord)


def test_managed_fields_are_passed_over_unread() -> None:
    pod = {"metadata": {**METADATA, "managedFields": MANAGED}, "spec": {"nodeName": "n"}}

    assert without_managed_fields(told(pod)) == told({**pod, "metadata": METADATA})


def test_a_server_that_sorts_its_fields_loses_none_of_them() -> None:
    metadata = {**METADATA, "managedFields": MANAGED}
    pod = {"metadata": dict(sorted(metadata.items())), "spec": {"nodeName": "n"}}

    event = event_reader(POD)(told(pod))

    assert event.object == msgspec.convert(pod, PodRecord)


NAMED = b'{"metadata":{"name":"a","resourceVersion":"7"}}'


@pytest.mark.parametrize("told", list(EventType))
@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(NAMED, id="an object"),
        pytest.param(b'{"metadata":{"name":"a","resourceVersion":7}}', id="no version"),
        pytest.param(b'{"metadata":{"resourceVersion":"7"}}', id="no name"),
        pytest.param(b'{"metadata":{"name":"a"},"status":[]}', id="another shape"),
        pytest.param(b"7", id="no object"),
    ],
)
def test_an_event_read_in_one_pass_is_the_one_read_in_two(told: EventType, shown: bytes) -> None:
    line = b'{"type":"%s","object":%s}' % (told.value.encode(), shown)

    event = event_reader(POD)(line)

    assert event.type is told
    if isinstance(event.object, msgspec.Raw):
        assert event == parse_event(line)
    else:
        assert event.object == msgspec.json.decode(shown, type=type(event.object))


def test_an_object_that_makes_sense_is_read_with_its_event() -> None:
    read = event_reader(POD)

    found = {
        told: read(b'{"type":"%s","object":%s}' % (told.encode(), NAMED)) for told in EventType
    }

    in_one_pass = {told for told, one in found.items() if not isinstance(one.object, msgspec.Raw)}
    assert in_one_pass == {EventType.ADDED, EventType.MODIFIED, EventType.DELETED}


def test_one_item_that_makes_no_sense_leaves_the_others_readable() -> None:
    text = b'{"metadata":{"resourceVersion":"7"},"items":[%s,{"metadata":7}]}' % NAMED

    page = parse_page(text, POD)

    assert [bytes(one) for one in page.items if isinstance(one, msgspec.Raw)] == [
        NAMED,
        b'{"metadata":7}',
    ]


@pytest.mark.parametrize(
    ("metadata", "bookmark"),
    [
        pytest.param(b'{"resourceVersion":"7"}', Bookmark("7"), id="version"),
        pytest.param(
            b'{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}',
            Bookmark("7", end=True),
            id="end of a list",
        ),
        pytest.param(
            b'{"resourceVersion":"x","annotations":{"other":"true"}}', Bookmark("x"), id="opaque"
        ),
        pytest.param(b'{"resourceVersion":"7","annotations":null}', Bookmark("7"), id="null"),
    ],
)
def test_a_bookmark_says_where_a_watch_is(metadata: bytes, bookmark: Bookmark) -> None:
    assert parse_bookmark(msgspec.Raw(b'{"metadata":%s,"spec":{}}' % metadata)) == bookmark


def test_a_page_has_items_a_version_and_perhaps_a_token() -> None:
    text = b'{"metadata":{"resourceVersion":"7","continue":"t"},"items":[{},{}]}'
    first = parse_page(text, POD)
    last = parse_page(b'{"items":null,"metadata":{"resourceVersion":"7"}}', POD)

    assert (len(first.items), first.version, first.following) == (2, "7", "t")
    assert (last.items, last.following) == ([], "")


@pytest.mark.parametrize("allowed", [True, False])
def test_a_review_says_whether_we_may(allowed: bool) -> None:  # noqa: FBT001 - a parameter
    body = msgspec.json.encode({"spec": {}, "status": {"allowed": allowed}})

    assert parse_review(body) is allowed


@pytest.mark.parametrize(
    "parse",
    [
        parse_event,
        event_reader(POD),
        pytest.param(lambda raw: parse_page(raw, POD), id="parse_page"),
        parse_review,
        pytest.param(lambda raw: parse_bookmark(msgspec.Raw(raw)), id="parse_bookmark"),
    ],
)
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="no JSON"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"{}", id="empty"),
        pytest.param(b'{"metadata":{"resourceVersion":""}}', id="empty version"),
        pytest.param(b'{"items":[],"metadata":{}}', id="no version"),
        pytest.param(b'{"type":"OTHER","object":{}}', id="unknown type"),
        pytest.param(b'{"type":"\xff"}', id="undecodable"),
        pytest.param(b'{"x":' + b"[" * 100_000, id="nested"),
    ],
)
def test_what_is_none_is_an_error(parse: Callable[[bytes], object], raw: bytes) -> None:
    with pytest.raises(WatchError) as raised:
        parse(raw)

    assert raised.value.reason is Reason.MALFORMED
