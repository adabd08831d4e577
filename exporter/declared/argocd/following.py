"""Applications followed to the paths that they deliver, and to what lies there.

An Application is followed where its source is this repository at the revision at hand, and its
destination this cluster. What is found there may be Applications again.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exporter.declared import manifests, tracing, units
from exporter.declared.accounting import Origin, account, left_out
from exporter.declared.argocd import items
from exporter.declared.argocd.applications import NAMESPACE, Parsed
from exporter.declared.argocd.gathering import Gathering
from exporter.declared.argocd.hiding import may_hide
from exporter.declared.argocd.ignored import left_open, pointers
from exporter.declared.argocd.ledger import Ledger
from exporter.declared.argocd.roots import with_applications
from exporter.declared.argocd.rules import Rules
from exporter.declared.argocd.sources import (
    ASK,
    Deployer,
    delivers,
    elsewhere,
    not_here,
    render_source,
)
from exporter.declared.argocd.told import with_told
from exporter.declared.argocd.told_places import told_place
from exporter.declared.checkout import Checkout
from exporter.declared.kinds import governs, group, is_declaration
from exporter.declared.located import LocatedTree
from exporter.declared.machines.objects import RenderedPools, makes_machines
from exporter.declared.machines.objects import rendered as rendered_pools
from exporter.declared.options import HelmOptions
from exporter.declared.rendered import LeftOut, Manifest, Render, Rendered
from exporter.declared.repositories import Further, Home, Standing
from exporter.declared.units import Rendering, Unit, Units
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    DeclaredApplication,
    DeclaredAutoscaler,
    DeclaredObject,
    DeclaredWorkload,
    Failure,
    Unresolved,
)
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.items import ItemState
from exporter.domain.json import as_text, dig
from exporter.domain.provenance import Source
from exporter.domain.renderings import ArgocdRendering

MAX_DEPTH = 20
MAX_WORKLOADS = 100_000
MAX_ITEMS = 500_000
AT_ONCE = 16
"""How many sources are looked at before others get their turn: a repository may have thousands."""
_NAME = ("metadata", "name")


@dataclass(frozen=True, slots=True)
class _Step:
    """A source of an Application, and how Argo CD is told to render it.

    *further* is the repository that has it, where that is not the one at hand. One that
    *is_hydrated* is written by Argo CD itself.
    """

    application: DeclaredApplication
    index: int
    options: LocatedTree
    further: Further | None = None
    is_hydrated: bool = False

    @property
    def key(self) -> ApplicationKey:
        """The Application's."""
        return self.application.key

    @property
    def source(self) -> ApplicationSource:
        """The source itself."""
        return self.application.sources[self.index]

    @property
    def checkout(self) -> Checkout | None:
        """That of the further repository, if it is of one."""
        return self.further.home.checkout if self.further else None

    @property
    def is_ours(self) -> bool:
        """Whether a file of a repository makes the Application, and no object of the cluster."""
        return self.application.place.source is not Source.KUBERNETES

    @property
    def unit(self) -> tuple[str, ApplicationKey, int]:
        """What it is remembered by."""
        return "source", self.key, self.index

    @property
    def subject(self) -> Subject:
        """The source as a subject."""
        return items.source_subject(self.key, self.index)


@dataclass(slots=True)
class Following:
    """What was found so far.

    *paths* tells of the paths of this repository whether they exist; *delivered* are those that
    an Application delivers to the cluster that is looked at. *versions* are those of the charts of
    registries, by Application and source. *hiding* are sources that may declare
    further Applications. *rules* are those of Argo CD itself, *further* are
    other repositories whose checkouts are at hand.

    *renderings* are what Argo CD itself says it renders. *units* remember what is unchanged, if
    anything does: what these declare is among their parts then. Where that is done *lazily*, it may
    be of no use but to find Applications.
    """

    gathering: Gathering
    render: Render
    paths: dict[str, bool] = field(default_factory=dict)
    versions: dict[tuple[ApplicationKey, int], str] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    workloads: list[DeclaredWorkload] = field(default_factory=list)
    objects: list[DeclaredObject] = field(default_factory=list)
    autoscalers: list[DeclaredAutoscaler] = field(default_factory=list)
    pools: list[RenderedPools] = field(default_factory=list)
    hiding: list[Gap] = field(default_factory=list)
    rules: Rules = field(default_factory=Rules)
    further: Sequence[Further] = ()
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    units: Units | None = None
    lazily: bool = False
    renderings: Mapping[ApplicationKey, ArgocdRendering] = field(default_factory=dict)
    _workloads: int = 0
    _items: int = 0

    @property
    def ledger(self) -> Ledger:
        """The book of all that is declared."""
        return self.gathering.ledger

    @property
    def home(self) -> Home:
        """The repository at hand."""
        return self.gathering.files.home

    async def enter(self, paths: Sequence[str], charts: Mapping[str, HelmOptions]) -> None:
        """Render *paths*, which the settings name, and note what they hold, in their order.

        Those of *charts* are rendered by helm as they are installed.
        """
        rendered = await asyncio.gather(*(self._entry(one, charts.get(one)) for one in paths))
        for path, one in zip(paths, rendered, strict=True):
            await self.take(path, with_applications(one, charts.get(path)))

    async def _entry(self, path: str, options: HelmOptions | None) -> Rendered:
        if self.units is None:
            return await self.render(path, options=options)
        key: tuple[str, ...] = ("entry", path)
        inputs = units.digest(options)
        unit = self.units.find(key, inputs)
        known = self.units.restored(key, unit, self.home.checkout) if unit else None
        if unit is not None and known is not None:
            self.units.reuse(key, unit)
            return known.rendered
        trace = tracing.begun()
        with tracing.into(trace):
            rendered = await self.render(path, options=options)
        tracing.add(trace)
        if trace is not None and not rendered.failures:
            packed = self.units.packing.pack(rendered)
            self.units.remember(key, Unit(inputs=inputs, rendered=packed), trace)
        return rendered

    async def take(self, path: str, rendered: Rendered) -> None:
        """Note the Applications and ApplicationSets that *path*, which the settings name, holds."""
        await asyncio.to_thread(self._enter, path, rendered)

    def _enter(self, path: str, rendered: Rendered) -> None:
        self.ledger.enter(path, rendered)
        self.ledger.others += [one for one in rendered.manifests if not is_declaration(one.content)]
        self.gathering.take(rendered.manifests, NAMESPACE)

    async def run(self) -> None:
        """Follow all Applications, level by level; each once, so that cycles end."""
        for _ in range(MAX_DEPTH):
            level = await asyncio.to_thread(self.gathering.settle)
            steps = await asyncio.to_thread(lambda: list(self._steps(level)))  # noqa: B023 - awaited
            rendered = await asyncio.gather(*(self._render(step) for step in steps))
            await asyncio.to_thread(self._deliver, steps, rendered)
        deeper = await asyncio.to_thread(self.gathering.settle)
        message = f"lies more than {MAX_DEPTH} Applications deep"
        for step in (one for parsed in deeper for one in _sources(parsed)):
            place = step.application.place
            reason = LeftOut(place=place, state=ItemState.NOT_RENDERED, message=message)
            self._leave_out(step, reason)

    async def adopt(self, application_sets: Sequence[Manifest]) -> None:
        """Follow those *application_sets* of the cluster that nothing here declares.

        They are no files of ours: what is wrong with them is left open, and is no failure.
        """
        known = frozenset(self.ledger.failures)
        names = frozenset(self.gathering.application_sets)
        strange = [
            one for one in application_sets if as_text(dig(one.content, *_NAME)) not in names
        ]
        await asyncio.to_thread(self.gathering.take, strange, NAMESPACE)
        await self.run()
        new = [one for one in self.ledger.failures if one not in known]
        self.ledger.leave_open(frozenset(one.place.path for one in strange), new)

    def _steps(self, level: Iterable[Parsed]) -> Iterator[_Step]:
        """Yield what of these Applications' sources can be rendered here; note why others not."""
        for step in (one for parsed in level for one in _sources(parsed)):
            source, place = step.source, step.options.place
            further = None if source.local else self._further(source)
            step = replace(step, further=further)  # noqa: PLW2901 - the same, with its repository
            reason = None
            if not step.is_hydrated:
                reason = not_here(source, step.options, home=self.home, further=further)
            exists = reason is None and (step.is_hydrated or self._exists(step))
            reason = (
                elsewhere(step.application, step.options, cluster=self.gathering.cluster) or reason
            )
            if reason is not None:
                self._leave_out(step, reason)
            elif exists:
                yield step
            else:
                missing = items.missing(step.key, step.index, place, source.path)
                self.ledger.items.append(missing)

    def _further(self, source: ApplicationSource) -> Further | None:
        """Return the further repository that has a source, if one does."""
        named = (one for one in self.further if one.home.addresses)
        return next(
            (one for one in named if one.home.is_local(source.repository, source.path)), None
        )

    def _exists(self, step: _Step) -> bool:
        """Tell whether the path of a local source exists; whether a chart does shows later."""
        if step.source.packed:
            return True
        if step.further is not None:
            return step.further.home.checkout.is_dir(step.source.path)
        home, path = self.home, step.source.path
        if home.compare(step.source.revision) is Standing.UNKNOWN:
            place = step.options.place_of("targetRevision")
            what = f"{step.key} deploys {step.source.revision} of {path}"
            why = "which this checkout does not know: it is taken for that"
            self.ledger.note([Unresolved(place, f"{what}, {why}")])
        if self.gathering.cluster.receives(step.application):
            self.delivered.add(path)
        if path not in self.paths:
            self.paths[path] = home.checkout.is_dir(path)
        return self.paths[path]

    async def _render(self, step: _Step) -> Rendering:
        """Render a source, or tell which unit stands for it."""
        unit = self._unit(step)
        if unit is not None and self.units is not None:
            known = self.units.restored(step.unit, unit, step.checkout or self.home.checkout)
            if known is not None or not unit.rendered:
                return known or Rendering(unit=unit)
        trace = tracing.begun()
        with tracing.into(trace):
            return Rendering(await self._rendered(step), trace)

    async def _rendered(self, step: _Step) -> Rendered:
        here = step.further or Further(self.home, self.render)
        deployer = Deployer(
            home=here.home,
            render=here.render,
            homes=(self.home, *(one.home for one in self.further)),
            rules=self.rules,
        )
        try:
            async with self.turns:
                rendered = await _rendered(step, deployer)
            alone = sum(map(delivers, step.application.sources)) == 1
            return self._noted(step, with_told(rendered, step.key, self.told(step), alone=alone))
        except ReadError as error:
            return Rendered(failures=(self.ledger.failure(error, path="", part=str(step.key)),))

    def told(self, step: _Step) -> ArgocdRendering | None:
        """Return what Argo CD itself says it renders for an Application, if it was asked."""
        return self.renderings.get(step.key)

    def _noted(self, step: _Step, rendered: Rendered) -> Rendered:
        """Note where what was rendered is Argo CD's own word."""
        told = self.told(step)
        if told is not None and rendered.manifests:
            place = told_place(step.key, told)
            if rendered.manifests[0].place == place:
                message = "is no independent rendering: what Argo CD does wrong, it has as well"
                self.ledger.note([Unresolved(place, message)])
        return rendered

    def _unit(self, step: _Step) -> Unit | None:
        """Return the unit that stands for a source, if one does.

        What the settings name beside Applications must be known to be none of its objects.
        """
        if self.units is None:
            return None
        unit = self.units.find(
            step.unit, self._inputs(step), rules=units.digest(self.rules), lazily=self.lazily
        )
        if unit is None or any(one.place.path in unit.paths for one in self.ledger.others):
            return None
        return unit

    def _inputs(self, step: _Step) -> bytes:
        further = step.further.home.checkout.name if step.further else ""
        asked = self.units.asked.get(str(step.key), ()) if self.units else ()
        given = step.application, step.index, step.options, further, self.rules.unrestricted
        return units.digest(*given, asked, self.told(step))

    def _deliver(self, steps: Sequence[_Step], found: Sequence[Rendering]) -> None:
        """Note what Applications deliver: workloads, and Applications to follow in turn."""
        for step, one in zip(steps, found, strict=True):
            namespace = step.application.destination_namespace or NAMESPACE
            self.gathering.take(one.rendered.manifests, namespace)
            if self._workloads > MAX_WORKLOADS:
                self._refuse(step, f"Applications deliver more than {MAX_WORKLOADS:,} workloads")
            elif self._items + len(self.ledger.items) > MAX_ITEMS:
                self._refuse(step, f"Applications deliver more than {MAX_ITEMS:,} objects")
            elif one.unit is not None and self.units is not None:
                self.units.reuse(step.unit, one.unit)
                self._count(one.unit)
            else:
                self._account(step, one)

    def _count(self, unit: Unit) -> None:
        self._workloads += unit.workloads
        self._items += unit.items
        self.gathering.stack += unit.stack
        self.hiding += unit.hiding

    def _account(self, step: _Step, one: Rendering) -> None:
        """Note what a source declares: as a part of its own where somebody remembers parts."""
        if one.rendered.version:
            self.versions[step.key, step.index] = one.rendered.version
        with tracing.into(one.trace):
            items = list(account(one.rendered, self._origin(step)))
            hiding = tuple(self._hiding(step, one.rendered))
            found = self._read(step, one.rendered)
        tracing.add(one.trace)
        self.pools.append(
            rendered_pools(one.rendered.manifests, cluster=self.gathering.cluster.name)
        )
        apart = self.units is not None and not one.rendered.failures and step.is_ours
        if apart:
            found = replace(found, items=(*items, *found.items))
            self.ledger.delivered.update(item.place for item in found.items)
        else:
            self.ledger.deliver(one.rendered.failures, items)
            self.ledger.items += found.items
            found = replace(found, items=())
        unit = Unit(
            inputs=self._inputs(step),
            rules=units.digest(self.rules),
            workloads=len(found.workloads),
            items=len(found.items),
            paths=frozenset(item.place.path for item in found.items),
            stack=found.stack,
            hiding=hiding,
        )
        self._count(unit)
        self._keep(step, replace(found, stack=()), one, unit if apart else None)

    def _keep(
        self, step: _Step, found: manifests.Workloads, one: Rendering, unit: Unit | None
    ) -> None:
        if self.units is None:
            self.workloads += found.workloads
            self.objects += found.objects
            self.autoscalers += found.autoscalers
        elif unit is None or one.trace is None:
            self.units.declare(found)
        else:
            if any(_concerns_others(each) for each in one.rendered.manifests):
                unit = replace(unit, rendered=self.units.packing.pack(one.rendered))
            self.units.remember(step.unit, unit, one.trace)
            self.units.declare(found, key=step.unit)

    def _read(self, step: _Step, rendered: Rendered) -> manifests.Workloads:
        rules, namespace = self.rules, step.application.destination_namespace
        ignored = (*step.application.ignored, *rules.ignored)
        return manifests.read(
            rendered.manifests,
            namespace=namespace,
            application=step.key,
            ignored=lambda one: manifests.Ignored(
                pointers=(
                    *pointers(ignored, one.content, namespace=namespace),
                    *rules.written(step.key),
                ),
                leaves=left_open(ignored, one.content, namespace=namespace),
            ),
            excluded=rules.passes_over,
            origin=step.subject,
        )

    def _hiding(self, step: _Step, rendered: Rendered) -> Iterator[Gap]:
        for one in rendered.left_out:
            if one.subject is None or one.state is ItemState.OTHER_REPOSITORY:
                yield from self._suspect(step, one)
        for failure in rendered.failures:
            yield from self._suspect(step, _unreadable(failure))

    def _origin(self, step: _Step) -> Origin:
        place, path = step.options.place, step.source.path
        if step.source.packed or step.further or step.is_hydrated:
            # No path of this repository hides what it may declare.
            return Origin(source=Source.ARGOCD, subject=step.subject, place=place, path="")
        return self.ledger.origin(step.subject, place=place, path=path)

    def _leave_out(self, step: _Step, reason: LeftOut) -> None:
        self.hiding += self._suspect(step, reason)
        self.ledger.items.append(left_out(reason, step.subject, source=Source.ARGOCD))

    def resolved(self, application: DeclaredApplication) -> DeclaredApplication:
        """Return an Application with the versions that its charts of registries have."""
        sources = tuple(
            replace(source, resolved=self.versions.get((application.key, index), ""))
            for index, source in enumerate(application.sources)
        )
        return replace(application, sources=sources)

    def _suspect(self, step: _Step, reason: LeftOut) -> Iterator[Gap]:
        """Yield that a source may declare Applications that nobody knows, if it may."""
        if may_hide(
            reason.state,
            step.options,
            sources=step.application.sources,
            index=step.index,
            checkout=self.home.checkout,
            hidden=self.ledger.estimates.applications,
        ):
            yield Gap(Source.ARGOCD, f"{reason.place.where}: {reason.message}")

    def _refuse(self, step: _Step, message: str) -> None:
        path, place = step.application.place.path, step.options.place
        error = ReadError(message, reason=Reason.TOO_LARGE, path=path)
        self.ledger.lose(self.ledger.failure(error, path=path, part=str(step.key)))
        self.ledger.items.append(items.refused(step.key, step.index, place, message))


def _sources(parsed: Parsed) -> Iterator[_Step]:
    """Yield the sources of an Application that have objects.

    What a ``sourceHydrator`` writes is one source, which is no path that is declared.
    """
    application = parsed.application
    if parsed.hydrator is not None:
        written = replace(application, sources=(ApplicationSource(repository=""),))
        yield _Step(written, 0, LocatedTree({}, parsed.hydrator), is_hydrated=True)
    pairs = zip(application.sources, parsed.options, strict=False)
    for index, (source, options) in enumerate(pairs):
        if delivers(source):
            yield _Step(application, index, options)


async def _rendered(step: _Step, deployer: Deployer) -> Rendered:
    if step.is_hydrated:
        reason = LeftOut(
            place=step.options.place,
            state=ItemState.NOT_RENDERED,
            message="what a sourceHydrator writes is not in the checkout",
            advice=ASK,
        )
        return Rendered(left_out=(reason,))
    return await render_source(step.application, step.options, index=step.index, deployer=deployer)


def _unreadable(failure: Failure) -> LeftOut:
    return LeftOut(place=failure.place, state=ItemState.UNREADABLE, message=failure.message)


def _concerns_others(manifest: Manifest) -> bool:
    """Tell whether a manifest says something that is looked at together with others' manifests."""
    content = manifest.content
    return is_declaration(content) or governs(content) or makes_machines(group(content))
