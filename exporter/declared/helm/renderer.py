"""Renders charts of a checkout with the options of Applications; unchanged ones only once."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from msgspec import UNSET

from exporter.declared.checkout import Checkout
from exporter.declared.helm.archives import Archives, is_exact, opened
from exporter.declared.helm.chart import Asked, Chart, asks, read_chart, with_dependencies
from exporter.declared.helm.clocks import at_another_time
from exporter.declared.helm.output import Printed, parse
from exporter.declared.helm.places import Places
from exporter.declared.helm.plan import Plan, located, plan
from exporter.declared.helm.program import Helm, find_helm
from exporter.declared.helm.run import (
    LIMITS,
    LacksDependenciesError,
    NeedsVersionError,
    template,
)
from exporter.declared.helm.unsettled import Unsettled, unsettled
from exporter.declared.options import HelmOptions, NotPlannedError
from exporter.declared.remembered import Remembered
from exporter.declared.rendered import LeftOut, Manifest, Rendered
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState
from exporter.domain.provenance import Source
from exporter.foreign.command import Limits
from exporter.settings.load import Loaded

AT_ONCE: Final = 2
BUILD: Final = "commit what `helm dependency build` puts into charts/"
PUT: Final = "put it into the folder declared.charts.cache, as NAME-VERSION.tgz"
EXACT: Final = "name one version of it: which of a range Argo CD has is not known"
SAY_VERSION: Final = "say it in declared.charts.kube_version"
SAY_APIS: Final = "list those of the cluster in declared.charts.api_versions"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a chart rendered to, without places: they have the revision of the day."""

    printed: tuple[Printed, ...]
    unsettled: Unsettled


@dataclass(slots=True)
class ChartCache:
    """What charts rendered to, by all that goes into it; *memory* has it for the next reading."""

    memory: Remembered = field(default_factory=Remembered)
    renders: int = 0

    def get(self, key: str) -> _Kept | None:
        """Return what is known."""
        return self.memory.known(("chart", key), _Kept)

    def put(self, key: str, value: _Kept) -> None:
        """Remember a rendering."""
        self.memory.keep(("chart", key), value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """How charts are rendered: by which *helm* (3, 4 or any), for which cluster.

    *archives* have charts of registries. An empty *kube_version* is unknown, *api_versions* are
    unknown where they are None.
    """

    helm: str = ""
    kube_version: str = ""
    api_versions: tuple[str, ...] | None = None
    archives: Archives = field(default_factory=Archives)
    cache: ChartCache = field(default_factory=ChartCache)
    limits: Limits = LIMITS

    @classmethod
    def of(cls, loaded: Loaded, *, memory: Remembered) -> "Charts":
        """Return what the settings ask for; *memory* has what was rendered before."""
        settings = loaded.settings.declared.charts
        return cls(
            archives=Archives(loaded.path(settings.cache) if settings.cache else None),
            helm=settings.helm,
            kube_version=settings.kube_version,
            api_versions=None if settings.api_versions is UNSET else settings.api_versions,
            cache=ChartCache(memory),
        )


@dataclass(slots=True)
class ChartRenderer:
    """Renders charts of one *checkout*; places name *source*."""

    checkout: Checkout
    charts: Charts
    source: Source
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def render(self, path: str, options: HelmOptions) -> Rendered:
        """Return the objects of the chart in the directory *path*; never raises for it."""
        try:
            return await self._render_or_explain(path, options)
        except ReadError as error:
            if error.reason is Reason.TOOL:
                message = f"the Helm chart {path} is not rendered: {error.message}"
                return self._whole(options, ItemState.NOT_RENDERED, message, error.advice)
            return self._failed(error, path, options)

    async def _render_or_explain(self, path: str, options: HelmOptions) -> Rendered:
        """Render, or say why it cannot be done here; raises :exc:`ReadError`."""
        try:
            async with self.turns:
                return await self._render(path, options)
        except NotPlannedError as error:
            return self._whole(options, error.state, error.message, error.advice)
        except NeedsVersionError as error:
            if self.charts.kube_version or options.kube_version:
                raise ReadError(f"helm says: {error}", reason=Reason.MALFORMED) from None
            return self._whole(options, ItemState.UNRESOLVED, str(error), SAY_VERSION)
        except LacksDependenciesError as error:
            message = f"charts/ of {path} lacks what Chart.yaml names: {error}"
            return self._whole(options, ItemState.NOT_RENDERED, message, BUILD)

    async def _render(self, path: str, options: HelmOptions) -> Rendered:
        chart = await asyncio.to_thread(self._chart, path, options)
        inside = chart.files if options.chart else None
        planned = plan(options, chart=path, checkout=self.checkout, inside=inside)
        files = await asyncio.to_thread(self._files, chart, planned, options)
        asked = await asyncio.to_thread(asks, chart, *files.values(), planned.values.encode())
        planned = self._for_cluster(planned, asked)
        helm = await find_helm(self.charts.helm)
        key = await asyncio.to_thread(_key, helm, planned, chart, files)
        kept = self.charts.cache.get(key)
        if kept is None:
            kept = await self._run(helm, planned, _Input(chart, files), asked)
            self.charts.cache.put(key, kept)
        return await asyncio.to_thread(self._rendered, kept, chart)

    def _chart(self, path: str, options: HelmOptions) -> Chart:
        """Read a chart; raises :exc:`ReadError`, and :exc:`NotPlannedError` for one not here."""
        chart = self._of_registry(options) if options.chart else read_chart(self.checkout, path)
        archives = self.charts.archives
        return with_dependencies(
            chart, lambda name, version, where: archives.find(name, version, repository=where)
        )

    def _of_registry(self, options: HelmOptions) -> Chart:
        name, version, where = options.chart, options.version, options.repository
        data = self.charts.archives.find(name, version, repository=where)
        if data is None:
            message = f"the chart {name[:200]} of {where[:200]} is not rendered"
            advice = PUT if is_exact(version) else EXACT
            raise NotPlannedError(ItemState.NOT_RENDERED, message, advice)
        files = opened(data, name=f"{name}-{version}.tgz")
        return Chart("", files, place=options.place)

    def _files(self, chart: Chart, planned: Plan, options: HelmOptions) -> dict[str, bytes]:
        files = {}
        for one in planned.files:
            checkout, path = located(one, options, self.checkout)
            files[one] = checkout.read_bytes(path) if checkout else chart.files[path]
        return files

    def _for_cluster(self, planned: Plan, asked: Asked) -> Plan:
        """Return the plan for the cluster; raises :exc:`NotPlannedError` for one not known."""
        version = planned.kube_version or self.charts.kube_version
        if asked.kube_version and not version:
            message = "the chart asks for the version of Kubernetes, which is not known"
            raise NotPlannedError(ItemState.UNRESOLVED, message, SAY_VERSION)
        versions = planned.api_versions or self.charts.api_versions
        if asked.api_versions and versions is None:
            message = "the chart asks for the APIs that the cluster serves, which are not known"
            raise NotPlannedError(ItemState.UNRESOLVED, message, SAY_APIS)
        kept = (versions or ()) if asked.api_versions else ()
        return replace(planned, kube_version=version, api_versions=kept)

    async def _run(self, helm: Helm, planned: Plan, given: "_Input", asked: Asked) -> _Kept:
        """Render once, and again where chance or the clock has a part in it."""
        printed = await self._print(helm, planned, given)
        if not (asked.random or asked.clock):
            return _Kept(printed, Unsettled())
        again = given.at_another_time() if asked.clock else given
        try:
            other = await self._print(helm, planned, again)
        except ReadError:
            message = "the chart asks for the time, and nobody could tell where it shows"
            raise NotPlannedError(ItemState.UNRESOLVED, message) from None
        return _Kept(*unsettled(printed, other))

    async def _print(self, helm: Helm, planned: Plan, given: "_Input") -> tuple[Printed, ...]:
        self.charts.cache.renders += 1
        path = given.chart.path
        try:
            text = await template(
                helm,
                planned,
                chart=given.chart.files,
                read=given.files,
                limits=self.charts.limits,
            )
            return await asyncio.to_thread(lambda: tuple(parse(text)))
        except ParseError as error:
            message = f"what helm prints {error.message}"
            raise ReadError(message, reason=Reason.MALFORMED, path=path) from None
        except ReadError as error:
            raise _in_checkout(error, given.chart) from None

    def _rendered(self, kept: _Kept, chart: Chart) -> Rendered:
        places = Places(self.checkout, chart, self.source)
        manifests = [self._manifest(one, kept, places) for one in kept.printed]
        return Rendered(
            manifests=tuple(manifests), left_out=tuple(self._left_out(kept, chart, places))
        )

    def _manifest(self, one: Printed, kept: _Kept, places: Places) -> Manifest:
        place, inside = places.of(one.content, one.template)
        return Manifest(
            content=one.content,
            place=place,
            places=inside,
            undetermined=kept.unsettled.pointers.get(one.identity, ()),
            unknown=kept.unsettled.unknown.get(one.identity, ""),
        )

    def _left_out(self, kept: _Kept, chart: Chart, places: Places) -> Iterator[LeftOut]:
        for identity, file, message in kept.unsettled.told:
            _, kind, namespace, name = identity
            place, _ = places.of({"kind": kind}, file)
            yield LeftOut(
                place=place,
                state=ItemState.UNRESOLVED,
                message=message,
                subject=Subject("Source", namespace, f"{chart.path}#{kind}/{name}"[:253]),
            )

    def _failed(self, error: ReadError, path: str, options: HelmOptions) -> Rendered:
        failure = self.checkout.failure(self.source, error, path=path, part=path)
        if options.chart:  # what is wrong lies in no file of the repository
            where = f"{error.path}: " if error.path else ""
            message = f"{options.chart} {options.version}: {where}{error.message}"
            failure = replace(failure, place=options.place, message=message, part=options.owner)
        return Rendered(failures=(failure,))

    def _whole(
        self, options: HelmOptions, state: ItemState, message: str, advice: str = ""
    ) -> Rendered:
        reason = LeftOut(place=options.place, state=state, message=message, advice=advice)
        return Rendered(left_out=(reason,))


@dataclass(frozen=True, slots=True)
class _Input:
    """The files that a run is given: those of the chart, and those beside it by path."""

    chart: Chart
    files: Mapping[str, bytes]

    def at_another_time(self) -> "_Input":
        files = at_another_time(self.chart.files)
        return _Input(replace(self.chart, files=files), at_another_time(self.files))


def _in_checkout(error: ReadError, chart: Chart) -> ReadError:
    """Return *error* with the path in the checkout of what helm names inside the chart."""
    name, _, inner = error.path.partition("/")
    known = inner in chart.files and name == chart.name
    path = error.path if error.path in chart.files else inner if known else ""
    where = f"{chart.path}/{path}".strip("/") if path else chart.path
    return ReadError(
        error.message,
        reason=error.reason,
        path=where,
        line=error.line if path else 0,
        advice=error.advice,
    )


def _key(helm: Helm, planned: Plan, chart: Chart, files: Mapping[str, bytes]) -> str:
    """Return what stands for all that goes into a rendering."""
    digest = hashlib.sha256()
    parts: Sequence[object] = (helm.path, helm.version, helm.state, planned, chart.name)
    digest.update(repr(parts).encode())
    for name, data in (*chart.files.items(), ("", b""), *files.items()):
        digest.update(f"{len(name)}:{name}{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()
