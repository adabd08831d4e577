"""Whether something would be found again: all that was asked of checkouts for it is the same.

What exists, and what it is, is told by the names in its directory, which is listed once. Contents
are looked at where somebody looked at them.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, TypeAlias

from exporter.declared.checkout import MAX_FILES, Checkout
from exporter.declared.tracing import VOLATILE, Asked

MAX_QUESTIONS: Final = 4 * MAX_FILES
_BLOCK: Final = 1 << 20
_LARGEST: Final = 1 << 26
_KIND, _NAMES, _CONTENT, _LED = "k", "n", "c", "l"
"""What something is; the names in a directory; the content of a file; what a path leads to."""
_LINK, _FOLDER, _FILE, _OTHER = "lnk", "dir", "file", "other"
_Names: TypeAlias = Mapping[str, str]


@dataclass(slots=True)
class Answers:
    """Digests of what *checkouts* say, by question, beside those of what they said *before*.

    They are taken before the reader looks: a change that comes in between makes another reading
    necessary, and never passes for none. Only paths within a checkout are part of them: the next
    commit may be checked out elsewhere.
    """

    checkouts: Mapping[str, Checkout]
    before: Mapping[str, bytes] = field(default_factory=dict)
    digests: dict[str, bytes] = field(default_factory=dict)
    _names: dict[tuple[str, str], _Names | None] = field(default_factory=dict)

    @classmethod
    def of(cls, checkouts: Iterable[Checkout], before: Mapping[str, bytes]) -> "Answers":
        """Return the answers of *checkouts*, each by its name."""
        return cls({one.name: one for one in checkouts}, before)

    def ask(self, checkout: Asked, path: str, *, content: bool) -> Iterator[str]:
        """Note what a checkout says, and yield the questions by which a change of it is noticed."""
        name = checkout.name
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if path.startswith("/") or ".." in parts:
            yield self._note(_LED, name, path)
            return
        here, kind = "", _FOLDER
        for part in parts:
            names = self._listing(name, here)
            if names is None or names.get(part, "").startswith(_LINK):
                yield self._note(_LED, name, path)
                return
            kind, here = names.get(part, ""), f"{here}/{part}" if here else part
            yield self._note(_KIND, name, here)
            if not kind:
                return
        if content:
            yield self._note(_NAMES if kind == _FOLDER else _CONTENT, name, here)

    def hold(self, questions: Iterable[str]) -> bool:
        """Tell whether all that was asked is answered as before."""
        return all(
            one != VOLATILE and one in self.before and self.before[one] == self._answer(one)
            for one in questions
        )

    @property
    def too_many(self) -> bool:
        """Whether there are so many that it is not worth while to remember them."""
        return len(self.digests) > MAX_QUESTIONS

    def _note(self, kind: str, name: str, path: str) -> str:
        question = f"{kind}\0{name}\0{path}"
        self._answer(question)
        return question

    def _answer(self, question: str) -> bytes:
        known = self.digests.get(question)
        if known is None:
            kind, name, path = question.split("\0", 2)
            known = self._look(kind, name, path)
            if not self.too_many:
                self.digests[question] = known
        return known

    def _look(self, kind: str, name: str, path: str) -> bytes:
        checkout = self.checkouts.get(name)
        if checkout is None:
            return b""
        digest = blake2b(digest_size=16)
        root = os.fspath(checkout.root)
        try:
            if kind == _KIND:
                folder, _, own = path.rpartition("/")
                names = self._listing(name, folder)
                return b"closed" if names is None else names.get(own, "").encode("utf-8", "replace")
            if kind == _NAMES:
                digest.update(repr(self._listing(name, path)).encode("utf-8", "replace"))
            elif kind == _CONTENT:
                _add_file(digest, f"{root}/{path}")
            else:
                _add_led(digest, root, path)
        except (OSError, ValueError) as error:
            code = error.errno if isinstance(error, OSError) else 0
            digest.update(f"{type(error).__name__} {code}".encode())
        return digest.digest()

    def _listing(self, name: str, folder: str) -> _Names | None:
        """Return the names in a directory, each with what it is; None where it is closed to us."""
        if (name, folder) not in self._names:
            checkout, found = self.checkouts.get(name), None
            try:
                found = dict(_listed(os.fspath(checkout.root), folder)) if checkout else None
            except (FileNotFoundError, NotADirectoryError):
                found = {}
            except (OSError, ValueError):
                found = None
            self._names[name, folder] = found
        return self._names[name, folder]


def _listed(root: str, folder: str) -> Iterator[tuple[str, str]]:
    """Yield the names in a directory, sorted, each with what it is."""
    with os.scandir(f"{root}/{folder}") as entries:
        for one in sorted(entries, key=lambda entry: entry.name):
            yield one.name, _kind(one)


def _kind(entry: "os.DirEntry[str]") -> str:
    if entry.is_symlink():
        where = os.readlink(entry.path)  # noqa: PTH115 - as a text
        return f"{_LINK} {entry.is_dir()} {entry.is_file()} {where}"
    if entry.is_dir():
        return _FOLDER
    return _FILE if entry.is_file() else _OTHER


def _add_led(digest: blake2b, root: str, path: str) -> None:
    """Add where a path leads, and what is there."""
    real = os.path.realpath(f"{root}/{path}" if not path.startswith("/") else path)
    inside = real == root or real.startswith(f"{root}/")
    digest.update(os.path.relpath(real, root).encode("utf-8", "replace") if inside else b"outside")
    if not inside:
        return
    if os.path.isdir(real):  # noqa: PTH112 - as a text
        digest.update(repr(list(_listed(real, ""))).encode("utf-8", "replace"))
    else:
        _add_file(digest, real)


def _add_file(digest: blake2b, real: str) -> None:
    status = os.stat(real)  # noqa: PTH116 - as a text
    if not stat.S_ISREG(status.st_mode):
        digest.update(b"no file")
        return
    if status.st_size > _LARGEST:
        digest.update(f"{status.st_size} {status.st_mtime_ns} {status.st_ino}".encode())
        return
    with open(real, "rb") as file:  # noqa: PTH123 - as a text
        while block := file.read(_BLOCK):
            digest.update(block)
