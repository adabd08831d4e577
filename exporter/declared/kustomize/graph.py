"""The graph of kustomizations below one: what it reaches, and what in it must not be built."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeAlias

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize import kustomization as files
from exporter.declared.kustomize.layer import Base, Layer, at_line, configured, read_layer
from exporter.declared.kustomize.statements import Name, Statement
from exporter.declared.tracing import Memo
from exporter.domain.errors import ReadError, Reason
from exporter.domain.json import as_text
from exporter.foreign.files import MIB

MAX_DEPTH: Final = 40
MAX_VISITS: Final = 50_000
MAX_AFFIXES: Final = 100
"""So many prefixes and suffixes of a kustomization's components are heeded."""

_Affix: TypeAlias = tuple[str, str]
MAX_OBJECTS: Final = 100_000
MAX_SIZE: Final = 64 * MIB
KEPT_LAYERS: Final = 512


@dataclass(frozen=True, slots=True)
class Origin:
    """An object as a resource declares it, and the layers above it, the outermost first."""

    statement: Statement
    layers: tuple[Layer, ...]
    names: frozenset[str]


@dataclass(slots=True)
class Graph:
    """Everything that a kustomization reaches.

    *hidden* are files that plugins read whose configuration is itself built. *edited* tells whether
    the root is another one than its file says, *unrestricted* whether files may lie anywhere.
    """

    root: Layer
    origins: dict[Name, list[Origin]] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    mixins: dict[str, dict[str, Layer]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    edited: bool = False
    unrestricted: bool = False
    errors: list[ReadError] = field(default_factory=list)

    def built(self, layers: Iterable[Layer]) -> Iterator[Layer]:
        """Yield those of *layers* that are kustomizations; others only state something."""
        return (one for one in layers if one.kustomization.path in self.layers)

    @property
    def files(self) -> set[str]:
        """The paths, files and directories, that kustomize may go to when it builds this."""
        referred = (file for layer in self.layers.values() for file in layer.files)
        return {*self.layers, *referred, *self.hidden}


class Loader:
    """Reads kustomizations of one checkout, each once as long as it is remembered."""

    def __init__(self, checkout: Checkout, *, unrestricted: bool = False) -> None:
        self.checkout = checkout
        self.unrestricted = unrestricted
        self.load = Memo(self._load, size=KEPT_LAYERS)
        self.find = Memo(self._find, size=KEPT_LAYERS)

    def walk(self, path: str, *, root: Layer | None = None, above: tuple[Layer, ...] = ()) -> Graph:
        """Return the graph below the kustomization file *path*; raises :exc:`ReadError`.

        *root* stands in for what the file says, where it is edited; *above* is what else speaks
        of its objects.
        """
        graph = Graph(
            root=root or self.load(path),
            edited=root is not None,
            unrestricted=self.unrestricted,
        )
        walk = _Walk(self, graph)
        walk.visit(path, above)
        walk.name()
        return graph

    def _find(self, folder: str) -> str:
        path = files.find(self.checkout, folder)
        if path is None:
            raise ReadError(f"{folder or '.'} holds no kustomization file", reason=Reason.MISSING)
        return path

    def _load(self, path: str) -> Layer:
        kustomization = files.read(self.checkout, path)
        return read_layer(self.checkout, kustomization, unrestricted=self.unrestricted)


@dataclass(frozen=True, slots=True)
class _Mixins:
    """The places of a kustomization's components, and what each of them puts around names."""

    places: Mapping[str, int]
    affixes: tuple[tuple[int, _Affix], ...]


@dataclass(slots=True)
class _Walk:
    loader: Loader
    graph: Graph
    visits: int = 0
    objects: int = 0
    size: int = 0
    mixins: dict[str, _Mixins] = field(default_factory=dict)
    unnamed: list[tuple[Name, Statement, tuple[Layer, ...]]] = field(default_factory=list)

    def visit(self, path: str, above: tuple[Layer, ...], *, owner: str | None = None) -> None:
        """Note what the kustomization at *path* brings.

        *owner* is the directory for which its objects are configurations of plugins, if any.
        """
        root = self.graph.root
        layer = root if path == root.kustomization.path else self.loader.load(path)
        layers = (*above, layer)
        self.visits += 1
        self.objects += len(layer.objects)
        if path not in self.graph.layers:
            self.graph.layers[path] = layer
            self.graph.errors += layer.errors
            self.size += layer.size
        for name, statement in layer.objects:
            self.unnamed.append((name, statement, layers))
            if owner is not None:
                self._configure(statement, owner)
        for base in layer.bases:
            self._follow(base, layers, layer.kustomization.folder if base.plugins else owner)

    def _configure(self, statement: Statement, owner: str) -> None:
        """Note the files that a plugin reads for *owner*, if *statement* is its configuration."""
        checkout, path = self.loader.checkout, statement.path
        try:
            found = configured(checkout, statement.value, folder=owner, path=path)
            self.graph.hidden |= {file for _, file in found if file}
        except ReadError as error:
            self.graph.errors.append(error)

    def _follow(self, base: Base, layers: tuple[Layer, ...], owner: str | None) -> None:
        here = layers[-1].kustomization.path
        try:
            path = self.loader.find(base.folder)
            self._bound(path, layers)
            self.visit(path, layers, owner=owner)
        except ReadError as error:
            self.graph.errors.append(at_line(error, here, base.line))
            return
        if base.component:
            self.graph.mixins.setdefault(here, {})[path] = self.graph.layers[path]

    def _bound(self, path: str, layers: tuple[Layer, ...]) -> None:
        above = [layer.kustomization.path for layer in layers]
        if path in above:
            raise ReadError(_cycle(path, layers), reason=Reason.MALFORMED)
        if len(layers) >= MAX_DEPTH:
            raise ReadError(f"lies more than {MAX_DEPTH} bases deep", reason=Reason.TOO_LARGE)
        if self.visits > MAX_VISITS or self.objects > MAX_OBJECTS:
            raise ReadError(
                f"brings more than {MAX_VISITS} bases or {MAX_OBJECTS} objects",
                reason=Reason.TOO_LARGE,
            )
        if self.size > MAX_SIZE:
            raise ReadError(f"brings more than {MAX_SIZE // MIB} MiB", reason=Reason.TOO_LARGE)

    def name(self) -> None:
        """Note each object by its first name and by the one it ends up with.

        That is known at the end only: the components of a kustomization change the names of all
        that its resources bring, too.
        """
        for (kind, first), statement, layers in self.unnamed:
            names = [first]
            for before, after in self._affixes(layers):
                names.append(f"{before}{names[-1]}{after}")
            origin = Origin(statement, layers, frozenset(names))
            for chosen in {names[0], names[-1]}:
                self.graph.origins.setdefault((kind, chosen), []).append(origin)

    def _affixes(self, layers: tuple[Layer, ...]) -> Iterator[_Affix]:
        """Yield what each of *layers* and their components put around names, the innermost first.

        An object of a component is not seen by the components before that one.
        """
        below = ""
        for layer in reversed(layers):
            path = layer.kustomization.path
            mixins = self._mixins(path)
            first = mixins.places.get(below, -1) + 1
            yield from (affix for place, affix in mixins.affixes if place >= first)
            yield from _affix(layer)
            below = path

    def _mixins(self, path: str) -> _Mixins:
        """Return what the components of the kustomization at *path* put around names."""
        if path not in self.mixins:
            components = self.graph.mixins.get(path, {})
            found = (
                (place, affix)
                for place, component in enumerate(components.values())
                for affix in (
                    *(affix for _, affix in self._mixins(component.kustomization.path).affixes),
                    *_affix(component),
                )
            )
            places = {component: place for place, component in enumerate(components)}
            self.mixins[path] = _Mixins(places, tuple(islice(found, MAX_AFFIXES)))
        return self.mixins[path]


def _affix(layer: Layer) -> Iterator[_Affix]:
    content = layer.kustomization.content
    found = as_text(content.get("namePrefix")), as_text(content.get("nameSuffix"))
    if any(found):
        yield found


def _cycle(path: str, layers: tuple[Layer, ...]) -> str:
    """Name every step of a cycle that closes at *path*, with the line that takes it."""
    steps = [layer.kustomization.path for layer in layers]
    round_trip = layers[steps.index(path) :]
    targets = [path.kustomization.folder for path in round_trip[1:]]
    places = [
        f"{layer.kustomization.path}:{base.line}"
        for layer, target in zip(round_trip, targets, strict=False)
        for base in layer.bases
        if base.folder == target
    ]
    return "closes a cycle of bases: " + " -> ".join([*places, steps[-1], path])
