"""A report that this version cannot read is an error of the archive that names its file."""

from pathlib import Path

import pytest

from exporter.archive.chain import CHAIN, ArchiveError, verified
from exporter.archive.reports import Reports
from tests.archive.kept import KEPT, KEY, copied

CHAINED = verified(KEPT, keys={KEY})
BROKEN = [
    pytest.param(b'{"at": "\x80"}', id="no text"),
    pytest.param(b'{"x": ' + b"[" * 100_000, id="nested without end"),
    pytest.param(b"[]", id="of another form"),
]


@pytest.mark.parametrize("content", BROKEN)
def test_a_report_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    link = CHAINED.links[0]
    (tmp_path / link.file).write_bytes(content)

    with pytest.raises(ArchiveError, match=link.file):
        Reports(tmp_path, CHAINED).read(link)


@pytest.mark.parametrize("content", BROKEN)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    folder = copied(tmp_path)
    (folder / CHAIN).write_bytes(content)

    with pytest.raises(ArchiveError, match=rf"{CHAIN}:1: is not as it was written"):
        verified(folder, keys={KEY})
