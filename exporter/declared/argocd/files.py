"""The files and directories of the checkout as Git generators see them, listed and read once."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field

from exporter.declared.argocd.templating import Budget
from exporter.declared.globs import literal_prefix, match_path, match_pathspec
from exporter.declared.located import LocatedTree, from_yaml
from exporter.declared.remembered import Remembered, told
from exporter.declared.repositories import Home
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml

MAX_FILE = 1 << 20


@dataclass(slots=True)
class Files:
    """What lies in the checkout.

    *memory* has what broken files held when they could last be read; *failures* are of those.
    *further* are other repositories at hand.
    """

    home: Home
    budget: Budget
    memory: Remembered = field(default_factory=Remembered)
    further: tuple[Home, ...] = ()
    failures: dict[str, ReadError] = field(default_factory=dict)
    _listed: dict[str, list[str]] = field(default_factory=dict)
    _content: dict[str, tuple[LocatedTree, ...]] = field(default_factory=dict)
    _others: dict[str, "Files"] = field(default_factory=dict)

    @property
    def all(self) -> tuple["Files", ...]:
        """Those of this repository, and of all others that were looked at."""
        return (self, *self._others.values())

    def of(self, address: str) -> "Files":
        """Return the files of the repository *address*: of a further one, if it is one."""
        for home in self.further:
            name = home.checkout.name
            if home.addresses and home.is_local(address, "."):
                if name not in self._others:
                    self._others[name] = Files(home, self.budget, self.memory)
                return self._others[name]
        return self

    def directories(self, patterns: list[tuple[str, bool]], place: Place) -> list[str]:
        """Return the directories that one of *patterns* names and no excluding one does.

        *patterns* are pairs of a pattern and whether it excludes. Source: ``filterApps`` in
        Argo CD's ``applicationset/generators/git.go``; hidden directories are passed over.
        """
        candidates = _parents(self.candidates(patterns))
        shown = [path for path in candidates if not _is_hidden(path)]
        return self._filtered(shown, patterns, match_path, place)

    def matching(self, patterns: list[tuple[str, bool]], place: Place) -> list[str]:
        """Return the files that one of *patterns* names and no excluding one does.

        Unlike directories those count that are hidden, as ``git ls-files`` lists them, too.
        """
        return self._filtered(self.candidates(patterns), patterns, match_pathspec, place)

    def objects(self, path: str) -> tuple[LocatedTree, ...]:
        """Return the object in a YAML or JSON file, or the objects in its list.

        Raises :exc:`ReadError`. An empty file is an empty object, as it is to Argo CD.
        """
        if path not in self._content:
            self._content[path] = self._read_or_recall(path)
        return self._content[path]

    def _read_or_recall(self, path: str) -> tuple[LocatedTree, ...]:
        name = self.home.checkout.name
        key = ("objects", f"{name}:{path}" if name else path)
        try:
            found = self._read(path)
        except ReadError as error:
            known = self.memory.recall(key, tuple)
            if known is None:
                raise
            self.failures[path] = told(error, known.told)
            return known.value
        self.memory.keep(key, found)
        return found

    def candidates(self, patterns: list[tuple[str, bool]]) -> list[str]:
        """Return the files below what the including patterns have in front of their stars."""
        starts = {literal_prefix(pattern) for pattern, excludes in patterns if not excludes}
        return sorted({path for start in starts for path in self._below(start)})

    def _below(self, start: str) -> list[str]:
        checkout = self.home.checkout
        if start not in self._listed:
            exists = checkout.is_dir(start) or checkout.is_file(start)
            self._listed[start] = (
                checkout.files(start, suffixes=("",), hidden=True) if exists else []
            )
        return self._listed[start]

    def _filtered(
        self,
        paths: list[str],
        patterns: list[tuple[str, bool]],
        match: Callable[[str, str], bool],
        place: Place,
    ) -> list[str]:
        self.budget.match(len(paths), (pattern for pattern, _ in patterns), place)

        def named(path: str, *, excluding: bool) -> bool:
            return any(
                excludes is excluding and match(pattern, path) for pattern, excludes in patterns
            )

        included = (path for path in paths if named(path, excluding=False))
        return [path for path in included if not named(path, excluding=True)]

    def _read(self, path: str) -> tuple[LocatedTree, ...]:
        text = self.home.checkout.read_text(path, limit=MAX_FILE)
        place = self.home.checkout.place(Source.ARGOCD, path, 1)
        try:
            document = yaml.load_all(text)[:1]
        except ParseError as error:
            raise ReadError(
                error.message, reason=Reason.MALFORMED, path=place.path, line=error.line
            ) from None
        if not document:
            return (LocatedTree({}, place),)
        found = from_yaml(document[0].value, place)
        objects = found.items if isinstance(found.content, tuple) else (found,)
        for one in objects:
            if not isinstance(one.content, dict):
                raise one.wrong("is neither an object nor a list of objects")
        return objects


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _parents(files: list[str]) -> list[str]:
    """Return every directory that holds a file, in the order in which Argo CD walks them.

    Git keeps no empty directories, so there are no others.
    """
    found: set[str] = set()
    for file in files:
        here = posixpath.dirname(file)
        while here and here not in found:
            found.add(here)
            here = posixpath.dirname(here)
    return sorted(found, key=lambda path: path.split("/"))
