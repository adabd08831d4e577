"""One kustomization with all that it refers to: its objects, its patches and its bases."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.kustomization import (
    LISTS_OF_PLUGINS,
    Kustomization,
    Reference,
    hidden_references,
    join,
)
from exporter.declared.kustomize.statements import (
    Name,
    Patch,
    Statement,
    identify,
    objects,
    patches,
    settings,
)
from exporter.domain.errors import ReadError, Reason
from exporter.domain.json import as_text
from exporter.foreign.yaml import Document, YamlMap

MAX_LOOSE: Final = 100

_PATCHES: Final = ("patches", "patchesJson6902", "patchesStrategicMerge")
_READ: Final = ("resources", "bases", "components", *LISTS_OF_PLUGINS, *_PATCHES)
_GENERATED: Final = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


@dataclass(frozen=True, slots=True)
class Base:
    """Another kustomization that one builds on; a component changes what stands beside it."""

    folder: str
    line: int
    component: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One kustomization, read: its objects, its patches, and the kustomizations that it names.

    *remote* are addresses among its references, and directories of plugins, whose addresses only
    a build would tell; *errors* keep it from being built; *malformed*
    are files that could not be read as YAML here, which only matters where kustomize agrees.
    """

    kustomization: Kustomization
    objects: tuple[tuple[Name, Statement], ...] = ()
    bases: tuple[Base, ...] = ()
    exact: dict[Name, list[Statement]] = field(default_factory=dict)
    loose: tuple[Patch, ...] = ()
    remote: tuple[Reference, ...] = ()
    errors: tuple[ReadError, ...] = ()
    malformed: tuple[ReadError, ...] = ()
    size: int = 0

    def statements(self, kind: str, names: frozenset[str]) -> Iterator[Statement]:
        """Yield what this layer states about an object that has, or had, one of *names*."""
        for patch in self.loose:
            if patch.fits(kind, names):
                yield patch.statement
        for name in sorted(names):
            yield from self.exact.get((kind, name), ())


def read_layer(checkout: Checkout, kustomization: Kustomization) -> Layer:
    """Read everything that *kustomization* refers to; what goes wrong is in the layer."""
    return _Reading(checkout, kustomization).layer()


def at_line(error: ReadError, path: str, line: int) -> ReadError:
    """Return *error* at the place that leads to it, unless it has a line of its own."""
    if error.line:
        return error
    named = f"{error.path} " if error.path else ""
    return ReadError(
        f"{named}{error.message}", reason=error.reason, path=path, line=line, advice=error.advice
    )


@dataclass(slots=True)
class _Reading:
    """Reads what one kustomization refers to."""

    checkout: Checkout
    kustomization: Kustomization
    objects: list[tuple[Name, Statement]] = field(default_factory=list)
    bases: list[Base] = field(default_factory=list)
    remote: list[Reference] = field(default_factory=list)
    errors: list[ReadError] = field(default_factory=list)
    malformed: list[ReadError] = field(default_factory=list)
    patches: dict[str, tuple[str, list[Document]]] = field(default_factory=dict)
    size: int = 0

    def layer(self) -> Layer:
        for reference in self.kustomization.references:
            try:
                self._refer(reference)
            except ReadError as error:
                self.errors.append(at_line(error, self.kustomization.path, reference.line))
        self._generated()
        stated = [*patches(self.kustomization, self.patches), *settings(self.kustomization)]
        exact: dict[Name, list[Statement]] = {}
        for patch in stated:
            if patch.exact:
                exact.setdefault((patch.kind, patch.name), []).append(patch.statement)
        return Layer(
            kustomization=self.kustomization,
            objects=tuple(self.objects),
            bases=tuple(self.bases),
            exact=exact,
            loose=tuple(one for one in stated if not one.exact)[:MAX_LOOSE],
            remote=tuple(self.remote),
            errors=tuple(self.errors),
            malformed=tuple(self.malformed),
            size=self.size,
        )

    def _refer(self, reference: Reference) -> None:
        """Follow one reference; raises :exc:`ReadError`."""
        if reference.hidden:
            self._guard(reference)
            return
        path = posixpath.normpath(join(self.kustomization.folder, reference.text))
        if reference.remote and not (self.checkout.is_dir(path) or self.checkout.is_file(path)):
            self.remote.append(reference)
            return
        if reference.text.startswith("/") or path == ".." or path.startswith("../"):
            raise ReadError("leads out of the repository", reason=Reason.OUTSIDE)
        real = self.checkout.resolve(path)
        if reference.root and real.is_dir():
            if reference.field in LISTS_OF_PLUGINS:
                self.remote.append(reference)  # what it builds may name any address
            folder = self.checkout.relative(real)
            self.bases.append(Base(folder, reference.line, reference.field == "components"))
        elif real.exists():
            self._file(reference, self.checkout.relative(real))
        else:
            raise ReadError(
                f"{reference.field}: {reference.text} does not exist", reason=Reason.MISSING
            )

    def _guard(self, reference: Reference) -> None:
        """Look where a plugin would read; kustomize itself refuses absolute paths."""
        if reference.remote:
            self.remote.append(reference)
        elif not reference.text.startswith("/"):
            self.checkout.resolve(join(self.kustomization.folder, reference.text))

    def _file(self, reference: Reference, path: str) -> None:
        folder = self.kustomization.folder
        if folder and not path.startswith(f"{folder}/"):
            raise ReadError(
                f"{path} is a file outside of {folder}, which kustomize does not take",
                reason=Reason.OUTSIDE,
                advice="name its directory instead",
            )
        self.size += len(self.checkout.read_bytes(path))
        if reference.field not in _READ:
            return
        try:
            documents = self.checkout.read_yaml(path)
        except ReadError as error:
            hidden = reference.field in LISTS_OF_PLUGINS  # it may name addresses all the same
            (self.errors if hidden else self.malformed).append(error)
            return
        self._documents(reference, path, documents)

    def _documents(self, reference: Reference, path: str, documents: list[Document]) -> None:
        if reference.field in LISTS_OF_PLUGINS:
            for document in documents:
                for one in hidden_references(reference.field, document.value):
                    self._guard(one)
        elif reference.field in _PATCHES:
            self.patches[reference.text] = (path, documents)
        else:
            for value in (one for document in documents for one in objects(document)):
                name = identify(value)
                if name is not None:
                    self.objects.append((name, Statement(path=path, value=value)))

    def _generated(self) -> None:
        """Note the objects that generators make, each where its entry stands."""
        for field_name, kind in _GENERATED.items():
            for entry in self.kustomization.entries(field_name):
                where = Statement(path=self.kustomization.path, value=YamlMap(entry.line))
                self.objects.append(((kind, as_text(entry.get("name"))), where))
