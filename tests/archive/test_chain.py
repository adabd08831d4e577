"""Whatever is done to an archive is found: change, removal, reordering, truncation, addition."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive.chain import CHAIN, ArchiveError, Chain, Link, signature_file, verified
from exporter.archive.sshsig import parse_key
from exporter.archive.writing import append
from exporter.domain.errors import SettingsError
from tests.archive.kept import KEPT, KEY, copied

FILES = sorted(path.name for path in KEPT.iterdir())
LINES = (KEPT / CHAIN).read_bytes().splitlines(keepends=True)
SIGNED = signature_file(verified(KEPT, keys=[KEY]))
LATER = datetime(2025, 11, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the properties put their copies."""
    return tmp_path_factory.mktemp("tampered")


def problems(archive: Path, **options: object) -> tuple[str, ...]:
    try:
        verified(archive, keys=[KEY], **options)  # type: ignore[arg-type]  # named by the caller
    except ArchiveError as error:
        return error.problems
    return ()


def rewritten(archive: Path, lines: list[bytes]) -> None:
    """Write other lines, and call the signature as a chain of so many is expected to be."""
    (archive / CHAIN).write_bytes(b"".join(lines))
    (archive / SIGNED).rename(archive / f"chain-{len(lines):06}.sig")


def test_an_archive_is_as_it_was_written() -> None:
    chain = verified(KEPT, keys=[KEY])

    assert [link.file for link in chain.links] == FILES[: len(chain.links)]
    assert chain.head == hashlib.sha256(LINES[-1]).hexdigest()


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(FILES), st.integers(0, 1 << 20), st.integers(1, 255))
def test_a_byte_that_is_changed_is_found(folder: Path, name: str, at: int, other: int) -> None:
    archive = copied(folder)
    content = bytearray((archive / name).read_bytes())
    content[at % len(content)] ^= other
    (archive / name).write_bytes(content)

    same = name == SIGNED and b"".join(content.split()) == b"".join(
        (KEPT / name).read_bytes().split()
    )
    assert bool(problems(archive)) != same


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_removed_or_emptied_is_found(tmp_path: Path, name: str) -> None:
    archive = copied(tmp_path)

    (archive / name).write_bytes(b"")
    emptied = problems(archive)
    (archive / name).unlink()

    assert emptied
    assert problems(archive)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, len(LINES) - 1), max_size=5))
def test_lines_that_are_dropped_repeated_or_reordered_are_found(
    folder: Path, order: list[int]
) -> None:
    archive = copied(folder)
    rewritten(archive, [LINES[number] for number in order])

    assert bool(problems(archive)) != (order == [*range(len(LINES))])


@settings(deadline=None, max_examples=20)
@given(st.integers(0, len(LINES) - 1))
def test_a_shorter_chain_with_nothing_else_left_is_found(folder: Path, kept: int) -> None:
    archive = copied(folder)
    rewritten(archive, LINES[:kept])
    for name in FILES[kept : len(LINES)]:
        (archive / name).unlink()

    assert problems(archive)


def test_a_chain_that_is_made_anew_with_its_hashes_is_found(tmp_path: Path) -> None:
    archive = copied(tmp_path)
    name = FILES[0]
    changed = (archive / name).read_bytes().replace(b'"fail"', b'"pass"')
    (archive / name).write_bytes(changed)
    chain = Chain()
    for line in LINES:
        link = msgspec.json.decode(line, type=Link)
        chain = chain.then(
            (archive / link.file).read_bytes(),
            at=datetime.fromisoformat(link.at),
            cluster=link.cluster,
        )
    (archive / CHAIN).write_bytes(chain.content())

    assert problems(archive) == (f"{SIGNED}: is not that of these bytes",)


def test_reports_that_change_places_are_found(tmp_path: Path) -> None:
    archive = copied(tmp_path)
    (archive / FILES[0]).rename(archive / "x")
    (archive / FILES[1]).rename(archive / FILES[0])
    (archive / "x").rename(archive / FILES[1])

    assert len(problems(archive)) == 2


def test_what_is_added_is_found(tmp_path: Path) -> None:
    archive = copied(tmp_path)
    (archive / "000004-2025-11-16.json").write_bytes(b"{}")

    assert problems(archive) == ("000004-2025-11-16.json: is not of the chain",)


def test_a_report_that_lies_elsewhere_is_none(tmp_path: Path) -> None:
    archive = copied(tmp_path)
    (archive / FILES[0]).rename(tmp_path / "elsewhere")
    (archive / FILES[0]).symlink_to(tmp_path / "elsewhere")

    assert problems(archive) == (f"{FILES[0]}: is no file of an archive",)


def test_an_older_copy_is_found_by_a_head_that_was_noted(key: Path, tmp_path: Path) -> None:
    public = key.with_suffix(".pub").read_text()
    archive = tmp_path / "archive"
    append(archive, b"{}", at=LATER, cluster="", key=key)
    shutil.copytree(archive, tmp_path / "older")
    head = append(archive, b"{}", at=LATER, cluster="", key=key).head

    keys = [parse_key(public)]
    assert verified(archive, keys=keys, heads=[head]).head == head
    with pytest.raises(ArchiveError, match="it is cut off"):
        verified(tmp_path / "older", keys=keys, heads=[head])


def test_nothing_is_added_to_what_was_changed(key: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    append(archive, b"{}", at=LATER, cluster="", key=key)
    (archive / "000001-2025-11-16.json").write_bytes(b"[]")

    with pytest.raises(ArchiveError, match="is not as it was written"):
        append(archive, b"{}", at=LATER, cluster="", key=key)


def test_what_an_interrupted_write_left_over_is_cleared_by_the_next(
    key: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    append(archive, b"{}", at=LATER, cluster="", key=key)
    for name in ("000002-2025-11-16.json", "chain-000002.sig", ".chain.jsonl.new"):
        (archive / name).write_bytes(b"half")

    chain = append(archive, b"{}", at=LATER, cluster="", key=key)

    assert sorted(path.name for path in archive.iterdir()) == [
        *(link.file for link in chain.links),
        "chain-000002.sig",
        CHAIN,
    ]


@pytest.mark.parametrize(
    ("name", "at", "problem"),
    [
        pytest.param("notes.txt", LATER, "is not empty", id="another folder"),
        pytest.param("", datetime(2025, 11, 1, tzinfo=UTC), "has a report of", id="older"),
    ],
)
def test_what_cannot_be_added_is_refused(
    key: Path, tmp_path: Path, name: str, at: datetime, problem: str
) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    if name:
        (archive / name).write_text("x")
    else:
        append(archive, b"{}", at=LATER, cluster="", key=key)

    with pytest.raises(SettingsError, match=problem):
        append(archive, b"{}", at=at, cluster="", key=key)
