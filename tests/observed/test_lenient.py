from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import ParseError
from exporter.observed.kinds import KINDS, KindSpec
from exporter.observed.kinds.application import ApplicationRecord
from exporter.observed.kinds.node import NodeRecord
from exporter.observed.lenient import read
from exporter.observed.pods.records import PodRecord
from exporter.observed.workloads import WorkloadRecord

METADATA = {"name": "a", "namespace": "api"}


def encoded(**content: Any) -> bytes:
    return msgspec.json.encode({"metadata": METADATA, **content})


@pytest.mark.parametrize(
    ("content", "record", "lost"),
    [
        pytest.param({"status": {"phase": 3}}, PodRecord, {"status.phase"}, id="field"),
        pytest.param({"status": 3}, PodRecord, {"status"}, id="part"),
        pytest.param(
            {"spec": {"taints": [{"key": "a", "effect": "x"}, {"key": "a"}, 5]}},
            NodeRecord,
            {"spec.taints[1]", "spec.taints[2]"},
            id="items",
        ),
        pytest.param({"status": {"replicas": "2"}}, WorkloadRecord, {"status.replicas"}, id="int"),
        pytest.param(
            {"spec": {"source": {"path": 1}}}, ApplicationRecord, {"spec.source.path"}, id="deep"
        ),
    ],
)
def test_what_cannot_be_read_is_told_by_its_path(
    content: dict[str, Any], record: type[msgspec.Struct], lost: set[str]
) -> None:
    assert set(read(encoded(**content), record).lost) == lost


def test_what_is_around_can_be_read() -> None:
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}, 7]}

    partial = read(encoded(spec={"nodeName": 5}, status=status), PodRecord)

    assert partial.record.status is not None
    assert partial.record.status.phase == "Running"
    assert [one.type for one in partial.record.status.conditions or ()] == ["Ready"]
    assert set(partial.lost) == {"spec.nodeName", "status.conditions[1]"}


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"resources": [{}, 5, {"health": 7, "kind": 3}]}, id="resources"),
        pytest.param({"resources": "x", "conditions": {}}, id="not even lists"),
        pytest.param({"reconciledAt": 5}, id="a time"),
        pytest.param({"health": {"message": []}}, id="a message"),
    ],
)
def test_what_no_verdict_is_made_of_is_not_missed(status: dict[str, Any]) -> None:
    status = {**status, "sync": {"status": "Synced"}}

    partial = read(encoded(status=status), ApplicationRecord)

    assert partial.lost == {}
    assert partial.record.status is not None
    assert partial.record.status.sync is not None
    assert partial.record.status.sync.status == "Synced"


def test_bytes_that_are_no_text_lose_only_where_they_stand() -> None:
    raw = b'{"metadata": {"name": "a", "labels": {"x": "\xff"}}, "spec": {}}'

    partial = read(raw, NodeRecord)

    assert partial.record.metadata.name == "a"
    assert set(partial.lost) == {"metadata.labels"}


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="no metadata"),
        pytest.param(b'{"metadata": {"name": ""}}', id="empty name"),
        pytest.param(b'{"metadata": {"name": "\xff"}}', id="undecodable name"),
        pytest.param(b'{"metadata": {"name": "a"}, "x": ' + b"[" * 99_999, id="nested"),
    ],
)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_an_object_without_a_name_is_none(kind: KindSpec, raw: bytes) -> None:
    with pytest.raises(ParseError):
        read(raw, kind.record)


@pytest.mark.parametrize(
    ("asked", "lacks"),
    [
        ("spec.nodeName", True),
        ("spec", True),
        ("spec.nodeName.x", True),
        ("spec.node", False),
        ("specs", False),
        ("status", False),
    ],
)
def test_a_path_lacks_what_it_holds_and_what_holds_it(*, asked: str, lacks: bool) -> None:
    partial = read(encoded(spec={"nodeName": 5}), PodRecord)

    assert partial.lacks(asked) is lacks


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["metadata", "name", "spec", "status", "labels", "conditions", "type"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(content=JSON, kind=st.sampled_from(KINDS))
def test_whatever_is_read_strictly_is_read_alike(content: Any, kind: KindSpec) -> None:
    raw = msgspec.json.encode(content)
    try:
        strict = msgspec.json.decode(raw, type=kind.record)
    except msgspec.DecodeError:
        return

    partial = read(raw, kind.record)

    assert partial.lost == {}
    assert msgspec.json.encode(partial.record) == msgspec.json.encode(strict)
