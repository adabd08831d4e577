"""What an archive of reports holds, which somebody may have changed before it is verified."""

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

from exporter.archive.chain import CHAIN, ArchiveError, Chain, signature_file, verified
from exporter.archive.reports import Reports
from exporter.archive.signing import NAMESPACE
from exporter.archive.sshsig import parse_key, verify
from exporter.domain.errors import ParseError
from exporter.report.texts import Lang, texts
from tests.archive.kept import KEPT, KEY, SIGNER

from .target import Target, folder

_A = "exporter.archive"


@functools.cache
def _chain() -> Chain:
    return verified(KEPT, keys={KEY})


def _changed(name: str) -> Callable[[bytes], Path]:
    """Return what writes bytes to a file of a copy of the archive."""

    @functools.cache
    def copy() -> Path:
        return Path(shutil.copytree(KEPT, folder() / name))

    def write(data: bytes) -> Path:
        (copy() / name).write_bytes(data)
        return copy()

    return write


_SIGNATURE = signature_file(_chain())
_REPORT = _chain().links[0].file

TARGETS = (
    Target(
        name="archive-key",
        modules=(f"{_A}.sshsig",),
        parse=parse_key,
        seeds=(SIGNER.read_bytes(),),
        allowed=(ParseError,),
    ),
    Target(
        name="archive-signature",
        modules=(f"{_A}.sshsig",),
        parse=lambda text: verify(
            (KEPT / CHAIN).read_bytes(), text, keys=frozenset({KEY}), namespace=NAMESPACE
        ),
        seeds=((KEPT / _SIGNATURE).read_bytes(),),
        allowed=(ParseError,),
    ),
    Target(
        name="archive-chain",
        modules=(f"{_A}.chain",),
        given=_changed(CHAIN),
        parse=lambda path: verified(path, keys={KEY}),
        seeds=((KEPT / CHAIN).read_bytes(),),
        allowed=(ArchiveError,),
    ),
    Target(
        name="archive-report",
        modules=(f"{_A}.reports",),
        given=_changed(_REPORT),
        parse=lambda path: Reports(path, _chain()).read(_chain().links[0]),
        seeds=((KEPT / _REPORT).read_bytes(),),
        allowed=(ArchiveError,),
    ),
    Target(
        name="sentence",
        modules=("exporter.report.details",),
        parse=lambda text: texts(Lang.KO).detail(text),
        seeds=(
            b"path 'a' does not exist; it last succeeded at 2025-11-09T08:20:00+00:00",
            b"a (b; c is not known: d), e and 2 more",
        ),
    ),
)
