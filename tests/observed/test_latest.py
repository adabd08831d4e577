import pytest

from exporter.observed import latest as module
from exporter.observed.latest import Latest, Tombstones


@pytest.mark.parametrize(
    ("versions", "kept"),
    [
        pytest.param([1, 2], 1, id="newer"),
        pytest.param([2, 1], 0, id="older"),
        pytest.param([2, 2], 1, id="same"),
        pytest.param([2, -1], 1, id="unknown"),
        pytest.param([-1, 1], 1, id="known after unknown"),
    ],
)
def test_the_newest_version_counts_and_else_the_later(versions: list[int], kept: int) -> None:
    latest: Latest[str, int] = Latest()

    for value, version in enumerate(versions):
        latest.put("key", value, version)

    assert latest.values() == {"key": kept}


def test_what_is_dropped_is_gone_whether_it_was_there_or_not() -> None:
    latest: Latest[str, int] = Latest()
    latest.put("key", 1, 1)

    latest.drop("key")
    latest.drop("key")

    assert latest.values() == {}


@pytest.mark.parametrize(
    ("dropped", "kept"),
    [
        pytest.param(2, {}, id="newer"),
        pytest.param(1, {}, id="same"),
        pytest.param(0, {"key": 5}, id="older"),
        pytest.param(-1, {}, id="unknown"),
    ],
)
def test_late_news_of_an_end_does_not_end_what_came_after(
    dropped: int, kept: dict[str, int]
) -> None:
    latest: Latest[str, int] = Latest()
    latest.put("key", 5, 1)

    latest.drop("key", dropped)

    assert latest.values() == kept


def test_late_news_of_what_went_does_not_bring_it_back() -> None:
    latest: Latest[str, int] = Latest()
    latest.put("key", 1, 1)
    latest.drop("key", 3)

    assert not latest.put("key", 2, 2)
    assert not latest.put("key", 3, 3)
    assert latest.values() == {}
    assert latest.put("key", 4, 4)


def test_put_tells_whether_the_value_changed() -> None:
    latest: Latest[str, int] = Latest()

    assert latest.put("key", 1, 1)
    assert not latest.put("key", 1, 2)
    assert latest.put("key", 2, 3)
    assert len(latest) == 1


def test_of_what_went_only_the_last_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TOMBSTONES", 2)
    tombstones: Tombstones[str] = Tombstones()

    for version, key in enumerate("abac"):
        tombstones.add(key, version)

    assert [tombstones.covers(key, 0) for key in "abc"] == [True, False, True]
