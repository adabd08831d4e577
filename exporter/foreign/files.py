"""Files read whole, but never more of them than was asked for."""

from pathlib import Path

from exporter.domain.errors import ReadError, Reason

MIB = 1 << 20


def read_bytes(path: Path, *, name: str, limit: int) -> bytes:
    """Return the content of a regular file of at most *limit* bytes.

    *name* stands for the path in messages. Raises :exc:`ReadError`.
    """
    try:
        if not path.is_file():
            what = "is a directory" if path.is_dir() else "is no regular file"
            if not path.exists():
                what = "does not exist"
            raise ReadError(what, reason=Reason.MISSING, path=name)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        reason = Reason.FORBIDDEN if isinstance(error, PermissionError) else Reason.MISSING
        raise ReadError(f"cannot be read: {error.strerror}", reason=reason, path=name) from None
    if len(data) > limit:
        raise ReadError(f"is larger than {limit // MIB} MiB", reason=Reason.TOO_LARGE, path=name)
    return data


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
