"""Renders paths of a checkout: kustomizations, and directories of plain manifests."""

import asyncio
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize import kustomization, plain
from exporter.declared.kustomize.build import build
from exporter.declared.kustomize.complaints import explain
from exporter.declared.kustomize.graph import Graph, Loader
from exporter.declared.kustomize.kustomization import join
from exporter.declared.kustomize.provenance import Tracer
from exporter.declared.rendered import Manifest, Rendered
from exporter.domain.declaration import Unresolved
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from exporter.foreign.files import decode

BUILDS = 2
MAX_ERRORS = 20
ALLOW = "let it be fetched with declared.allow_remote_bases"


@dataclass(slots=True)
class Shared:
    """What all renderers of one checkout share."""

    loader: Loader
    builds: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BUILDS))
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Threads that read at the same time only wait for each other."""


class Renderer:
    """Renders paths of one checkout, each once; places name *source*."""

    def __init__(
        self,
        checkout: Checkout,
        *,
        allow_remote: bool,
        source: Source,
        shared: Shared | None = None,
    ) -> None:
        self._checkout = checkout
        self._allow_remote = allow_remote
        self._source = source
        self._shared = shared or Shared(Loader(checkout))
        self._known: dict[tuple[str, bool], asyncio.Task[Rendered]] = {}

    def of(self, source: Source) -> "Renderer":
        """Return a renderer of the same checkout that says it reads for another *source*."""
        return Renderer(
            self._checkout, allow_remote=self._allow_remote, source=source, shared=self._shared
        )

    async def render(self, path: str, *, recurse: bool = False) -> Rendered:
        """Return the objects of a kustomization, a directory of manifests or a single file.

        *recurse* is for directories of manifests, as Argo CD's ``directory.recurse``. Never
        raises for what it finds there.
        """
        folder = normal(path)
        key = folder, recurse
        if key not in self._known:
            self._known[key] = asyncio.create_task(self._render(folder, recurse=recurse))
        return await asyncio.shield(self._known[key])

    async def _render(self, path: str, *, recurse: bool) -> Rendered:
        try:
            async with self._shared.builds:
                return await self._choose(path, recurse=recurse)
        except ReadError as error:
            return self._failed([error], path)

    async def _choose(self, path: str, *, recurse: bool) -> Rendered:
        """Render *path* as what it is; raises :exc:`ReadError`."""
        if self._checkout.is_dir(path):
            found = kustomization.find(self._checkout, path)
            if found is not None:
                return await self._kustomize(found)
            if self._checkout.is_file(join(path, "Chart.yaml")):
                place = self._place(join(path, "Chart.yaml"), 1)
                return Rendered(unresolved=(Unresolved(place, "a Helm chart is not rendered"),))
        elif path.rpartition("/")[2] in kustomization.NAMES:
            found = kustomization.find(self._checkout, path.rpartition("/")[0])
            return await self._kustomize(found or path)
        async with self._shared.reading:
            return await asyncio.to_thread(self._plain, path, recurse=recurse)

    async def _kustomize(self, path: str) -> Rendered:
        graph = await asyncio.to_thread(self._shared.loader.walk, path)
        folder = graph.root.kustomization.folder
        if graph.errors:
            return self._failed(graph.errors, folder)
        unresolved = tuple(self._needs(graph))
        if unresolved:
            return Rendered(unresolved=unresolved)
        try:
            output = await build(
                self._checkout, folder, files=graph.files, allow_remote=self._allow_remote
            )
        except ReadError as error:
            if error.reason is Reason.UNSUPPORTED:
                place = self._place(graph.root.kustomization.path, 0)
                return Rendered(unresolved=(Unresolved(place, error.message),))
            return self._failed(explain(error, graph), folder)
        manifests = await asyncio.to_thread(self._manifests, output, graph)
        return Rendered(manifests=tuple(manifests))

    def _needs(self, graph: Graph) -> Iterable[Unresolved]:
        """Yield what the graph needs that is not to be had: the network, Helm."""
        for path, layer in graph.layers.items():
            if layer.kustomization.helm_line:
                place = self._place(path, layer.kustomization.helm_line)
                yield Unresolved(place, "a Helm chart is not rendered")
            for one in () if self._allow_remote else layer.remote:
                why = "is remote" if one.remote else "is a directory of plugins, which may fetch"
                what = f"{one.field}: {one.text} {why}; {ALLOW}"
                yield Unresolved(self._place(path, one.line), what)

    def _manifests(self, output: bytes, graph: Graph) -> list[Manifest]:
        path = graph.root.kustomization.path
        tracer = Tracer(self._place)
        try:
            return [
                tracer.built(yaml.plain(one.value), graph)
                for one in yaml.stream(decode(output, name=path))
                if isinstance(one.value, dict)
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
            unresolved=tuple(
                Unresolved(self._place(one.path, one.line), f"is passed over: {one.message}")
                for one in found.passed_over[:MAX_ERRORS]
            ),
            failures=self._failed(found.errors, path).failures,
        )

    def _failed(self, errors: Iterable[ReadError], path: str) -> Rendered:
        """Return errors as values, each once."""
        failures = (
            self._checkout.failure(self._source, one, path=path, part=path) for one in errors
        )
        return Rendered(failures=tuple(dict.fromkeys(failures))[:MAX_ERRORS])

    def _place(self, path: str, line: int) -> Place:
        return self._checkout.place(self._source, path, line)


def normal(path: str) -> str:
    """Return *path* without needless parts; the root is the empty path."""
    cleaned = posixpath.normpath(path.strip("/") or ".")
    return "" if cleaned == "." else cleaned
