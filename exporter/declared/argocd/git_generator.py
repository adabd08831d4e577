"""The Git generator: parameters from directories or from the content of files.

Source: Argo CD, ``applicationset/generators/git.go``.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from exporter.declared.argocd.files import Files
from exporter.declared.argocd.gotemplate import normalise_name
from exporter.declared.argocd.selectors import as_text
from exporter.declared.argocd.templating import Parameters, Templating
from exporter.declared.located import LocatedTree, UnresolvedError, flatten
from exporter.declared.repositories import Standing
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source

NAME_IT: Final = "name a checkout of it in declared.repositories"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitGenerator:
    """Evaluates Git generators over the checkout."""

    files: Files
    templating: Templating

    def evaluate(self, generator: LocatedTree) -> list[Parameters]:
        """Return the parameters of a ``git`` generator.

        Raises :exc:`UnresolvedError` where it looks at another repository or revision, and
        :exc:`ReadError` where Argo CD would fail.
        """
        directories = _patterns(generator, "directories")
        files = _patterns(generator, "files")
        if not directories and not files:
            raise generator.wrong("a git generator has neither directories nor files")
        here = self.files.of(generator.text("repoURL"))
        self._locate(generator, here, directories or files)
        if directories:
            paths = here.directories(directories, generator.place)
            return [self._of_directory(generator, here, path) for path in paths]
        paths = here.matching(files, generator.place)
        return [
            self._of_file(generator, here, path, item)
            for path in paths
            for item in here.objects(path)
        ]

    def estimate(self, generator: LocatedTree) -> int:
        """Return how many directories or files a generator looks at that gives an error."""
        try:
            here = self.files.of(generator.text("repoURL"))
            directories = _patterns(generator, "directories")
            if directories:
                return len(here.directories(directories, generator.place))
            return len(here.matching(_patterns(generator, "files"), generator.place))
        except ReadError:
            return 1

    def _locate(
        self, generator: LocatedTree, files: Files, patterns: list[tuple[str, bool]]
    ) -> None:
        """Make sure that what the generator looks at is in the checkout."""
        home = files.home
        address, revision = generator.text("repoURL"), generator.text("revision")
        if home.addresses and not home.is_local(address, "."):
            place = generator.place_of("repoURL")
            message = f"a git generator looks at {address}, which is elsewhere; {NAME_IT}"
            raise UnresolvedError(place, message)
        if home.compare(revision) is Standing.OTHER:
            place = generator.place_of("revision")
            raise UnresolvedError(place, f"a git generator looks at {revision}, not the checkout")
        if not home.addresses and not files.candidates(patterns):
            place = generator.place_of("repoURL")
            raise UnresolvedError(
                place, f"a git generator looks at {address}, which may not be this repository"
            )

    def _of_directory(self, generator: LocatedTree, files: Files, path: str) -> Parameters:
        place = files.home.checkout.place(Source.ARGOCD, path)
        return self.templating.with_values(
            generator, Parameters(self._path(generator, _directory(path), place))
        )

    def _of_file(
        self, generator: LocatedTree, files: Files, path: str, item: LocatedTree
    ) -> Parameters:
        place = files.home.checkout.place(Source.ARGOCD, path)
        about = self._path(generator, _file(path), place)
        if self.templating.go:
            values = {**item.fields, **about}
        else:
            flat = {key: _shown(value) for key, value in flatten(item.fields)}
            values = {**flat, **about}
        return self.templating.with_values(generator, Parameters(values, item.place))

    def _path(
        self, generator: LocatedTree, about: Mapping[str, str], place: Place
    ) -> dict[str, LocatedTree]:
        """Return what the parameters say of a path, in the form that the templates want."""
        prefix = generator.text("pathParamPrefix")
        segments = about["path"].split("/")
        if self.templating.go:
            parts: dict[str, LocatedTree] = {
                key: LocatedTree(one, place) for key, one in about.items()
            }
            parts["segments"] = LocatedTree(
                tuple(LocatedTree(one, place) for one in segments), place
            )
            path = {"path": LocatedTree(parts, place)}
            return {prefix: LocatedTree(path, place)} if prefix else path
        name = f"{prefix}.path" if prefix else "path"
        flat = {(name if key == "path" else f"{name}.{key}"): one for key, one in about.items()}
        flat |= {f"{name}[{at}]": one for at, one in enumerate(segments) if one}
        return {key: LocatedTree(one, place) for key, one in flat.items()}


def _patterns(generator: LocatedTree, key: str) -> list[tuple[str, bool]]:
    return [(item.text("path"), item.flag("exclude")) for item in generator.list(key)]


def _directory(path: str) -> dict[str, str]:
    basename = posixpath.basename(path)
    return {
        "path": path,
        "basename": basename,
        "basenameNormalized": normalise_name(basename),
    }


def _file(path: str) -> dict[str, str]:
    """Describe a file and the directory that it lies in, ``.`` for the top."""
    filename = posixpath.basename(path)
    return {
        **_directory(posixpath.dirname(path) or "."),
        "filename": filename,
        "filenameNormalized": normalise_name(filename),
    }


def _shown(value: LocatedTree) -> LocatedTree:
    return LocatedTree(as_text(value.plain()), value.place)
