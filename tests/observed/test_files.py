import gzip
import os
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.domain.errors import ReadError, Reason
from exporter.observed import files
from exporter.observed.files import DumpFile, find_files, load


def names(root: Path) -> list[str]:
    return [one.name for one in find_files(root)[0]]


def file(path: Path, content: bytes) -> DumpFile:
    path.write_bytes(content)
    (found,), _ = find_files(path)
    return found


def test_a_folder_gives_its_dumps_and_what_lies_below(tmp_path: Path) -> None:
    for name in ("nodes.json", "pods.json.gz", "apps/a.yaml", "apps/b.yml", "logs.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()

    assert names(tmp_path) == ["apps/a.yaml", "apps/b.yml", "nodes.json", "pods.json.gz"]


def test_what_is_hidden_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "nodes.json").touch()
    (tmp_path / ".nodes.json").touch()
    (tmp_path / "pods.json").touch()

    assert names(tmp_path) == ["pods.json"]


def test_a_mounted_configmap_is_read_through_its_links(tmp_path: Path) -> None:
    (tmp_path / "..2025").mkdir()
    (tmp_path / "..2025" / "nodes.json").write_text("{}")
    (tmp_path / "..data").symlink_to("..2025")
    (tmp_path / "nodes.json").symlink_to("..data/nodes.json")

    assert names(tmp_path) == ["nodes.json"]


def test_a_link_out_of_the_dump_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    dump = tmp_path / "dump"
    dump.mkdir()
    (dump / "nodes.json").symlink_to("../secret.json")
    (dump / "pods.json").touch()

    found, errors = find_files(dump)

    assert [one.name for one in found] == ["pods.json"]
    assert [(one.path, one.reason) for one in errors] == [("nodes.json", Reason.OUTSIDE)]


def test_a_dangling_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "nodes.json").symlink_to("gone.json")

    found, errors = find_files(tmp_path)

    assert found == []
    assert [(one.path, one.reason) for one in errors] == [("nodes.json", Reason.MISSING)]


def test_a_dump_is_as_old_as_its_file(tmp_path: Path) -> None:
    path = tmp_path / "cluster.dump"
    path.touch()
    os.utime(path, (1_762_925_400, 1_762_925_400))

    (found,), _ = find_files(path)

    assert found.modified == datetime(2025, 11, 12, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("make", [pytest.param(True, id="empty"), pytest.param(False, id="absent")])
def test_where_no_file_is_there_is_nothing_to_read(tmp_path: Path, *, make: bool) -> None:
    root = tmp_path / "dump"
    if make:
        root.mkdir()

    with pytest.raises(ReadError) as caught:
        find_files(root)

    assert caught.value.reason is Reason.MISSING
    assert str(root) in str(caught.value)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    for name in "abc":
        (tmp_path / f"{name}.json").touch()

    with pytest.raises(ReadError, match="holds more than 2 files"):
        find_files(tmp_path)


def test_folders_without_end_are_cut_off_and_reported(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefghijkl")
    deep.mkdir(parents=True)
    (deep / "nodes.json").touch()
    (tmp_path / "pods.json").touch()

    found, errors = find_files(tmp_path)

    assert [one.name for one in found] == ["pods.json"]
    assert [one.message for one in errors] == ["is nested too deeply"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("nodes.json", "nodes"),
        ("apps/applications.argoproj.io.yaml.gz", "applications.argoproj.io"),
        ("cluster.dump", "cluster.dump"),
    ],
)
def test_the_stem_is_the_name_without_its_endings(tmp_path: Path, name: str, stem: str) -> None:
    assert DumpFile(tmp_path / name, name, datetime.now(UTC)).stem == stem


def test_gzip_is_recognised_by_content_and_may_have_several_members(tmp_path: Path) -> None:
    packed = gzip.compress(b"{}\n") + gzip.compress(b"[]") + b"\0\0"

    assert load(file(tmp_path / "nodes.json", packed)) == b"{}\n[]"


@pytest.mark.parametrize(
    "content",
    [
        *(pytest.param(os.urandom(size), id=f"{size} any") for size in (70_000, 300_000)),
        *(
            pytest.param(b" " * ((1 << 20) + more), id=f"a MiB and {more}")
            for more in (-1, 0, 1, 2 << 20)
        ),
    ],
)
def test_gzip_is_unpacked_whole_however_long_it_is(tmp_path: Path, content: bytes) -> None:

    assert load(file(tmp_path / "a.json.gz", gzip.compress(content))) == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(gzip.compress(b"x" * 99)[:-9], "ends in the middle", id="cut off"),
        pytest.param(gzip.compress(b"x")[:-5] + b"12345", "is no gzip", id="checksum"),
        pytest.param(gzip.compress(b"x") + b"junk", "is no gzip", id="junk behind it"),
    ],
)
def test_broken_gzip_is_an_error(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=message) as caught:
        load(file(tmp_path / "nodes.json.gz", content))

    assert caught.value.reason is Reason.MALFORMED
    assert caught.value.path == "nodes.json.gz"


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_FREE", 1 << 20)
    bomb = file(tmp_path / "nodes.json.gz", zlib.compress(b"\0" * (8 << 20), wbits=31))

    with pytest.raises(ReadError, match="is larger than") as caught:
        load(bomb)

    assert caught.value.reason is Reason.TOO_LARGE


def test_no_more_is_unpacked_than_is_let_pass(tmp_path: Path) -> None:
    bomb = file(tmp_path / "nodes.json.gz", zlib.compress(b"\0" * (60 << 20), wbits=31))

    tracemalloc.start()
    with pytest.raises(ReadError, match="is larger than 23 MiB"):
        load(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2 * files.MAX_RATIO * bomb.path.stat().st_size


def test_very_many_members_are_a_bomb_too(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is larger than"):
        load(file(tmp_path / "nodes.json.gz", gzip.compress(b"") * 2000))


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is larger than 1 MiB"):
        load(file(tmp_path / "nodes.json", b" " * (2 << 20)), limit=1 << 20)


def test_a_file_that_vanished_is_an_error(tmp_path: Path) -> None:
    gone = file(tmp_path / "nodes.json", b"{}")
    gone.path.unlink()

    with pytest.raises(ReadError) as caught:
        load(gone)

    assert caught.value.reason is Reason.MISSING


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_what_powershell_redirects_is_understood(tmp_path: Path, encoding: str) -> None:
    assert (
        load(file(tmp_path / "nodes.json", '{"a": "é"}'.encode(encoding))) == '{"a": "é"}'.encode()
    )


def test_broken_utf_16_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is no UTF-16"):
        load(file(tmp_path / "nodes.json", b"\xff\xfe\x00"))
