"""Reading all declarations of one checkout, and keeping the last good ones."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import UNSET

from exporter.declared import ansible, argocd, inventory, kustomize, terraform
from exporter.declared.argocd import Cluster, Followed, Home
from exporter.declared.checkout import Checkout
from exporter.declared.facts import Readings, assemble
from exporter.declared.memory import Memory, count
from exporter.declared.remembered import Remembered
from exporter.declared.rendered import Manifest, Render
from exporter.declared.repository import GitState, describe, is_remote, without_credentials
from exporter.declared.unknowns import lost
from exporter.domain.addresses import normalise
from exporter.domain.applications import ObservedApplicationSets, Repository
from exporter.domain.clock import Instant
from exporter.domain.declaration import Failure, Reading, Unresolved
from exporter.domain.errors import ReadError, Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.instants import parse_duration
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.foreign.guard import guarded
from exporter.settings.load import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A checkout with what Git says of it."""

    checkout: Checkout
    git: GitState
    failures: tuple[Failure, ...] = ()


@dataclass(slots=True)
class Declarations:
    """Reads what the settings name, again and again.

    *git* and *items* are what is gone by: the state of the repository, and what each source gave.
    *units* have the overlays and files of those sources that may break in parts.
    """

    loaded: Loaded
    repository: Memory[GitState] = field(init=False)
    followed: Memory[Followed] = field(init=False)
    memories: dict[Source, Memory[Reading]] = field(default_factory=dict)
    units: dict[Source, Remembered] = field(default_factory=dict)
    git: GitState = field(default_factory=GitState)
    items: Mapping[Source, Mapping[str, int]] = field(default_factory=dict)
    running: tuple[Manifest, ...] = ()

    def __post_init__(self) -> None:
        """Make a memory for each source that the settings name."""
        max_age = parse_duration(self.loaded.settings.declared.max_age)
        self.repository = Memory(source=Source.REPOSITORY, max_age=max_age)
        self.followed = Memory(source=Source.ARGOCD, max_age=max_age)
        self.memories = {
            source: Memory(source=source, max_age=max_age)
            for source in self.loaded.order
            if source is not Source.ARGOCD
        }
        self.units = {one: Remembered(max_age) for one in (Source.ARGOCD, Source.KUSTOMIZE)}

    def learn(self, observed: ObservedApplicationSets) -> bool:
        """Take note of the ApplicationSets that run; tell whether that asks for another reading."""
        running = tuple(
            Manifest(content=content, place=Place(Source.KUBERNETES, f"ApplicationSet {key}"))
            for key, content in sorted(observed.manifests.items())
        )
        changed = running != self.running
        self.running = running
        return changed

    async def read(self, *, at: Instant) -> State:
        """Return the declared state; what fails is in it as values."""
        opened = await self._open()
        git = self.git = self.repository.choose(opened.git, failures=opened.failures, at=at)
        for unit in self.units.values():
            unit.start(at=at)
        followed, readings = await self._read_all(opened.checkout, git)
        usable = {
            one.source: self._is_usable(opened, one)
            for one in (followed.reading, *readings.values())
        }
        kept = self.followed.choose(
            followed, failures=followed.reading.failures, at=at, usable=usable[Source.ARGOCD]
        )
        chosen = {
            source: self.memories[source].choose(
                reading, failures=reading.failures, at=at, usable=usable[source]
            )
            for source, reading in readings.items()
        }
        for source, unit in self.units.items():
            if usable.get(source):
                unit.finish()
        chosen[Source.ARGOCD] = kept.reading
        ordered = tuple(chosen[source] for source in self.loaded.order)
        self.items = {source: count(reading) for source, reading in chosen.items()}
        facts, unresolved = await asyncio.to_thread(
            assemble,
            Readings(
                readings=ordered,
                repository=_repository(git, {**_paths(chosen, opened.checkout), **kept.paths}),
                application_sets=kept.application_sets,
                unevaluated=kept.unevaluated,
                hiding=kept.hiding,
                failures=(
                    *followed.reading.failures,
                    *(one for each in readings.values() for one in each.failures),
                ),
                checkout=opened.checkout,
            ),
            loaded=self.loaded,
        )
        return State(
            facts=facts,
            sources=self.sources(at=at),
            unresolved=(*(one for each in ordered for one in each.unresolved), *unresolved),
            failures=(*opened.failures, *(one for each in ordered for one in each.failures)),
        )

    def confirm(self, *, at: Instant) -> None:
        """Note that nothing had changed at the instant *at*."""
        self.repository.confirm(at=at)
        self.followed.confirm(at=at)
        for memory in self.memories.values():
            memory.confirm(at=at)
        for unit in self.units.values():
            unit.confirm(at=at)

    def sources(self, *, at: Instant) -> tuple[SourceStatus, ...]:
        """Return how the repository and each source are doing at the instant *at*."""
        memories: dict[Source, Memory[Any]] = {
            Source.REPOSITORY: self.repository,
            **self.memories,
            Source.ARGOCD: self.followed,
        }
        return tuple(
            replace(
                memories[source].status(self.items.get(source, {}), at=at),
                revision=self.git.revision,
                revision_committed=self.git.committed,
            )
            for source in (Source.REPOSITORY, *self.loaded.order)
        )

    def _is_usable(self, opened: _Opened, reading: Reading) -> bool:
        """Tell whether a reading that broke did so in parts, which are remembered by themselves.

        Without a checkout, nothing in it can be told from what was removed.
        """
        broke = any(one.reason is Reason.INTERNAL for one in reading.failures)
        return reading.source in self.units and not (broke or opened.failures)

    async def _open(self) -> _Opened:
        """Open the checkout; where that fails, an empty one that every reader fails at."""
        given = self.loaded.repository
        path = self.loaded.path(given.path)
        place = Place(source=Source.REPOSITORY, path=given.path)
        try:
            checkout = Checkout.at(path)
        except ReadError as error:
            missing = Failure(place, error.reason, error.message, "set repository to the checkout")
            return _Opened(checkout=Checkout(root=path), git=GitState(), failures=(missing,))
        failures: tuple[Failure, ...] = ()
        try:
            git = await describe(checkout.root)
        except ReadError as error:
            git = GitState()
            failures = (Failure(place, error.reason, error.message, error.advice),)
        git = replace(
            git,
            revision=given.revision or git.revision,
            reference=given.reference or git.reference,
            url=without_credentials(given.url) or git.url,
        )
        checkout = Checkout(root=checkout.root, revision=git.revision)
        return _Opened(checkout=checkout, git=git, failures=failures)

    async def _read_all(
        self, checkout: Checkout, git: GitState
    ) -> tuple[Followed, dict[Source, Reading]]:
        """Run the readers that are asked for, those of nodes beside those of workloads."""
        declared = self.loaded.settings.declared
        others: dict[Source, Awaitable[Reading]] = {}
        if Source.TERRAFORM in self.memories:
            reading = terraform.read(declared.terraform, checkout=checkout)
            others[Source.TERRAFORM] = _guarded(reading, Source.TERRAFORM)
        if Source.ANSIBLE in self.memories and declared.ansible is not None:
            reading = ansible.read(declared.ansible, checkout=checkout)
            others[Source.ANSIBLE] = _guarded(reading, Source.ANSIBLE)
        (followed, rendered), nodes = await asyncio.gather(
            self._follow(checkout, git), asyncio.gather(*others.values())
        )
        readings = dict(zip(others, nodes, strict=True))
        if Source.KUSTOMIZE in self.memories:
            readings[Source.KUSTOMIZE] = rendered
        groups = self.loaded.settings.nodes.groups
        readings[Source.INVENTORY] = inventory.read(
            declared.inventory, groups=groups, path=self.loaded.name
        )
        return followed, readings

    async def _follow(self, checkout: Checkout, git: GitState) -> tuple[Followed, Reading]:
        """Follow the Applications, and render what no Application points at."""
        declared = self.loaded.settings.declared
        renderer = kustomize.Renderer(
            checkout=checkout, allow_remote=declared.allow_remote_bases, source=Source.ARGOCD
        )
        followed = await guarded(
            self._applications(checkout, git, renderer.render),
            source=Source.ARGOCD,
            otherwise=lambda failure: Followed(reading=lost(failure)),
        )
        rendered = kustomize.read(
            declared.kustomize,
            checkout=checkout,
            render=renderer.of(Source.KUSTOMIZE).render,
            memory=self.units[Source.KUSTOMIZE],
            skip=followed.delivered,
            followed=followed.declarations,
        )
        return followed, await _guarded(rendered, Source.KUSTOMIZE)

    async def _applications(self, checkout: Checkout, git: GitState, render: Render) -> Followed:
        """Follow the Applications of this repository.

        It is known by the address in the settings, else by the checkout's own remote, else by its
        paths: so, too, where that remote is a mirror or a fork that no Application names.
        """
        address = git.url if is_remote(git.url) else ""
        known = frozenset({address} - {""})
        given = self.loaded.repository.url
        followed = await self._follow_from(checkout, git, render, known)
        applications = followed.reading.applications
        strange = not any(source.local for one in applications for source in one.sources)
        if not known or given or not applications or not strange:
            return followed
        by_path = await self._follow_from(checkout, git, render, frozenset())
        message = (
            f"no Application names {address}; sources count as this repository's where their path "
            "exists, until repository.url says better"
        )
        note = Unresolved(checkout.place(Source.REPOSITORY, ".git/config"), message)
        reading = by_path.reading
        return replace(by_path, reading=replace(reading, unresolved=(*reading.unresolved, note)))

    def _cluster(self) -> Cluster:
        """Return what Applications call the cluster that is looked at."""
        given = self.loaded.cluster.destinations
        return Cluster() if given is UNSET or not given else Cluster.called(given)

    async def _follow_from(
        self, checkout: Checkout, git: GitState, render: Render, addresses: frozenset[str]
    ) -> Followed:
        return await argocd.read(
            self.loaded.settings.declared.argocd,
            home=Home(
                checkout=checkout,
                addresses=frozenset(map(normalise, addresses)),
                reference=git.reference,
                references=git.references,
            ),
            render=render,
            cluster=self._cluster(),
            memory=self.units[Source.ARGOCD],
            running=self.running,
        )


def _guarded(reading: Awaitable[Reading], source: Source) -> Awaitable[Reading]:
    return guarded(reading, source=source, otherwise=lost)


def _repository(git: GitState, paths: Mapping[str, bool]) -> Repository:
    return Repository(
        revision=git.revision,
        reference=git.reference,
        committed=git.committed,
        references=git.references,
        paths=paths,
    )


def _paths(chosen: Mapping[Source, Reading], checkout: Checkout) -> dict[str, bool]:
    """Tell of the paths that the inventory's Applications deploy whether they exist."""
    applications = chosen[Source.INVENTORY].applications
    sources = (source for one in applications for source in one.sources)
    return {source.path: checkout.is_dir(source.path) for source in sources if source.local}
