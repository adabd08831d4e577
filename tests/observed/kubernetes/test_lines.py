import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.errors import Reason
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.lines import Lines


@given(st.lists(st.binary(max_size=9).map(lambda part: part.replace(b"\n", b"")), max_size=6))
def test_lines_do_not_depend_on_the_pieces_in_which_they_come(whole: list[bytes]) -> None:
    text = b"".join(one + b"\n" for one in whole)
    lines = Lines(100)

    found = [line for index in range(len(text)) for line in lines.feed(text[index : index + 1])]

    assert found == list(Lines(100).feed(text)) == [one.strip() for one in whole if one.strip()]
    assert not lines.unfinished


def test_a_line_without_its_end_is_unfinished() -> None:
    lines = Lines(100)

    assert list(lines.feed(b"one\ntw")) == [b"one"]
    assert lines.unfinished
    assert list(lines.feed(b"o\n")) == [b"two"]
    assert not lines.unfinished


@pytest.mark.parametrize("pieces", [[b"x" * 11], [b"x" * 6, b"x" * 6], [b"x" * 11 + b"\n"]])
def test_a_line_that_is_too_long_is_an_error(pieces: list[bytes]) -> None:
    lines = Lines(10)
    every = (line for piece in pieces for line in lines.feed(piece))

    with pytest.raises(WatchError, match="longer than 10 bytes") as raised:
        list(every)

    assert raised.value.reason is Reason.TOO_LARGE
