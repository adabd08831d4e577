from collections.abc import Callable

import msgspec
import pytest

from exporter.domain.errors import Reason
from exporter.observed.kubernetes.messages import (
    Bookmark,
    EventType,
    parse_bookmark,
    parse_event,
    parse_page,
    parse_review,
)
from exporter.observed.kubernetes.trouble import WatchError


def test_an_event_keeps_its_object_as_bytes() -> None:
    event = parse_event(b'{"type":"ADDED","object":{"kind":"Node"},"more":1}')

    assert event.type is EventType.ADDED
    assert bytes(event.object) == b'{"kind":"Node"}'


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
    first = parse_page(b'{"metadata":{"resourceVersion":"7","continue":"t"},"items":[{},{}]}')
    last = parse_page(b'{"items":null,"metadata":{"resourceVersion":"7"}}')

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
        parse_page,
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
