"""Archives of charts whose headers say what no archive may hold."""

import gzip
import io
import tarfile

import pytest

from exporter.declared.helm.chart import members, unpacked
from exporter.domain.errors import ReadError, Reason
from exporter.foreign.files import MIB
from tests.cost import at_most

END = bytes(1024)
NAMES, EXTENDED, SPARSE = tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, "GNU.sparse."


def member(name: str, data: bytes, *, kind: bytes = tarfile.REGTYPE) -> bytes:
    """Return a member as it stands in an archive."""
    header = tarfile.TarInfo(name)
    header.type, header.size = kind, len(data)
    return header.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % 512)


def extended(**values: str) -> bytes:
    """Return a header with more about the member that follows; ``_`` stands for ``.``."""
    records = ""
    for key, value in values.items():
        rest = f" {key.replace('_', '.')}={value}\n"
        length = len(rest) + len(str(len(rest) + 3))
        records += f"{length}{rest}"
    return member("h", records.encode(), kind=EXTENDED)


def negative(size: int) -> bytes:
    """Return a member that has less than nothing."""
    header = bytearray(member("chart/a", b""))
    header[124:136] = size.to_bytes(12, "big", signed=True)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    return bytes(header)


SPARSE_OF_A_TIB = extended(GNU_sparse_map="0,1", GNU_sparse_size=str(1 << 40))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(SPARSE_OF_A_TIB, Reason.TOO_LARGE, id="a-sparse-TiB"),
        pytest.param(extended(size=str(1 << 80)), Reason.TOO_LARGE, id="larger-than-any-number"),
        pytest.param(extended(GNU_sparse_map="a,b"), Reason.MALFORMED, id="a-map-of-words"),
        pytest.param(
            extended(GNU_sparse_major="1", GNU_sparse_minor="0"), Reason.MALFORMED, id="no-map"
        ),
        pytest.param(member("h", b"a\0", kind=NAMES) * 3000, Reason.MALFORMED, id="name-of-a-name"),
        pytest.param(extended(a="b") * 3000, Reason.MALFORMED, id="header-of-a-header"),
        pytest.param(negative(-1024) * 3, Reason.MALFORMED, id="less-than-nothing"),
    ],
)
def test_a_header_that_makes_no_sense_is_an_error_of_its_archive(
    content: bytes, reason: Reason
) -> None:
    packed = gzip.compress(content + member("chart/a", b"x") + END)

    with pytest.raises(ReadError) as caught:
        list(members(packed, name="shop.tgz"))

    assert (caught.value.reason, caught.value.path) == (reason, "shop.tgz")


def test_archives_in_an_archive_hold_no_more_together_than_one_may() -> None:
    inner = gzip.compress(member("chart/zero", bytes(32 * MIB)) + END)
    outer = gzip.compress(member("chart/a.tgz", inner) * 200 + END)

    sizes: list[int] = []
    with pytest.raises(ReadError, match="holds too much"):
        sizes.extend(len(content) for _, content in unpacked(outer, name="shop.tgz"))

    assert sum(sizes) <= 256 * MIB


def test_very_many_members_are_too_much() -> None:
    packed = gzip.compress(member("chart/a", b"") * 20_001 + END)

    with pytest.raises(ReadError, match="holds too much"):
        list(members(packed, name="shop.tgz"))


def test_an_ordinary_archive_is_read_whole() -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        header = tarfile.TarInfo("chart/Ü" + "x" * 200)
        header.size = 3
        archive.addfile(header, io.BytesIO(b"abc"))

    with at_most(40):
        found = list(members(content.getvalue(), name="shop.tgz"))

    assert found == [(header.name, b"abc")]
