import msgspec
import pytest

from exporter.observed.folds import apart
from exporter.observed.kinds.node import KIND as NODE
from exporter.observed.kubernetes.content import Content
from tests.observed.kubernetes.objects import node


def raw(name: str, *, version: int, effect: str = "NoSchedule") -> msgspec.Raw:
    taints = [{"key": "k", "effect": effect}]
    metadata = {"resourceVersion": str(version)}
    return msgspec.Raw(msgspec.json.encode(node(name, metadata=metadata, spec={"taints": taints})))


def nodes(content: Content) -> set[str]:
    return set(apart([content.collection.fold.contents()])[0])


def odd(content: Content) -> set[str]:
    return set(apart([content.collection.fold.contents()])[1])


def test_objects_come_and_go() -> None:
    found = Content(NODE)

    assert found.put(raw("a", version=1))
    assert found.put(raw("b", version=2))
    assert found.remove(raw("a", version=3))
    assert nodes(found) == {"b"}


def test_what_tells_nothing_new_changes_nothing() -> None:
    found = Content(NODE)
    found.put(raw("a", version=1))

    assert not found.put(raw("a", version=2))
    assert not found.put(raw("a", version=1))
    assert not found.remove(raw("b", version=3))


def test_an_object_that_makes_no_sense_is_known_by_its_name_until_it_does_or_goes() -> None:
    found = Content(NODE)

    assert found.put(raw("a", version=1, effect="Never"))
    assert found.put(raw("b", version=2, effect="Never"))
    assert odd(found) == {"a", "b"}
    assert found.put(raw("a", version=3))
    assert found.remove(raw("b", version=4, effect="Never"))
    assert (odd(found), nodes(found)) == (set(), {"a"})


def test_an_older_version_that_makes_no_sense_leaves_the_newer_one_alone() -> None:
    found = Content(NODE)
    found.put(raw("a", version=2))

    assert not found.put(raw("a", version=1, effect="Never"))
    assert odd(found) == set()


def test_each_time_that_an_object_makes_no_sense_is_counted() -> None:
    found = Content(NODE)

    assert found.put(raw("a", version=1, effect="Never"))
    assert not found.put(raw("a", version=2, effect="Never"))

    assert (found.odd, found.unnamed) == (2, 0)


@pytest.mark.parametrize("text", [b"{}", b'{"metadata":{"name":5}}', b"[[[", b'{"metadata":null}'])
def test_an_object_without_a_name_is_counted(text: bytes) -> None:
    found = Content(NODE)

    found.put(msgspec.Raw(text))
    found.remove(msgspec.Raw(text))

    assert (found.unnamed, found.odd) == (2, 0)
    assert found.problem
