"""The files of a dump: which there are, and their bytes, unpacked and bounded."""

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG

from exporter.domain.errors import ReadError, Reason
from exporter.foreign.files import MIB, read_bytes

ENDINGS = (".json", ".yaml", ".yml")
MAX_FILES = 100_000
MAX_DEPTH = 10
MAX_BYTES = 4096 * MIB
"""The largest file, also once it is unpacked: two dumps of the largest cluster there may be."""

MAX_RATIO = 400
"""How many times its size a file may unpack to; dumps reach 100, a bomb 1,000."""

_FREE = 16 * MIB
_SLICE = 65_536
_PIECE = MIB
_MAX_MEMBERS = 1000
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class DumpFile:
    """A file of a dump; *name* is relative to the dump, *modified* the instant it was written."""

    path: Path
    name: str
    modified: datetime

    @property
    def stem(self) -> str:
        """The file's own name without its endings."""
        stem = Path(self.name).name.removesuffix(".gz")
        return next(
            (stem.removesuffix(ending) for ending in ENDINGS if stem.endswith(ending)), stem
        )


def find_files(root: Path) -> tuple[list[DumpFile], list[ReadError]]:
    """Return the files of a dump, sorted by name, and what of it could not be looked into.

    A file is taken as it is. Of a folder those ``ENDINGS`` are taken, packed (``.gz``) or not,
    that are not hidden; a link counts where it stays inside. Raises :exc:`ReadError` where
    there is nothing to read, or too much.
    """
    try:
        if root.is_file():
            return [_dump_file(root, root.name)], []
        if not root.is_dir():
            raise ReadError("does not exist", reason=Reason.MISSING, path=str(root))
    except OSError as error:
        raise _unreadable(error, str(root)) from None
    errors: list[ReadError] = []
    found = [*_files(root.resolve(), errors)]
    if not found and not errors:
        raise ReadError(
            f"holds no {', '.join(ENDINGS)} file",
            reason=Reason.MISSING,
            path=str(root),
            advice="write one with `kubectl get nodes,pods,... -A -o json`",
        )
    return sorted(found, key=lambda file: file.name), errors


def _files(root: Path, errors: list[ReadError]) -> Iterator[DumpFile]:
    number = 0
    for path in _walk(root, errors):
        name = path.relative_to(root).as_posix()
        real = Path(os.path.realpath(path))
        if real != path and root not in real.parents:
            errors.append(ReadError("leads out of the dump", reason=Reason.OUTSIDE, path=name))
            continue
        number += 1
        if number > MAX_FILES:
            raise ReadError(
                f"holds more than {MAX_FILES:,} files", reason=Reason.TOO_LARGE, path=str(root)
            )
        try:
            yield _dump_file(path, name)
        except OSError as error:
            errors.append(_unreadable(error, name))


def _walk(root: Path, errors: list[ReadError]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        folder = os.path.relpath(error.filename or root, root)
        errors.append(_unreadable(error, folder))

    for folder, folders, names in os.walk(root, onerror=note):
        here = Path(folder)
        if len(here.relative_to(root).parts) >= MAX_DEPTH and folders:
            name = here.relative_to(root).as_posix()
            errors.append(ReadError("is nested too deeply", reason=Reason.TOO_LARGE, path=name))
            folders.clear()
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for name in names:
            if not name.startswith(".") and name.removesuffix(".gz").endswith(ENDINGS):
                yield here / name


def _dump_file(path: Path, name: str) -> DumpFile:
    return DumpFile(path, name, datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _unreadable(error: OSError, name: str) -> ReadError:
    reason = Reason.FORBIDDEN if isinstance(error, PermissionError) else Reason.MISSING
    return ReadError(f"cannot be read: {error.strerror}", reason=reason, path=name)


def load(file: DumpFile, *, limit: int = MAX_BYTES) -> bytes | bytearray:
    """Return the text of a file as UTF-8, unpacked; of at most *limit* bytes.

    Raises :exc:`ReadError`.
    """
    try:
        status = file.path.stat()
    except OSError as error:
        raise _unreadable(error, file.name) from None
    if S_ISREG(status.st_mode) and status.st_size > limit:
        raise _too_large(file.name, limit)
    room = min(limit, status.st_size + MIB)  # it may grow while it is read
    data = read_bytes(file.path, name=file.name, limit=room)
    if data.startswith(_GZIP):
        return _as_utf8(_unpack(data, name=file.name, limit=limit), file.name)
    return _as_utf8(data, file.name)


def _unpack(data: bytes, *, name: str, limit: int) -> bytearray:
    """Return what gzip members, one after the other, unpack to."""
    most = min(limit, max(_FREE, MAX_RATIO * len(data)))
    text, members = bytearray(), 1
    stream = zlib.decompressobj(wbits=31)
    try:
        for start in range(0, len(data), _SLICE):
            rest, piece = data[start : start + _SLICE], b""
            while rest or len(piece) == _PIECE:  # then zlib may hold back more
                if stream.eof:
                    rest = rest.lstrip(b"\0")  # gzip allows padding between members
                    if not rest:
                        break
                    stream, members = zlib.decompressobj(wbits=31), members + 1
                piece = stream.decompress(rest, _PIECE)
                text += piece
                rest = stream.unconsumed_tail or stream.unused_data
                if len(text) > most or members > _MAX_MEMBERS:
                    raise _too_large(name, most)
    except zlib.error as error:
        raise ReadError(f"is no gzip: {error}", reason=Reason.MALFORMED, path=name) from None
    if not stream.eof:
        raise ReadError("ends in the middle", reason=Reason.MALFORMED, path=name)
    return text


def _too_large(name: str, limit: int) -> ReadError:
    return ReadError(
        f"is larger than {limit // MIB:,} MiB",
        reason=Reason.TOO_LARGE,
        path=name,
        advice="write one file for each kind",
    )


def _as_utf8(data: bytes | bytearray, name: str) -> bytes | bytearray:
    """Drop a byte order mark; PowerShell writes UTF-16 where output is redirected."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError:
            raise ReadError("is no UTF-16", reason=Reason.MALFORMED, path=name) from None
    return data[3:] if data.startswith(b"\xef\xbb\xbf") else data
