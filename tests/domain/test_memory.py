"""What was worked out before is given again exactly while its sources are the very same."""

import pytest

from exporter.domain.memory import Memory

ONE, EQUAL = ["a"], ["a"]


def made(memory: Memory, *sources: object) -> tuple[bool, object]:
    """Tell whether something was made, and what was given."""
    calls: list[object] = []

    def make() -> object:
        calls.append(object())
        return calls[-1]

    given = memory.once("key", sources, make)
    return bool(calls), given


@pytest.mark.parametrize(
    ("sources", "again"),
    [
        pytest.param((ONE, 1), False, id="the very same"),
        pytest.param((EQUAL, 1), True, id="equal but another"),
        pytest.param((ONE, 2), True, id="one of them changed"),
        pytest.param((ONE,), True, id="one less"),
        pytest.param((ONE, 1, 1), True, id="one more"),
    ],
)
def test_a_value_is_made_again_where_a_source_is_another(
    sources: tuple[object, ...],
    again: bool,  # noqa: FBT001 - a parameter
) -> None:
    memory = Memory()
    _, first = made(memory, ONE, 1)
    memory.next_round()

    anew, given = made(memory, *sources)

    assert anew is again
    assert (given is first) is not again


def test_what_was_not_asked_for_in_a_round_is_forgotten() -> None:
    memory = Memory()
    made(memory, ONE)
    memory.next_round()
    memory.next_round()

    anew, _ = made(memory, ONE)

    assert anew


def test_a_value_is_made_once_in_a_round() -> None:
    memory = Memory()
    _, first = made(memory, ONE)

    anew, given = made(memory, ONE)

    assert not anew
    assert given is first
