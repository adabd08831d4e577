from pathlib import Path

import pytest

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.files import decode, read_bytes


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")

    assert read_bytes(path, name="a", limit=3) == b"abc"


def test_a_file_over_the_limit_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate((1 << 20) + 1)

    with pytest.raises(ReadError, match="a: is larger than 1 MiB") as caught:
        read_bytes(path, name="a", limit=1 << 20)

    assert caught.value.reason is Reason.TOO_LARGE


def test_what_is_no_regular_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="folder: is a directory"):
        read_bytes(tmp_path, name="folder", limit=1)
    with pytest.raises(ReadError, match="is no regular file"):
        read_bytes(Path("/dev/zero"), name="zero", limit=1)
    with pytest.raises(ReadError, match="does not exist") as caught:
        read_bytes(tmp_path / "nowhere", name="nowhere", limit=1)

    assert caught.value.reason is Reason.MISSING


def test_an_endless_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read: File name too long"):
        read_bytes(tmp_path / ("x" * 300), name="x", limit=1)


def test_a_byte_order_mark_is_dropped() -> None:
    assert decode(b"\xef\xbb\xbfa: \xc3\xa9", name="a") == "a: é"


def test_a_byte_that_is_no_utf_8_is_an_error_with_its_line() -> None:
    with pytest.raises(ReadError, match="0xff") as caught:
        decode(b"a: 1\nb: \xff\n", name="a.yaml")

    assert (caught.value.path, caught.value.line) == ("a.yaml", 2)
    assert caught.value.reason is Reason.MALFORMED
