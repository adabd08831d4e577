"""The store shows every moment since the last compaction as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apiserver.client import node, pod
from tests.apiserver.store import Collection, Store

Change = tuple[str, str]
CHANGES = st.lists(
    st.tuples(st.sampled_from(["put", "put", "put", "delete", "compact"]), st.sampled_from("abcd")),
    max_size=25,
)


def apply(store: Store, change: Change) -> None:
    """Make a change, if it is possible."""
    what, name = change
    if what == "put":
        store.put(node(name))
    elif what == "compact":
        store.compact()
    elif store.get("nodes", name) is not None:
        store.delete("nodes", name)


def numbers(collection: Collection, number: int) -> list[tuple[str, int]]:
    return [(one.name, one.number) for one in collection.at(number)]


@given(CHANGES)
def test_every_moment_is_shown_as_it_was(changes: list[Change]) -> None:
    store = Store()
    collection = store.of("nodes")
    moments = {store.number: numbers(collection, store.number)}

    for change in changes:
        apply(store, change)
        moments[store.number] = numbers(collection, store.number)

    for number, shown in moments.items():
        if number >= collection.oldest:
            assert numbers(collection, number) == shown
            for after in ("", "/a", "/b", "/c"):
                behind = [one for one in shown if f"/{one[0]}" > after]
                assert collection.remaining(number, after=after) == len(behind)


@given(CHANGES)
def test_the_changes_since_a_moment_lead_from_it_to_now(changes: list[Change]) -> None:
    store = Store()
    collection = store.of("nodes")
    middle = len(changes) // 2

    for change in changes[:middle]:
        apply(store, change)
    start = store.number
    state = dict(numbers(collection, start))
    for change in changes[middle:]:
        apply(store, change)

    if start >= collection.oldest:
        for event in collection.since(start):
            assert (event.previous is not None) is (event.version.name in state)
            if event.version.deleted:
                del state[event.version.name]
            else:
                state[event.version.name] = event.version.number
        assert state == dict(numbers(collection, store.number))


def test_versions_are_counted_over_all_kinds() -> None:
    store = Store()

    assert [store.put(node("a")), store.put(pod("p")), store.delete("nodes", "a")] == [2, 3, 4]


def test_what_an_object_was_born_with_stays() -> None:
    store = Store()
    store.put(node("a"))
    before = store.get("nodes", "a")

    store.put(node("a", labels={"x": "1"}))

    after = store.get("nodes", "a")
    assert before is not None
    assert after is not None
    for field in ("uid", "creationTimestamp"):
        assert after["metadata"][field] == before["metadata"][field]


def test_an_object_that_comes_again_is_another_one() -> None:
    store = Store()
    uids = set()
    for _ in range(2):
        store.put(node("a"))
        found = store.get("nodes", "a")
        assert found is not None
        uids.add(found["metadata"]["uid"])
        store.delete("nodes", "a")

    assert len(uids) == 2


def test_all_objects_of_a_kind_are_replaced() -> None:
    store = Store()
    for name in "ab":
        store.put(pod(name))

    store.replace_all("pods", [pod("b"), pod("c")])

    assert [one["metadata"]["name"] for one in store.objects("Pod")] == ["b", "c"]


def test_old_changes_are_compacted_when_there_are_many() -> None:
    store = Store(history=10)

    for _ in range(100):
        store.put(node("a"))

    collection = store.of("nodes")
    assert 10 <= len(collection.changes) <= 20
    assert collection.oldest > 50
    assert numbers(collection, store.number) == [("a", store.number)]


@pytest.mark.parametrize(
    "what",
    [
        pytest.param("things", id="plural"),
        pytest.param({"apiVersion": "v2", "kind": "Node"}, id="object"),
    ],
)
def test_a_kind_that_is_not_served_is_told(what: str | dict[str, str]) -> None:
    with pytest.raises(LookupError, match="no resource is installed"):
        Store().of(what)


def test_what_is_not_there_cannot_be_deleted() -> None:
    with pytest.raises(LookupError, match="there is no nodes /a"):
        Store().delete("nodes", "a")
