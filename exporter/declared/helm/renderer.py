"""Renders charts of a checkout with the options of Applications; unchanged ones only once."""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from exporter.declared import tracing
from exporter.declared.checkout import Checkout
from exporter.declared.helm.archives import opened
from exporter.declared.helm.chart import Asked, Chart, asks, read_chart, with_dependencies
from exporter.declared.helm.charts import Charts, Kept
from exporter.declared.helm.clocks import at_another_time, planned_at_another_time
from exporter.declared.helm.clusters import possible
from exporter.declared.helm.origins import (
    MAX_OBJECTS,
    OF_CHART,
    Leaf,
    Origin,
    Values,
    candidates,
    changed,
    origins,
    values_path,
)
from exporter.declared.helm.output import Printed, differing, parse
from exporter.declared.helm.places import Places
from exporter.declared.helm.plan import Plan, located, plan
from exporter.declared.helm.program import Helm, find_helm
from exporter.declared.helm.run import (
    LacksDependenciesError,
    NeedsVersionError,
    template,
)
from exporter.declared.helm.unsettled import CHANCE, CLUSTER, unsettled
from exporter.declared.options import HelmOptions, NotPlannedError
from exporter.declared.rendered import LeftOut, Manifest, Rendered
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState
from exporter.domain.json import as_text
from exporter.domain.provenance import Place, Source

BUILD: Final = (
    "commit what `helm dependency build` puts into charts/, or let it be fetched with "
    "declared.charts.fetch"
)
_NOT_OF_THE_CHART: Final = {
    Reason.TOOL: ItemState.NOT_RENDERED,
    Reason.UNSUPPORTED: ItemState.UNSUPPORTED,
}
SAY_CLUSTER: Final = "say them in declared.charts.kube_version and api_versions"


@dataclass(slots=True)
class ChartRenderer:
    """Renders charts of one *checkout*; places name *source*."""

    checkout: Checkout
    charts: Charts
    source: Source
    traced: int = 0

    async def render(self, path: str, options: HelmOptions) -> Rendered:
        """Return the objects of the chart in the directory *path*; never raises for it."""
        try:
            return await self._render_or_explain(path, options)
        except ReadError as error:
            if error.reason in _NOT_OF_THE_CHART:
                if error.reason is Reason.TOOL:
                    tracing.ask_elsewhere()
                named = options.chart or path
                message = f"the Helm chart {named[:200]} is not rendered: {error.message}"
                return self._whole(options, _NOT_OF_THE_CHART[error.reason], message, error.advice)
            return self._failed(error, path, options)

    async def _render_or_explain(self, path: str, options: HelmOptions) -> Rendered:
        """Render, or say why it cannot be done here; raises :exc:`ReadError`."""
        try:
            async with self.charts.turns:
                return await self._render(path, options)
        except NotPlannedError as error:
            return self._whole(options, error.state, error.message, error.advice)
        except NeedsVersionError as error:
            if self.charts.kube_version or options.kube_version:
                raise ReadError(f"helm says: {error}", reason=Reason.MALFORMED) from None
            return self._whole(options, ItemState.UNRESOLVED, str(error), SAY_CLUSTER)
        except LacksDependenciesError as error:
            named = options.chart or path
            message = f"charts/ of {named[:200]} lacks what Chart.yaml names: {error}"
            return self._whole(options, ItemState.NOT_RENDERED, message, BUILD)

    async def _render(self, path: str, options: HelmOptions) -> Rendered:
        chart = await asyncio.to_thread(self._chart, path, options)
        inside = chart.files if options.chart else None
        planned = plan(
            options,
            chart=path,
            checkout=self.checkout,
            inside=inside,
            patterns=self.charts.patterns,
        )
        files = await asyncio.to_thread(self._files, chart, planned, options)
        texts = _texts(chart, planned, files)
        asked = await asyncio.to_thread(asks, texts)
        plans = self._plans(planned, asked, texts)
        helm = await find_helm(self.charts.helm)
        key = await asyncio.to_thread(_key, helm, plans, chart, files)
        kept = self.charts.cache.get(key)
        if kept is None:
            kept = await self._run(helm, plans, _Input(chart, files), asked)
            self.charts.cache.put(key, kept)
        given = _Input(chart, files, options.owner.rpartition("/")[0])
        traced = await self._traced(helm, plans[-1], given, kept)
        if traced is not kept:
            kept = traced
            self.charts.cache.put(key, kept)
        return await asyncio.to_thread(self._rendered, kept, chart, options)

    async def _traced(self, helm: Helm, planned: Plan, given: "_Input", kept: Kept) -> Kept:
        """Return *kept* with where the values of those objects come from that are asked about."""
        questions = self.charts.questions.get(given.owner, frozenset())
        found = dict(kept.origins)
        for one in kept.printed if questions else ():
            _, kind, namespace, name = one.identity
            asked = Subject(kind, namespace or planned.namespace, name)
            if asked in questions and one.identity not in found:
                if self.traced >= MAX_OBJECTS:
                    break
                self.traced += 1
                unsettled = kept.unsettled.pointers.get(one.identity, ())
                traced = await self._trace(helm, planned, given, one)
                found[one.identity] = tuple(
                    each for each in traced if each.pointer not in unsettled
                )
        return kept if len(found) == len(kept.origins) else replace(kept, origins=found)

    async def _trace(
        self, helm: Helm, planned: Plan, given: "_Input", traced: Printed
    ) -> list[Origin]:
        """Render with one value changed after the other, and see what of an object follows."""
        values = await asyncio.to_thread(Values, given.chart, planned, given.files)
        merged, fields = values.merged(), dict[str, list[Leaf]]()
        for leaf in candidates(traced, values):
            try:
                printed = await self._print(helm, changed(planned, leaf, merged), given)
            except (ReadError, NeedsVersionError):
                continue  # the chart refuses the value
            other = next((one for one in printed if one.identity == traced.identity), None)
            if other is not None:
                for pointer in differing(traced.content, other.content):
                    fields.setdefault(pointer, []).append(leaf)
        return list(origins(fields, traced.content, values))

    async def text(self, chart: Chart, planned: Plan, files: Mapping[str, bytes]) -> str:
        """Return what a *chart* renders to, as helm prints it.

        Raises :exc:`ReadError`, and :exc:`NotPlannedError` where it is not the same each time, or
        for every cluster that it may be for.
        """
        texts = _texts(chart, planned, files)
        asked = await asyncio.to_thread(asks, texts)
        plans = self._plans(planned, asked, texts)
        helm = await find_helm(self.charts.helm)
        given = _Input(chart, files)
        try:
            async with self.charts.turns:
                kept = await self._run(helm, plans, given, asked)
                found = await self._template(helm, plans[-1], given)
        except NeedsVersionError as error:
            raise NotPlannedError(ItemState.UNRESOLVED, str(error), SAY_CLUSTER) from None
        except LacksDependenciesError as error:
            message = f"charts/ of {chart.name} lacks what Chart.yaml names: {error}"
            raise NotPlannedError(ItemState.NOT_RENDERED, message, BUILD) from None
        if kept.unsettled.told:
            message = f"the Helm chart {chart.name}: {kept.unsettled.told[0][2]}"
            raise NotPlannedError(ItemState.UNRESOLVED, message)
        return found

    def _chart(self, path: str, options: HelmOptions) -> Chart:
        """Read a chart; raises :exc:`ReadError`, and :exc:`NotPlannedError` for one not here."""
        if not options.chart:
            return self.completed(read_chart(self.checkout, path))
        chart = self.of_registry(options.chart, options.version, options.repository)
        return replace(chart, place=options.place)

    def completed(self, chart: Chart) -> Chart:
        """Return a chart with those of its dependencies that are in the folder of archives.

        Raises :exc:`NotPlannedError` where one is to be fetched.
        """
        archives, awaited = self.charts.archives, []

        def find(name: str, version: str, where: str) -> tuple[str, bytes] | None:
            try:
                found = archives.find(name, version, repository=where)
            except NotPlannedError as error:
                if archives.is_fetched(where):
                    awaited.append(error)
                return None
            return found.version, found.data

        complete = with_dependencies(chart, find)
        if awaited:
            raise awaited[0]
        return complete

    def of_registry(self, name: str, version: str, where: str) -> Chart:
        """Return a chart of the registry *where*; raises :exc:`NotPlannedError` if not here."""
        found = self.charts.archives.find(name, version, repository=where)
        files = opened(found.data, name=f"{name}-{found.version}.tgz")
        return self.completed(Chart("", files, version=found.version))

    def _files(self, chart: Chart, planned: Plan, options: HelmOptions) -> dict[str, bytes]:
        files = {}
        for one in planned.files:
            checkout, path = located(one, options, self.checkout)
            files[one] = checkout.read_bytes(path) if checkout else chart.files[path]
        return files

    def _plans(self, planned: Plan, asked: Asked, texts: Sequence[bytes]) -> Sequence[Plan]:
        """Return the plan for the cluster, or for all that it may be where nobody says.

        Raises :exc:`NotPlannedError` where these are too many.
        """
        version = planned.kube_version or self.charts.kube_version
        served = planned.api_versions or self.charts.api_versions
        kept = (served or ()) if asked.api_versions else ()
        planned = replace(planned, kube_version=version, api_versions=kept)
        unknown = Asked(
            kube_version=asked.kube_version and not version,
            api_versions=asked.api_versions and served is None,
        )
        if unknown == Asked():
            return (planned,)
        found = possible(planned, unknown, texts)
        if found is None:
            message = "the chart asks for the version or the APIs of the cluster, which nobody says"
            raise NotPlannedError(ItemState.UNRESOLVED, message, SAY_CLUSTER)
        return found

    async def _run(self, helm: Helm, plans: Sequence[Plan], given: "_Input", asked: Asked) -> Kept:
        """Render for each cluster, and again where chance or the clock has a part in it."""
        printed = await self._print_all(helm, plans, given)
        if not (asked.random or asked.clock):
            return Kept(*unsettled(printed, why=CLUSTER))
        last = plans[-1]
        if asked.clock:
            last, given = planned_at_another_time(last), given.at_another_time()
        try:
            other = await self._print_all(helm, (last,), given)
        except ReadError:
            message = "the chart asks for the time, and nobody could tell where it shows"
            raise NotPlannedError(ItemState.UNRESOLVED, message) from None
        why = CLUSTER if len(printed) > 1 else CHANCE
        return Kept(*unsettled([*printed, *other], why=why))

    async def _print_all(
        self, helm: Helm, plans: Sequence[Plan], given: "_Input"
    ) -> list[tuple[Printed, ...]]:
        """Return what is printed for each cluster; one that the chart refuses counts for nothing.

        Raises what the last one raised where all are refused.
        """
        printed, refused = [], None
        for one in plans:
            try:
                printed.append(await self._print(helm, one, given))
            except (ReadError, NeedsVersionError) as error:
                refused = error
                if isinstance(error, ReadError) and error.reason is not Reason.MALFORMED:
                    raise
        if not printed and refused is not None:
            raise refused
        return printed

    async def _print(self, helm: Helm, planned: Plan, given: "_Input") -> tuple[Printed, ...]:
        text = await self._template(helm, planned, given)
        try:
            return await asyncio.to_thread(lambda: tuple(parse(text)))
        except ParseError as error:
            message = f"what helm prints {error.message}"
            path = given.chart.path
            raise ReadError(message, reason=Reason.MALFORMED, path=path) from None

    async def _template(self, helm: Helm, planned: Plan, given: "_Input") -> str:
        self.charts.cache.renders += 1
        try:
            return await template(
                helm,
                planned,
                chart=given.chart.files,
                read=given.files,
                limits=self.charts.limits,
            )
        except ReadError as error:
            raise _in_checkout(error, given.chart) from None

    def _rendered(self, kept: Kept, chart: Chart, options: HelmOptions) -> Rendered:
        places = Places(self.checkout, chart, self.source)
        manifests = [self._manifest(one, kept, places, options) for one in kept.printed]
        return Rendered(
            manifests=tuple(manifests),
            left_out=tuple(self._left_out(kept, chart, places)),
            version=chart.version,
        )

    def _manifest(self, one: Printed, kept: Kept, places: Places, options: HelmOptions) -> Manifest:
        place, inside = places.of(one.content, one.template)
        chart = places.chart
        values = dict(self._values(kept.origins.get(one.identity, ()), chart, options))
        return Manifest(
            content=one.content,
            place=place,
            places={**inside, **values},
            chart=f"{chart.name} {as_text(chart.metadata.get('version'))}: {one.template}",
            undetermined=kept.unsettled.pointers.get(one.identity, ()),
            unknown=kept.unsettled.unknown.get(one.identity, ""),
        )

    def _values(
        self, found: Iterable[Origin], chart: Chart, options: HelmOptions
    ) -> Iterator[tuple[str, Place]]:
        """Yield where values stand that make fields; those of a registry's chart stand nowhere."""
        for one in found:
            called = values_path(one.leaf)
            if not one.file:
                yield one.pointer, replace(options.place, values_path=called)
                continue
            inner = one.file.removeprefix(OF_CHART)
            checkout: Checkout | None = None if chart.place else self.checkout
            path = f"{chart.path}/{inner}".lstrip("/")
            if inner == one.file:
                checkout, path = located(one.file, options, self.checkout)
            if checkout is not None:
                place = checkout.place(self.source, path, one.line)
                yield one.pointer, replace(place, values_path=called)

    def _left_out(self, kept: Kept, chart: Chart, places: Places) -> Iterator[LeftOut]:
        for identity, file, message in kept.unsettled.told:
            _, kind, namespace, name = identity
            place, _ = places.of({"kind": kind}, file)
            yield LeftOut(
                place=place,
                state=ItemState.UNRESOLVED,
                message=message,
                advice=SAY_CLUSTER if CLUSTER in message else "",
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
    """The files that a run is given: those of the chart, and those beside it by path.

    The Application *owner* has it done.
    """

    chart: Chart
    files: Mapping[str, bytes]
    owner: str = ""

    def at_another_time(self) -> "_Input":
        files = at_another_time(self.chart.files)
        return _Input(replace(self.chart, files=files), at_another_time(self.files))


def _texts(chart: Chart, planned: Plan, files: Mapping[str, bytes]) -> list[bytes]:
    """Return all texts that may ask for something: those of the chart, and what it is given."""
    return [*chart.texts(), *files.values(), *(text.encode() for text in planned.texts)]


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


def _key(helm: Helm, plans: Sequence[Plan], chart: Chart, files: Mapping[str, bytes]) -> str:
    """Return what stands for all that goes into a rendering."""
    digest = hashlib.sha256()
    parts: Sequence[object] = (helm.path, helm.version, helm.state, tuple(plans), chart.name)
    digest.update(repr(parts).encode())
    for name, data in (*chart.files.items(), ("", b""), *files.items()):
        digest.update(f"{len(name)}:{name}{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()
