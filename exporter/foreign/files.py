"""Files read whole, but never more of them than was asked for."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from exporter.domain.errors import ReadError, Reason

MIB = 1 << 20


def read_bytes(
    path: Path, *, name: str, limit: int, check: Callable[[str], None] | None = None
) -> bytes:
    """Return the content of a regular file of at most *limit* bytes.

    *name* stands for the path in messages. *check* is told where the file lies that was opened:
    what *path* leads to may have changed since it was resolved. Raises :exc:`ReadError`.
    """
    try:
        if not path.is_file():
            what = "is a directory" if path.is_dir() else "is no regular file"
            if not path.exists():
                what = "does not exist"
            raise ReadError(what, reason=Reason.MISSING, path=name)
        with path.open("rb") as file:
            if check is not None:
                check(_place(file.fileno(), path))
            data = file.read(limit + 1)
    except OSError as error:
        reason = Reason.FORBIDDEN if isinstance(error, PermissionError) else Reason.MISSING
        raise ReadError(f"cannot be read: {error.strerror}", reason=reason, path=name) from None
    if len(data) > limit:
        raise ReadError(f"is larger than {limit // MIB} MiB", reason=Reason.TOO_LARGE, path=name)
    return data


def _place(descriptor: int, path: Path) -> str:
    """Return where an open file lies, as the kernel says; *path* where it does not say it."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}").removesuffix(" (deleted)")  # noqa: PTH115 - as a text
    except OSError:
        return str(path)


def decode(data: bytes, *, name: str) -> str:
    """Return *data* as UTF-8 text (a byte order mark is dropped); raises :exc:`ReadError`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReadError(
            f"holds a byte that is not UTF-8 (0x{data[error.start]:02x})",
            reason=Reason.MALFORMED,
            path=name,
            line=line,
        ) from None


def fingerprint(path: Path) -> str:
    """Return a digest that changes whenever a file at or below *path* does; "" where none is.

    Names, sizes and times of change are looked at, not contents; of ``.git`` only what tells the
    commit. Links are resolved at the top only, as git-sync swaps that one.
    """
    digest = hashlib.blake2b(digest_size=16)
    real = path.resolve()
    if not real.exists():
        return ""
    for name, status in _entries(real):
        line = f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0{status.st_ino}\n"
        digest.update(os.fsencode(line))  # a name may be any bytes
    return digest.hexdigest()


def _entries(real: Path) -> Iterator[tuple[str, os.stat_result]]:
    yield str(real), real.stat()
    for name in ("HEAD", "packed-refs", "logs/HEAD"):
        head = real / ".git" / name
        if head.is_file():
            yield name, head.stat()
    for folder, folders, names in os.walk(real):
        folders[:] = sorted(one for one in folders if one != ".git")
        for name in sorted(names):
            file = os.path.join(folder, name)  # noqa: PTH118 - 20,000 of them, every interval
            try:
                yield file, os.lstat(file)
            except OSError:
                continue
