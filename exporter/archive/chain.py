"""The chain: one line for each report, with its hash and that of the line before, and a signature.

A folder holds ``chain.jsonl``, ``chain-NNNNNN.sig``, the signature of a chain of that many lines,
and the reports. There is no signature but that of the whole chain, so that no shorter one is left
that would be valid, too.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from exporter.archive import sshsig
from exporter.archive.signing import NAMESPACE
from exporter.domain.errors import ConformanceError, ParseError
from exporter.domain.instants import parse_instant

CHAIN: Final = "chain.jsonl"
FIRST: Final = "0" * 64
"""Stands for the line before the first one."""
LIMIT: Final = 256 << 20
"""Bytes of a chain or a report that is read."""
_OWN: Final = re.compile(
    r"\.?(?:\d{6}-\d{4}-\d\d-\d\d\.json|chain-\d{6}\.sig|chain\.jsonl)(?:\.new)?"
)


class ArchiveError(ConformanceError):
    """An archive is not what was written: *problems* has everything that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A line of the chain: the *number* of a report, its *file* and hash, and the line before."""

    number: int
    at: str
    cluster: str
    file: str
    sha256: str
    previous: str

    def line(self) -> bytes:
        """Return it as it stands in the chain; the same link is always the same line."""
        return json.dumps(msgspec.to_builtins(self), sort_keys=True).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Chain:
    """The links of a folder, from the oldest; *head* is the hash of the last line."""

    links: tuple[Link, ...] = ()

    def content(self) -> bytes:
        """Return the file that holds them."""
        return b"".join(link.line() for link in self.links)

    @property
    def heads(self) -> tuple[str, ...]:
        """The hash of each line: what to note elsewhere, so that no older copy is taken for all."""
        return tuple(hashlib.sha256(link.line()).hexdigest() for link in self.links)

    @property
    def head(self) -> str:
        """The hash of the last line."""
        return (FIRST, *self.heads)[-1]

    def then(self, content: bytes, *, at: datetime, cluster: str) -> "Chain":
        """Return the chain with one more report."""
        number, day = len(self.links) + 1, at.astimezone(UTC)
        link = Link(
            number=number,
            at=day.isoformat(),
            cluster=cluster,
            file=f"{number:06}-{day:%Y-%m-%d}.json",
            sha256=hashlib.sha256(content).hexdigest(),
            previous=self.head,
        )
        return Chain((*self.links, link))


def signature_file(chain: Chain) -> str:
    """Return the name of the file with the signature of *chain*."""
    return f"chain-{len(chain.links):06}.sig"


def verified(
    folder: Path, *, keys: Collection[bytes], heads: Collection[str] = (), spare: bool = False
) -> Chain:
    """Return the chain of *folder*, signed by one of *keys* and with its reports as they were.

    Raises :exc:`ArchiveError` with everything that was changed, removed, added, reordered or cut
    off. *heads* are hashes that were noted when reports were added: a chain without one of them is
    an older copy. With *spare* what a broken write may have left over is no problem.
    """
    content = _read(folder / CHAIN)
    chain, problems = _parsed(content)
    problems += _linked(chain)
    problems += _signed(folder, chain, content, frozenset(keys))
    problems += [problem for link in chain.links for problem in _reported(folder, link)]
    problems += [] if spare else _strays(folder, chain)
    problems += [] if chain.links or problems else [f"{CHAIN}: holds no report"]
    missing = [head for head in heads if head not in (FIRST, *chain.heads)]
    problems += [f"the chain lacks {head}, which was its head: it is cut off" for head in missing]
    if problems:
        raise ArchiveError(problems)
    return chain


def _read(path: Path) -> bytes:
    try:
        if path.is_symlink() or path.stat().st_size > LIMIT:
            raise ArchiveError([f"{path.name}: is no file of an archive"])
        return path.read_bytes()
    except OSError as error:
        raise ArchiveError([f"{path.name}: {error.strerror or error}"]) from None


def _parsed(content: bytes) -> tuple[Chain, list[str]]:
    """Return what can be read of a chain; every line has to be as it is written."""
    links, problems = [], []
    for number, line in enumerate(content.splitlines(keepends=True), start=1):
        try:
            link = msgspec.json.decode(line, type=Link)
            parse_instant(link.at)
            intact = link.line() == line
        except (msgspec.MsgspecError, ParseError, UnicodeDecodeError, RecursionError):
            intact = False
        if not intact:
            problems.append(f"{CHAIN}:{number}: is not as it was written")
            break
        links.append(link)
    return Chain(tuple(links)), problems


def _linked(chain: Chain) -> list[str]:
    problems, previous, last = [], FIRST, ""
    for number, (link, head) in enumerate(zip(chain.links, chain.heads, strict=True), start=1):
        if (link.number, link.previous) != (number, previous):
            problems.append(f"{CHAIN}:{number}: does not follow the line before")
        if link.at < last:
            problems.append(f"{CHAIN}:{number}: is older than the line before")
        previous, last = head, link.at
    return problems


def _signed(folder: Path, chain: Chain, content: bytes, keys: frozenset[bytes]) -> list[str]:
    name = signature_file(chain)
    try:
        text = _read(folder / name).decode("utf-8", "replace")
        sshsig.verify(content, text, keys=keys, namespace=NAMESPACE)
    except ArchiveError as error:
        return list(error.problems)
    except ParseError as error:
        return [f"{name}: {error.message}"]
    return []


def _reported(folder: Path, link: Link) -> Iterator[str]:
    expected = f"{link.number:06}-{link.at[:10]}.json"
    if link.file != expected:
        yield f"{CHAIN}:{link.number}: names another file than {expected}"
        return
    try:
        content = _read(folder / link.file)
    except ArchiveError as error:
        yield from error.problems
        return
    if hashlib.sha256(content).hexdigest() != link.sha256:
        yield f"{link.file}: is not as it was written"


def _strays(folder: Path, chain: Chain) -> list[str]:
    known = {CHAIN, signature_file(chain), *(link.file for link in chain.links)}
    return [f"{path.name}: is not of the chain" for path in _others(folder, known)]


def _others(folder: Path, known: Collection[str]) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name not in known)


def left_over(folder: Path, chain: Chain) -> list[Path]:
    """Return files of archives that are none of this chain: a write did not come to its end."""
    known = {CHAIN, signature_file(chain), *(link.file for link in chain.links)}
    return [path for path in _others(folder, known) if _OWN.fullmatch(path.name)]
