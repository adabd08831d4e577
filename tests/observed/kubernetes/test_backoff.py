import pytest

from exporter.observed.kubernetes.backoff import Backoff, between
from exporter.observed.kubernetes.limits import Limits

LIMITS = Limits(first_pause=1, last_pause=5, longest_wait=20)


def test_pauses_double_up_to_a_bound_and_begin_short_again_after_success() -> None:
    pauses = Backoff(LIMITS, among=lambda _, longest: longest)

    assert [pauses.next() for _ in range(5)] == [1, 2, 4, 5, 5]
    pauses.reset()
    assert pauses.next() == 1


def test_pauses_differ_by_up_to_a_half() -> None:
    pauses = Backoff(LIMITS)

    assert all(2.5 <= pauses.next() <= 5 for _ in range(50) if pauses.tries > 2)


def test_no_number_of_tries_is_too_large() -> None:
    assert Backoff(LIMITS, tries=10_000).next() <= 5


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        pytest.param(None, 1, id="nothing"),
        pytest.param(0.5, 1, id="less"),
        pytest.param(7.0, 7, id="more"),
        pytest.param(1e9, 20, id="too much"),
    ],
)
def test_what_the_server_asks_for_is_honoured_within_reason(
    asked: float | None, pause: float
) -> None:
    assert Backoff(LIMITS, among=lambda _, longest: longest).next(asked) == pause


def test_seconds_at_random_lie_between_their_bounds() -> None:
    assert all(3 <= between(3, 4) <= 4 for _ in range(50))
