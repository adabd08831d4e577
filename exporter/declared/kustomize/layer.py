"""One kustomization with all that it refers to: its objects, its patches and its bases."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.kustomization import (
    LISTS_OF_PLUGINS,
    Kustomization,
    join,
)
from exporter.declared.kustomize.references import Reference, hidden_references, listed
from exporter.declared.kustomize.statements import (
    Name,
    Patch,
    Statement,
    identify,
    objects,
    patches,
    settings,
)
from exporter.declared.mounts import relative_to
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import as_text
from exporter.foreign import yaml
from exporter.foreign.yaml import Document, YamlList, YamlMap

MAX_LOOSE: Final = 100
HELM_PLUGIN: Final = "HelmChartInflationGenerator"

_PATCHES: Final = ("patches", "patchesJson6902", "patchesStrategicMerge")
_READ: Final = ("resources", "bases", "components", *LISTS_OF_PLUGINS, *_PATCHES)
_GENERATED: Final = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


@dataclass(frozen=True, slots=True)
class Base:
    """Another kustomization that one builds on; a component changes what stands beside it.

    What one of *plugins* renders to is the configuration of plugins, not objects.
    """

    folder: str
    line: int
    component: bool
    plugins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One kustomization, read: its objects, its patches, and the kustomizations that it names.

    *patched* are the objects that the files of patches name. *files* are the paths that kustomize
    may go to for what it refers to, as it writes them. *remote* are addresses among its references,
    and directories of plugins, whose addresses only a build would tell; *moved* has, by field and
    address, the paths of those whose repository is at hand; *plugins* are generators
    and transformers that kustomize does not have itself. *errors* keep it from being built;
    *malformed* are files that could not be read as YAML here, which only matters where kustomize
    agrees.
    """

    kustomization: Kustomization
    objects: tuple[tuple[Name, Statement], ...] = ()
    bases: tuple[Base, ...] = ()
    exact: dict[Name, list[Statement]] = field(default_factory=dict)
    loose: tuple[Patch, ...] = ()
    patched: Mapping[str, tuple[Name, ...]] = field(default_factory=dict)
    remote: tuple[Reference, ...] = ()
    moved: Mapping[tuple[str, str], str] = field(default_factory=dict)
    plugins: tuple[Reference, ...] = ()
    files: tuple[str, ...] = ()
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


def read_layer(
    checkout: Checkout, kustomization: Kustomization, *, unrestricted: bool = False
) -> Layer:
    """Read everything that *kustomization* refers to; what goes wrong is in the layer.

    Where *unrestricted*, files may lie anywhere in the checkout, as kustomize can be told.
    """
    return _Reading(checkout, kustomization, unrestricted).layer()


def at_line(error: ReadError, path: str, line: int) -> ReadError:
    """Return *error* at the place that leads to it, unless it has a line of its own."""
    if error.line:
        return error
    named = f"{error.path} " if error.path else ""
    return ReadError(
        f"{named}{error.message}", reason=error.reason, path=path, line=line, advice=error.advice
    )


def hidden_file(checkout: Checkout, folder: str, reference: Reference) -> str:
    """Return the file that a plugin reads for the kustomization in *folder*; empty if it is none.

    An absolute path is none: kustomize refuses it. Raises :exc:`ReadError` where it leads out of
    the repository.
    """
    if reference.remote or reference.text.startswith("/"):
        return ""
    path = posixpath.normpath(join(folder, reference.text))
    if not checkout.shares(folder, path):
        raise ReadError("leads out of the repository", reason=Reason.OUTSIDE, path=reference.text)
    checkout.resolve(path)
    return path if checkout.is_file(path) else ""


def configured(
    checkout: Checkout, value: Any, *, folder: str, path: str
) -> Iterator[tuple[Reference, str]]:
    """Yield what a plugin's configuration in the file *path* names, each with its file, if any.

    *folder* is that of the kustomization for which the plugin works. Raises :exc:`ReadError` with
    the line.
    """
    line = 0
    try:
        for reference in hidden_references(value):
            line = reference.line
            yield reference, hidden_file(checkout, folder, reference)
    except ParseError as error:
        raise ReadError(
            error.message, reason=Reason.MALFORMED, path=path, line=error.line
        ) from None
    except ReadError as error:
        raise at_line(error, path, line) from None


@dataclass(slots=True)
class _Reading:
    """Reads what one kustomization refers to."""

    checkout: Checkout
    kustomization: Kustomization
    unrestricted: bool = False
    objects: list[tuple[Name, Statement]] = field(default_factory=list)
    bases: list[Base] = field(default_factory=list)
    patched: dict[str, tuple[Name, ...]] = field(default_factory=dict)
    remote: list[Reference] = field(default_factory=list)
    moved: dict[tuple[str, str], str] = field(default_factory=dict)
    plugins: list[Reference] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    errors: list[ReadError] = field(default_factory=list)
    malformed: list[ReadError] = field(default_factory=list)
    patches: dict[str, tuple[str, list[Document]]] = field(default_factory=dict)
    size: int = 0
    _known: dict[tuple[str, bool], list[Document]] = field(default_factory=dict)
    """What was read of files, each once: one of them may stand thousands of times."""

    def layer(self) -> Layer:
        for reference in self.kustomization.references:
            try:
                self._refer(reference)
            except ReadError as error:
                self.errors.append(at_line(error, self.kustomization.path, reference.line))
        self._generated()
        self._inline()
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
            loose=tuple(statement for statement in stated if not statement.exact)[:MAX_LOOSE],
            patched=self.patched,
            remote=tuple(self.remote),
            moved=self.moved,
            plugins=tuple(self.plugins),
            files=tuple(self.files),
            errors=tuple(self.errors),
            malformed=tuple(self.malformed),
            size=self.size,
        )

    def _refer(self, reference: Reference) -> None:
        """Follow one reference; raises :exc:`ReadError`."""
        if reference.hidden:
            folder = self.kustomization.folder
            self._note(reference, hidden_file(self.checkout, folder, reference))
            return
        path = posixpath.normpath(join(self.kustomization.folder, reference.text))
        if reference.remote and not (self.checkout.is_dir(path) or self.checkout.is_file(path)):
            path = self._located(reference)
            if not path:
                return
        elif reference.text.startswith("/") or not self.checkout.shares(self._folder, path):
            raise ReadError("leads out of the repository", reason=Reason.OUTSIDE)
        real = self.checkout.resolve(path)
        self.files.append(path)
        if reference.root and real.is_dir():
            plugins = reference.field in LISTS_OF_PLUGINS
            if plugins:
                self.remote.append(reference)  # what it builds may name any address
            component = reference.field == "components"
            folder = self.checkout.relative(real)
            self.bases.append(Base(folder, reference.line, component, plugins))
        elif real.exists():
            self._file(reference, self.checkout.relative(real))
        else:
            raise ReadError(
                f"{reference.field}: {reference.text} does not exist", reason=Reason.MISSING
            )

    def _located(self, reference: Reference) -> str:
        """Return where a directory of a further repository lies, and note that it is meant.

        Of any other address only note that it is one.
        """
        path, current = self.checkout.located(reference.text) if reference.root else ("", False)
        if not path or not current:
            self.remote.append(replace(reference, known=bool(path)))
            return ""
        self.moved[reference.field, reference.text] = relative_to(path, self._folder)
        return path

    @property
    def _folder(self) -> str:
        return self.kustomization.folder

    def _note(self, hidden: Reference, file: str) -> None:
        """Note what a plugin reads: an address, or a file."""
        if hidden.remote:
            self.remote.append(hidden)
        elif file:
            self.size += len(self.checkout.read_bytes(file))
            self.files.append(file)

    def _file(self, reference: Reference, path: str) -> None:
        folder = self.kustomization.folder
        if folder and not self.unrestricted and not path.startswith(f"{folder}/"):
            raise ReadError(
                f"{path} is a file outside of {folder}, which kustomize does not take",
                reason=Reason.OUTSIDE,
                advice="name its directory instead",
            )
        self.size += len(self.checkout.read_bytes(path))
        if reference.field not in _READ:
            return
        # The configuration of a plugin may name files, even where only kustomize can read it. What
        # objects and patches name kustomize follows nowhere, of whatever kind they say they are.
        plugin = reference.field in LISTS_OF_PLUGINS
        try:
            documents = self._known.get((path, plugin)) or self.checkout.read_yaml(
                path, exact=plugin
            )
        except ReadError as error:
            (self.errors if plugin else self.malformed).append(error)
            return
        self._known[path, plugin] = documents
        self._documents(reference, path, documents)

    def _documents(self, reference: Reference, path: str, documents: list[Document]) -> None:
        if reference.field in LISTS_OF_PLUGINS:
            self._configure(reference, documents)
            for document in documents:
                self._configuration(reference, path, document.value)
        elif odd := next(
            (document for document in documents if not _may_be_object(document)), None
        ):
            error = ReadError(
                "holds no Kubernetes object", reason=Reason.MALFORMED, path=path, line=odd.line
            )
            self.malformed.append(error)  # encrypted, say
        elif reference.field in _PATCHES:
            self.patches[reference.text] = (path, documents)
            named = (
                identify(document.value)
                for document in documents
                if isinstance(document.value, YamlMap)
            )
            self.patched[reference.text] = tuple(document for document in named if document)
        else:
            for value in (manifest for document in documents for manifest in objects(document)):
                name = identify(value)
                if name is not None:
                    self.objects.append((name, Statement(path=path, value=value)))

    def _configuration(self, reference: Reference, path: str, value: Any) -> None:
        folder = self.kustomization.folder
        for statement, file in configured(self.checkout, value, folder=folder, path=path):
            found = replace(
                statement, field=reference.field, line=reference.line, entry=reference.text
            )
            self._note(found, file)

    def _configure(self, reference: Reference, documents: Iterable[Document]) -> None:
        if not all(map(_is_builtin, documents)):
            self.plugins.append(reference)

    def _inline(self) -> None:
        """Note the plugins whose configuration stands in the kustomization itself."""
        content = self.kustomization.content
        for name in LISTS_OF_PLUGINS:
            for text, line in listed(content.get(name), content.line_of(name)):
                documents = yaml.load_all(text) if isinstance(text, str) else []
                if any(isinstance(document.value, YamlMap | YamlList) for document in documents):
                    self._configure(Reference(name, text, line), documents)

    def _generated(self) -> None:
        """Note the objects that generators make, each where its entry stands."""
        for field_name, kind in _GENERATED.items():
            for entry in self.kustomization.entries(field_name):
                where = Statement(path=self.kustomization.path, value=YamlMap(entry.line))
                self.objects.append(((kind, as_text(entry.get("name"))), where))


def _is_builtin(document: Document) -> bool:
    """Tell whether kustomize itself has this plugin, and may run it here."""
    value = document.value
    if not isinstance(value, YamlMap) or value.get("kind") == HELM_PLUGIN:
        return False
    return value.get("apiVersion") == "builtin"


def _may_be_object(document: Document) -> bool:
    return isinstance(document.value, YamlMap | YamlList)
