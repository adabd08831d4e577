"""Applications followed to the paths that they deliver, and to what lies there.

An Application is followed where its source is this repository at the revision at hand, and its
destination this cluster. What is found there may be Applications again.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from exporter.declared import manifests
from exporter.declared.accounting import Origin, left_out
from exporter.declared.argocd import items
from exporter.declared.argocd.applications import NAMESPACE, Parsed
from exporter.declared.argocd.gathering import Gathering
from exporter.declared.argocd.hiding import may_hide
from exporter.declared.argocd.ignored import pointers
from exporter.declared.argocd.ledger import Ledger
from exporter.declared.argocd.located import LocatedTree
from exporter.declared.argocd.rules import Rules
from exporter.declared.argocd.sources import (
    Deployer,
    delivers,
    elsewhere,
    not_here,
    render_source,
)
from exporter.declared.kinds import is_declaration
from exporter.declared.rendered import LeftOut, Manifest, Render, Rendered
from exporter.declared.repositories import Further, Home, Standing
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

MAX_DEPTH = 20
MAX_WORKLOADS = 100_000
MAX_ITEMS = 500_000
AT_ONCE = 16
"""How many sources are looked at before others get their turn: a repository may have thousands."""
_NAME = ("metadata", "name")


@dataclass(frozen=True, slots=True)
class _Step:
    """A source of an Application, and how Argo CD is told to render it.

    *further* is the repository that has it, where that is not the one at hand.
    """

    application: DeclaredApplication
    index: int
    options: LocatedTree
    further: Further | None = None

    @property
    def key(self) -> ApplicationKey:
        """The Application's."""
        return self.application.key

    @property
    def source(self) -> ApplicationSource:
        """The source itself."""
        return self.application.sources[self.index]

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
    """

    gathering: Gathering
    render: Render
    paths: dict[str, bool] = field(default_factory=dict)
    versions: dict[tuple[ApplicationKey, int], str] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    workloads: list[DeclaredWorkload] = field(default_factory=list)
    objects: list[DeclaredObject] = field(default_factory=list)
    autoscalers: list[DeclaredAutoscaler] = field(default_factory=list)
    hiding: list[Gap] = field(default_factory=list)
    rules: Rules = field(default_factory=Rules)
    further: Sequence[Further] = ()
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def ledger(self) -> Ledger:
        """The book of all that is declared."""
        return self.gathering.ledger

    @property
    def home(self) -> Home:
        """The repository at hand."""
        return self.gathering.files.home

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
            reason = not_here(source, step.options, home=self.home, further=further)
            exists = reason is None and self._exists(step)
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

    async def _render(self, step: _Step) -> Rendered:
        here = step.further or Further(self.home, self.render)
        deployer = Deployer(
            home=here.home,
            render=here.render,
            homes=(self.home, *(one.home for one in self.further)),
            rules=self.rules,
        )
        try:
            async with self.turns:
                return await render_source(
                    step.application, step.options, index=step.index, deployer=deployer
                )
        except ReadError as error:
            return Rendered(failures=(self.ledger.failure(error, path="", part=str(step.key)),))

    def _deliver(self, steps: Sequence[_Step], rendered: Sequence[Rendered]) -> None:
        """Note what Applications deliver: workloads, and Applications to follow in turn."""
        for step, one in zip(steps, rendered, strict=True):
            self.gathering.take(one.manifests, step.application.destination_namespace or NAMESPACE)
            if len(self.workloads) > MAX_WORKLOADS:
                self._refuse(step, f"Applications deliver more than {MAX_WORKLOADS:,} workloads")
            elif len(self.ledger.items) > MAX_ITEMS:
                self._refuse(step, f"Applications deliver more than {MAX_ITEMS:,} objects")
            else:
                self._account(step, one)

    def _account(self, step: _Step, rendered: Rendered) -> None:
        if rendered.version:
            self.versions[step.key, step.index] = rendered.version
        self.ledger.deliver(rendered, self._origin(step))
        for one in rendered.left_out:
            if one.subject is None or one.state is ItemState.OTHER_REPOSITORY:
                self._suspect(step, one)
        for failure in rendered.failures:
            self._suspect(step, _unreadable(failure))
        ignored, namespace = step.application.ignored, step.application.destination_namespace
        rules = self.rules
        found = manifests.read(
            rendered.manifests,
            namespace=namespace,
            application=step.key,
            ignored=lambda one: (
                *pointers((*ignored, *rules.ignored), one.content, namespace=namespace),
                *rules.written(step.key),
            ),
            excluded=rules.passes_over,
            origin=step.subject,
        )
        self.workloads += found.workloads
        self.objects += found.objects
        self.autoscalers += found.autoscalers
        self.gathering.stack += found.stack
        self.ledger.items += found.items

    def _origin(self, step: _Step) -> Origin:
        place, path = step.options.place, step.source.path
        if (
            step.source.packed or step.further
        ):  # no path of this repository hides what it may declare
            return Origin(source=Source.ARGOCD, subject=step.subject, place=place, path="")
        return self.ledger.origin(step.subject, place=place, path=path)

    def _leave_out(self, step: _Step, reason: LeftOut) -> None:
        self._suspect(step, reason)
        self.ledger.items.append(left_out(reason, step.subject, source=Source.ARGOCD))

    def resolved(self, application: DeclaredApplication) -> DeclaredApplication:
        """Return an Application with the versions that its charts of registries have."""
        sources = tuple(
            replace(source, resolved=self.versions.get((application.key, index), ""))
            for index, source in enumerate(application.sources)
        )
        return replace(application, sources=sources)

    def _suspect(self, step: _Step, reason: LeftOut) -> None:
        """Note that a source may declare Applications that nobody knows, if it may."""
        if may_hide(
            reason.state,
            step.options,
            sources=step.application.sources,
            index=step.index,
            checkout=self.home.checkout,
            hidden=self.ledger.estimates.applications,
        ):
            self.hiding.append(Gap(Source.ARGOCD, f"{reason.place.where}: {reason.message}"))

    def _refuse(self, step: _Step, message: str) -> None:
        path, place = step.application.place.path, step.options.place
        error = ReadError(message, reason=Reason.TOO_LARGE, path=path)
        self.ledger.lose(self.ledger.failure(error, path=path, part=str(step.key)))
        self.ledger.items.append(items.refused(step.key, step.index, place, message))


def _sources(parsed: Parsed) -> Iterator[_Step]:
    """Yield the sources of an Application that have objects."""
    application = parsed.application
    pairs = zip(application.sources, parsed.options, strict=False)
    for index, (source, options) in enumerate(pairs):
        if delivers(source):
            yield _Step(application, index, options)


def _unreadable(failure: Failure) -> LeftOut:
    return LeftOut(place=failure.place, state=ItemState.UNREADABLE, message=failure.message)
