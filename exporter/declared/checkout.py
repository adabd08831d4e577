"""The checkout of the repository: the only way by which readers reach its files."""

import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from exporter.declared import tracing
from exporter.domain.declaration import Failure
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from exporter.foreign.confined import position
from exporter.foreign.files import MIB, decode, read_bytes

MAX_FILE = 8 * MIB
MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Checkout:
    """A directory that holds the repository at one *revision* (a commit, or empty).

    *root* is a real path, resolved once, so that a symlink swapped meanwhile changes nothing.
    Paths given to its methods are relative to *root*, with ``/`` between their parts. Places in a
    further repository begin with its *name*.
    """

    root: Path
    revision: str = ""
    name: str = ""

    @classmethod
    def at(cls, path: Path, *, revision: str = "") -> "Checkout":
        """Open the directory *path*; raises :exc:`ReadError` where it is none."""
        root = path.resolve()
        if not root.is_dir():
            raise ReadError("is no directory", reason=Reason.MISSING, path=str(path))
        return cls(root=root, revision=revision)

    def resolve(self, path: str) -> Path:
        """Return the real path of *path*; raises :exc:`ReadError` where it leads outside.

        What Git itself keeps (``.git``) is outside, too.
        """
        return Path(self._real(path))

    def _real(self, path: str, *, content: bool = True) -> str:
        """Return what :meth:`resolve` does, as a text: there are tens of thousands.

        Who does not look at its *content* wants to know only whether it is there, and what it is.
        """
        tracing.ask(self, path, content=content)
        _check_name(path)
        try:
            real = self._without_links(path)
            if real is None:
                real = os.path.realpath(self.root / path)
                Path(real).exists()  # a name that is too long, or a directory that is closed to us
        except OSError as error:
            raise ReadError(
                f"is no usable path: {error.strerror}", reason=Reason.MALFORMED, path=path[:200]
            ) from None
        except ValueError as error:
            raise ReadError(f"is no usable path: {error}", reason=Reason.MALFORMED) from None
        self._check(real, path)
        return real

    def _check(self, real: str, path: str) -> None:
        """Raise :exc:`ReadError` for a *path* whose *real* one is not for readers."""
        if real != str(self.root) and not real.startswith(self._top):
            raise ReadError("leads out of the repository", reason=Reason.OUTSIDE, path=path)
        # Git's configuration may hold a token, and some file systems know no case.
        if ".git" in real[len(self._top) :].casefold().split("/"):
            raise ReadError("is Git's, not the repository's", reason=Reason.OUTSIDE, path=path)

    def _without_links(self, path: str) -> str | None:
        """Return the real path of *path* if there is no link and no ``..`` on the way, else None.

        The root is real, so only what is below it has to be looked at.
        """
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if path.startswith("/") or ".." in parts:
            return None
        here = str(self.root)
        try:
            for part in parts:
                here = os.path.join(here, part)  # noqa: PTH118 - as a text
                if stat.S_ISLNK(os.lstat(here).st_mode):
                    return None
        except (FileNotFoundError, NotADirectoryError):
            return os.path.join(self.root, *parts)  # noqa: PTH118 - as a text
        return here

    @property
    def _top(self) -> str:
        """What all paths below the root begin with."""
        return os.path.join(self.root, "")  # noqa: PTH118 - a path cannot end in a slash

    def is_link(self, path: str) -> bool:
        """Tell whether *path* is a link."""
        return (self.root / path).is_symlink()

    def shares(self, folder: str, path: str) -> bool:
        """Tell whether *path* lies in the same repository as *folder*, both in this checkout."""
        del folder
        return path != ".." and not path.startswith("../")

    def located(self, text: str) -> tuple[str, bool]:
        """Return where the directory lies that an address names, and whether at that revision.

        The path is empty where no checkout of the repository is at hand, as here.
        """
        del text
        return "", False

    def relative(self, real: Path) -> str:
        """Return the path of what *resolve* found; empty for the root itself."""
        path = real.relative_to(self.root).as_posix()
        return "" if path == "." else path

    def is_dir(self, path: str) -> bool:
        """Tell whether *path* is a directory inside the checkout."""
        try:
            return os.path.isdir(self._real(path, content=False))  # noqa: PTH112 - as a text
        except ReadError:
            return False

    def is_file(self, path: str) -> bool:
        """Tell whether *path* is a regular file inside the checkout."""
        try:
            return os.path.isfile(self._real(path, content=False))  # noqa: PTH113 - as a text
        except ReadError:
            return False

    def read_bytes(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """Return the content of a file; raises :exc:`ReadError`, also where it is over *limit*."""
        position.at(path)
        return read_bytes(
            self.resolve(path),
            name=path,
            limit=limit,
            check=lambda real: self._check(real, path),
        )

    def read_text(self, path: str, *, limit: int = MAX_FILE) -> str:
        """Return the content of an UTF-8 text file; raises :exc:`ReadError`."""
        return decode(self.read_bytes(path, limit=limit), name=path)

    def read_yaml(self, path: str, *, exact: bool = False) -> list[yaml.Document]:
        """Return the documents of a YAML file; raises :exc:`ReadError` with the line.

        For *exact* see :func:`exporter.foreign.yaml.stream`.
        """
        try:
            return yaml.load_all(self.read_text(path), exact=exact)
        except ParseError as error:
            raise ReadError(
                error.message, reason=Reason.MALFORMED, path=path, line=error.line
            ) from None

    def files(self, path: str = "", *, suffixes: Iterable[str], hidden: bool = False) -> list[str]:
        """Return the files below *path* whose names end in one of *suffixes*, sorted.

        A file is returned as it is; links and directories that are *hidden* are passed over, or
        of these only Git's own. Raises
        :exc:`ReadError` where *path* does not exist, leads outside, holds too many files or a
        directory that cannot be listed.
        """
        start = self.resolve(path)
        if start.is_file():
            return [path]
        if not start.is_dir():
            raise ReadError("does not exist", reason=Reason.MISSING, path=path or ".")
        endings = tuple(suffixes)
        found = []
        for name in self._walk(start, hidden=hidden):
            if name.endswith(endings):
                _check_name(name)
                found.append(name)
                if len(found) > MAX_FILES:
                    raise ReadError(
                        f"holds more than {MAX_FILES} files", reason=Reason.TOO_LARGE, path=path
                    )
        return sorted(found)

    def tree(self, path: str) -> list[str]:
        """Return all files below the directory *path*, hidden ones, too, sorted.

        Raises :exc:`ReadError` where it cannot be listed, or holds a link, which leads anywhere.
        """
        found, pending = [], [str(self.resolve(path))]
        while pending:
            folder = pending.pop()
            for name, is_folder, is_link in self._entries(folder):
                entry = os.path.join(folder, name)  # noqa: PTH118 - as a text
                shown = entry.removeprefix(self._top)
                if is_link:
                    raise ReadError("is a link", reason=Reason.OUTSIDE, path=shown[:200])
                if not is_folder:
                    found.append(shown)
                elif name != ".git":
                    pending.append(entry)
            if len(found) > MAX_FILES:
                message = f"holds more than {MAX_FILES} files"
                raise ReadError(message, reason=Reason.TOO_LARGE, path=path)
        return sorted(found)

    def here(self, path: str) -> list[str]:
        """Return the names of the files in the directory *path* itself, links included, sorted."""
        try:
            with os.scandir(self.resolve(path)) as entries:
                return sorted(one.name for one in entries if one.is_file())
        except OSError:
            return []

    def _walk(self, start: Path, *, hidden: bool) -> Iterator[str]:
        """Yield the files below *start*; raises :exc:`ReadError` for a directory that is closed."""
        pending, top = [str(start)], self._top
        while pending:
            folder = pending.pop()
            for name, is_folder, is_link in self._entries(folder):
                path = os.path.join(folder, name)  # noqa: PTH118 - as a text
                if is_link:
                    continue
                if not is_folder:
                    yield path.removeprefix(top)
                elif not name.startswith(".") or (hidden and name != ".git"):
                    pending.append(path)

    def _entries(self, folder: str) -> list[tuple[str, bool, bool]]:
        """Return the names in a directory, by its real path, and which are directories and links.

        Raises :exc:`ReadError` for one that is closed.
        """
        tracing.ask(self, f"{folder}/".removeprefix(self._top), content=True)
        try:
            with os.scandir(folder) as entries:
                return [
                    (one.name, one.is_dir(follow_symlinks=False), one.is_symlink())
                    for one in entries
                ]
        except OSError as error:
            denied = isinstance(error, PermissionError)
            raise ReadError(
                f"cannot be listed: {error.strerror}",
                reason=Reason.FORBIDDEN if denied else Reason.MISSING,
                path=folder.removeprefix(self._top)[:200],
            ) from None

    def match(self, pattern: str) -> list[str]:
        """Return the paths that a shell *pattern* names, sorted; links out are left out.

        A wildcard stands for no hidden name. Raises :exc:`ReadError` for a pattern that is none,
        and for a directory on the way that cannot be listed.
        """
        if not _is_pattern(pattern):
            return [pattern.strip("/")]
        if pattern.startswith("/") or ".." in pattern.split("/"):
            raise ReadError("leads out of the repository", reason=Reason.OUTSIDE, path=pattern)
        if any("**" in part and part != "**" for part in pattern.split("/")):
            message = "is no pattern: ** stands for directories, alone between slashes"
            raise ReadError(message, reason=Reason.MALFORMED, path=pattern)
        parts = [part for part in pattern.split("/") if part not in {"", "."}]
        found: set[str] = set()
        for path in self._expand("", parts):
            _check_name(path)
            found.add(path)
            if len(found) > MAX_FILES:
                message = f"matches more than {MAX_FILES} paths"
                raise ReadError(message, reason=Reason.TOO_LARGE, path=pattern)
        return sorted(path for path in found if self.is_dir(path) or self.is_file(path))

    def _expand(self, folder: str, parts: Sequence[str]) -> Iterator[str]:
        """Yield what the *parts* of a pattern name below *folder*; raises :exc:`ReadError`.

        ``Path.glob`` would pass over directories that are closed.
        """
        if not parts:
            yield folder
            return
        head, *rest = parts
        if head == "**":
            pending = [folder]
            while pending:
                here = pending.pop()
                yield from self._expand(here, rest)
                pending += [
                    posixpath.join(here, name)
                    for name, is_folder, _ in self._shown(here)
                    if is_folder
                ]
            return
        names = [head]
        if _is_pattern(head):
            names = [name for name, _, _ in self._shown(folder) if fnmatchcase(name, head)]
        for path in (posixpath.join(folder, name) for name in names):
            if not rest or self.is_dir(path):
                yield from self._expand(path, rest)

    def _shown(self, folder: str) -> Iterator[tuple[str, bool, bool]]:
        """Yield the entries of a directory that a wildcard may stand for."""
        return (one for one in self._entries(self._real(folder)) if not one[0].startswith("."))

    def place(self, source: Source, path: str, line: int = 0) -> Place:
        """Return the provenance of a value that stands in this checkout."""
        where = f"{self.name}:{path}" if self.name else path
        return Place(source=source, path=where, line=line, revision=self.revision)

    def failure(
        self, source: Source, error: ReadError, *, path: str = "", part: str = ""
    ) -> Failure:
        """Return *error* as a value; *path* stands in where the error has none."""
        return Failure(
            place=self.place(source, error.path or path, error.line),
            reason=error.reason,
            message=error.message,
            advice=error.advice,
            part=part,
        )


def _check_name(path: str) -> None:
    """Refuse a *path* that is no text, which neither a place nor a program could be given."""
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode(errors="backslashreplace").decode()[:200]
        raise ReadError(
            "is a name that is not UTF-8", reason=Reason.MALFORMED, path=shown
        ) from None


def _is_pattern(text: str) -> bool:
    return any(letter in text for letter in "*?[")
