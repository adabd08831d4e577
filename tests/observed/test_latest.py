import pytest

from exporter.observed.latest import Latest


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
