"""Renders paths of a checkout: kustomizations, and directories of plain manifests."""

import asyncio
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from exporter.declared import tracing
from exporter.declared.checkout import Checkout
from exporter.declared.helm import ChartRenderer, Charts
from exporter.declared.kustomize import inline, kustomization, plain
from exporter.declared.kustomize.build import Building, build
from exporter.declared.kustomize.charts import inflate
from exporter.declared.kustomize.complaints import explain
from exporter.declared.kustomize.graph import Graph, Loader
from exporter.declared.kustomize.kustomization import join
from exporter.declared.kustomize.naming import names, unmatched
from exporter.declared.kustomize.omissions import Omissions, omissions
from exporter.declared.kustomize.provenance import Tracer
from exporter.declared.manifests import WORKLOADS
from exporter.declared.options import HelmOptions, KustomizeOptions, Options
from exporter.declared.rendered import LeftOut, Manifest, Rendered
from exporter.declared.tracing import Trace
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from exporter.foreign.confined import position
from exporter.foreign.files import decode

BUILDS = 2
_Key: TypeAlias = tuple[str, bool, KustomizeOptions | None]
MAX_ERRORS = 20
"""How many errors of one kustomization are told, which cannot be built for the first of them."""


@dataclass(slots=True)
class Shared:
    """What all renderers of one checkout share."""

    loader: Loader
    builds: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BUILDS))
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Threads that read at the same time only wait for each other."""

    unrestricted: Loader = field(init=False)

    def __post_init__(self) -> None:
        """Read without restrictions, too, where Argo CD is told so."""
        self.unrestricted = Loader(self.loader.checkout, unrestricted=True)


class Renderer:
    """Renders paths of one checkout, each once; places name *source*.

    Kustomizations are built by the *kustomize* of this version, or any.
    """

    def __init__(
        self,
        checkout: Checkout,
        *,
        allow_remote: bool,
        source: Source,
        charts: Charts | None = None,
        kustomize: str = "",
        shared: Shared | None = None,
    ) -> None:
        self._checkout = checkout
        self._allow_remote = allow_remote
        self._source = source
        self._version = kustomize
        self._shared = shared or Shared(Loader(checkout))
        self._charts = ChartRenderer(checkout, charts or Charts(), source)
        self._known: dict[_Key, asyncio.Task[tuple[Rendered, Trace | None]]] = {}

    def of(self, source: Source) -> "Renderer":
        """Return a renderer of the same checkout that says it reads for another *source*."""
        return Renderer(
            self._checkout,
            allow_remote=self._allow_remote,
            source=source,
            charts=self._charts.charts,
            kustomize=self._version,
            shared=self._shared,
        )

    def elsewhere(self, checkout: Checkout) -> "Renderer":
        """Return a renderer that does the same in a further *checkout*."""
        return Renderer(
            checkout,
            allow_remote=self._allow_remote,
            source=self._source,
            charts=self._charts.charts,
            kustomize=self._version,
        )

    async def render(
        self, path: str, *, recurse: bool = False, options: Options | None = None
    ) -> Rendered:
        """Return the objects of a kustomization, a directory of manifests or a single file.

        *recurse* is for directories of manifests, as Argo CD's ``directory.recurse``. A chart
        takes *options*: without them nobody knows its release. Never raises for what it finds.
        """
        folder = normal(path)
        if isinstance(options, HelmOptions):
            return await self._charts.render(folder, options)
        key = folder, recurse, options or None
        if key not in self._known:
            self._known[key] = asyncio.create_task(self._render(key))
        rendered, trace = await asyncio.shield(self._known[key])
        tracing.add(trace)
        return rendered

    async def _render(self, key: "_Key") -> tuple[Rendered, Trace | None]:
        """Render, and note apart what is asked for it: others may want the same."""
        path, recurse, options = key
        trace = tracing.begun()
        with tracing.into(trace):
            try:
                async with self._shared.builds:
                    return await self._choose(path, recurse=recurse, options=options), trace
            except ReadError as error:
                return self._failed([error], path), trace

    async def _choose(
        self, path: str, *, recurse: bool, options: KustomizeOptions | None
    ) -> Rendered:
        """Render *path* as what it is; raises :exc:`ReadError`."""
        if self._checkout.is_dir(path):
            found = kustomization.find(self._checkout, path)
            if found is not None:
                return await self._kustomize(found, options)
            if self._checkout.is_file(join(path, "Chart.yaml")):
                message = "the Helm chart is not rendered: only an Application says its release"
                return self._whole(join(path, "Chart.yaml"), 1, message)
        elif path.rpartition("/")[2] in kustomization.NAMES:
            found = kustomization.find(self._checkout, path.rpartition("/")[0])
            return await self._kustomize(found or path, options)
        async with self._shared.reading:
            return await asyncio.to_thread(self._plain, path, recurse=recurse)

    async def _kustomize(self, path: str, options: KustomizeOptions | None) -> Rendered:
        graph = await self._walk(path, options)
        folder = graph.root.kustomization.folder
        if graph.errors:
            return self._failed(graph.errors, folder)
        inflated = await inflate(graph, checkout=self._checkout, charts=self._charts)
        omitted = omissions(
            graph, allow_remote=self._allow_remote, place=self._place, inflated=inflated
        )
        try:
            output = await self._build(graph, omitted, inflated.files(graph))
        except ReadError as error:
            return self._unbuilt(error, graph, omitted)
        built = await asyncio.to_thread(self._manifests, output, graph)
        return Rendered(manifests=tuple(_doubted(built, omitted)), left_out=tuple(omitted.left_out))

    async def _walk(self, path: str, options: KustomizeOptions | None) -> Graph:
        loader = self._shared.loader
        if options is not None and options.unrestricted:
            loader = self._shared.unrestricted
        if options is None or not options.edited:
            return await asyncio.to_thread(loader.walk, path)
        original = await asyncio.to_thread(loader.load, path)
        root = await asyncio.to_thread(inline.edited, self._checkout, original, options)
        above = inline.stated(options)
        return await asyncio.to_thread(lambda: loader.walk(path, root=root, above=above))

    async def _build(self, graph: Graph, omitted: Omissions, charts: Mapping[str, bytes]) -> bytes:
        """Return what kustomize prints for *graph* without what is *omitted*, with *charts*."""
        return await build(
            self._checkout,
            graph.root.kustomization.folder,
            files={*graph.files, *charts},
            how=Building(
                allows_remote=self._allow_remote,
                unrestricted=graph.unrestricted,
                version=self._version,
            ),
            edited={**_edited(graph), **omitted.edited(graph), **charts},
        )

    def _unbuilt(self, error: ReadError, graph: Graph, omitted: Omissions) -> Rendered:
        """Return why a build failed: what it was built without may be the reason."""
        path = graph.root.kustomization.path
        if error.reason is Reason.UNSUPPORTED and (error.advice or not omitted):
            return self._whole(path, 0, error.message, error.advice)
        malformed = any(layer.malformed for layer in graph.layers.values())
        if error.reason in {Reason.UNSUPPORTED, Reason.MALFORMED} and omitted and not malformed:
            first = omitted.left_out[0]
            message = f"{first.message}, and without it kustomize says: {error.message}"
            return Rendered(left_out=(replace(first, message=message, subject=None),))
        remote = self._allow_remote and any(layer.remote for layer in graph.layers.values())
        if error.reason is Reason.MALFORMED and remote and not malformed:
            error = _unavailable(error, path)  # nobody can tell whether it was the network
        return self._failed(explain(error, graph), graph.root.kustomization.folder)

    def _whole(self, path: str, line: int, message: str, advice: str = "") -> Rendered:
        """Return why nothing of a path is rendered: a newer kustomize would do it, by *advice*."""
        place = self._place(path, line)
        state = ItemState.UNSUPPORTED if advice else ItemState.NOT_RENDERED
        left_out = LeftOut(place=place, state=state, message=message, advice=advice)
        return Rendered(left_out=(left_out,))

    def _manifests(self, output: bytes, graph: Graph) -> list[Manifest]:
        path = graph.root.kustomization.path
        position.at(path)
        tracer = Tracer(self._place)
        try:
            return [
                tracer.built(yaml.plain(document.value), graph)
                for document in yaml.stream(decode(output, name=path))
                if isinstance(document.value, dict)
            ]
        except ParseError as error:
            raise ReadError(
                f"what kustomize prints {error.message}", reason=Reason.MALFORMED, path=path
            ) from None

    def _plain(self, path: str, *, recurse: bool) -> Rendered:
        if not self._checkout.is_file(path) and not self._checkout.is_dir(path):
            self._checkout.resolve(path)
            raise ReadError("does not exist", reason=Reason.MISSING, path=path)
        found = plain.read(self._checkout, path, recurse=recurse, tracer=Tracer(self._place))
        return Rendered(
            manifests=tuple(found.manifests),
            left_out=tuple(self._passed_over(manifest) for manifest in found.passed_over),
            failures=tuple(
                self._checkout.failure(self._source, error, path=path, part=path)
                for error in found.errors
            ),
            by_file=True,
        )

    def _passed_over(self, manifest: plain.PassedOver) -> LeftOut:
        return LeftOut(
            place=self._place(manifest.path, manifest.line),
            state=manifest.state,
            message=manifest.message,
            subject=Subject("File", "", manifest.path),
        )

    def _failed(self, errors: Iterable[ReadError], path: str) -> Rendered:
        """Return errors as values, each once."""
        failures = (
            self._checkout.failure(self._source, error, path=path, part=path) for error in errors
        )
        return Rendered(failures=tuple(dict.fromkeys(failures))[:MAX_ERRORS])

    def _place(self, path: str, line: int) -> Place:
        return self._checkout.place(self._source, path, line)


def _edited(graph: Graph) -> dict[str, bytes]:
    """Return the root as it is built, where that is not what its file says."""
    root = graph.root
    return {root.kustomization.path: inline.content(root)} if graph.edited else {}


def _doubted(built: Sequence[Manifest], omitted: Omissions) -> Iterable[Manifest]:
    """Yield what was built, and say where what was left out could make values otherwise."""
    known = names(built) if omitted.renamed else set()
    for built_file in built:
        unknown = omitted.changed
        if not unknown and omitted.renamed and built_file.kind in WORKLOADS:
            found = unmatched(built_file, known, omitted.renamed)
            if found:
                what = omitted.left_out[0].message
                unknown = f"refers to {found[0]} {found[1]}, which may be called otherwise: {what}"
        yield replace(built_file, unknown=unknown) if unknown else built_file


def _unavailable(error: ReadError, path: str) -> ReadError:
    return ReadError(error.message, reason=Reason.UNAVAILABLE, path=path)


def normal(path: str) -> str:
    """Return *path* without needless parts; the root is the empty path."""
    cleaned = posixpath.normpath(path.strip("/") or ".")
    return "" if cleaned == "." else cleaned
