"""Adding a report to an archive, so that a crash leaves either the old chain or the new one."""

import os
from datetime import UTC, datetime
from pathlib import Path

from exporter.archive.chain import CHAIN, Chain, left_over, signature_file, verified
from exporter.archive.signing import public_key, sign
from exporter.domain.errors import SettingsError


def append(folder: Path, content: bytes, *, at: datetime, cluster: str, key: Path) -> Chain:
    """Add a report as of *at*, and sign the chain with *key*; return the chain.

    Nothing is added to an archive that was changed since: that would sign what somebody else
    wrote. Raises :exc:`ArchiveError` then, and :exc:`SettingsError` where nothing can be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        chain = _known(folder, key)
        if chain.links and at.astimezone(UTC).isoformat() < chain.links[-1].at:
            raise SettingsError([f"{folder}: has a report of {chain.links[-1].at} already"])
        return _appended(folder, chain.then(content, at=at, cluster=cluster), content, key)
    except OSError as error:
        raise SettingsError([f"{folder}: {error.strerror or error}"]) from None


def _known(folder: Path, key: Path) -> Chain:
    """Return the chain that is there, after removing what an interrupted write left over."""
    if not (folder / CHAIN).exists():
        if any(folder.iterdir()):
            raise SettingsError([f"{folder}: is not empty, and holds no archive"])
        return Chain()
    chain = verified(folder, keys=[public_key(key)], spare=True)
    for path in left_over(folder, chain):
        path.unlink()
    return chain


def _appended(folder: Path, chain: Chain, content: bytes, key: Path) -> Chain:
    """Write report and signature first: the chain, renamed into place, makes them count."""
    old, whole = signature_file(Chain(chain.links[:-1])), chain.content()
    signature = sign(whole, key=key)
    _write(folder / chain.links[-1].file, content)
    _write(folder / signature_file(chain), signature.encode())
    _write(folder / CHAIN, whole)
    (folder / old).unlink(missing_ok=True)
    return chain


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole, and stays, or not at all."""
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
