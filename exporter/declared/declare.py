"""Reading all declarations of one checkout, and keeping the last good ones."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, TypeAlias

from exporter.declared.facts import Readings, assemble
from exporter.declared.memory import Memory, count
from exporter.declared.names import without_impossible_names
from exporter.declared.opening import Opened, open_checkout, repository
from exporter.declared.reader import Inputs, Reader
from exporter.declared.registry import READERS
from exporter.declared.remembered import Remembered
from exporter.declared.rendered import Manifest
from exporter.declared.repository import GitState
from exporter.domain.applications import (
    ObservedApplications,
    ObservedApplicationSets,
    ObservedImageUpdaters,
    Overrides,
)
from exporter.domain.charts import ChartRequest, NotFetched
from exporter.domain.clock import Instant
from exporter.domain.declaration import ApplicationKey, Reading
from exporter.domain.evaluation import SourceStatus
from exporter.domain.finding import Subject
from exporter.domain.instants import parse_duration
from exporter.domain.platform import Platform
from exporter.domain.provenance import Place, Source
from exporter.domain.renderings import ArgocdRendering
from exporter.domain.state import State
from exporter.foreign.guard import guarded
from exporter.settings.load import Loaded

FETCHES: Final = 6
"""How often a source is read anew for what was fetched: indexes, charts, and theirs in turn."""


MOST_QUESTIONS: Final = 2_000
"""After so many objects of charts whose values were traced only those of now are."""


class Registries(Protocol):
    """Fetches what lacks of registries of charts."""

    @property
    def failed(self) -> Mapping[str, NotFetched]:
        """Return why what could not be had could not, by path in the folder of charts."""

    async def fetch(self, source: Source, requests: Sequence[ChartRequest]) -> bool:
        """Fetch what *source* lacks now, and tell whether another reading would give more."""

    def status(self, *, at: Instant) -> SourceStatus:
        """Return how the registries are doing at the instant *at*."""


Run: TypeAlias = Callable[[Reader, Inputs], Awaitable[Reading]]
"""Lets a reader read."""


def here(reader: Reader, inputs: Inputs) -> Awaitable[Reading]:
    """Let *reader* read in this process."""
    return reader.read(inputs)


@dataclass(slots=True)
class Declarations:
    """Reads what the settings name, again and again.

    *git* and *items* are what is gone by: the state of the repository, and what each source gave.
    *units* have what the parts of each source gave, and what its last worker left. *registries*
    fetch charts, where the settings allow it.
    """

    loaded: Loaded
    run: Run = here
    registries: Registries | None = None
    repository: Memory[GitState] = field(init=False)
    memories: dict[Source, Memory[Reading]] = field(default_factory=dict)
    units: dict[Source, Remembered] = field(default_factory=dict)
    git: GitState = field(default_factory=GitState)
    items: Mapping[Source, Mapping[str, int]] = field(default_factory=dict)
    running: tuple[Manifest, ...] = ()
    questions: Mapping[str, frozenset[Subject]] = field(default_factory=dict)
    overrides: Mapping[ApplicationKey, tuple[Overrides, ...]] = field(default_factory=dict)
    platform: Platform = field(default_factory=Platform)
    renderings: Mapping[ApplicationKey, ArgocdRendering] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make a memory for each source that the settings name."""
        max_age = parse_duration(self.loaded.settings.declared.max_age)
        self.repository = Memory(source=Source.REPOSITORY, max_age=max_age)
        self.memories = {one: Memory(source=one, max_age=max_age) for one in self.loaded.order}
        self.units = {one: Remembered(max_age) for one in self.memories}

    def learn_overrides(self, observed: ObservedApplications) -> bool:
        """Take note of the images of Applications that run, and tell whether they changed."""
        found = {key: one.overrides for key, one in observed.applications.items() if one.overrides}
        changed = found != self.overrides
        self.overrides = found
        return changed

    def learn_platform(self, observed: Platform) -> bool:
        """Take note of what Argo CD renders for, and tell whether it changed."""
        changed = observed != self.platform
        self.platform = observed
        return changed

    def learn_questions(self, asked: Mapping[str, frozenset[Subject]]) -> bool:
        """Take note of objects of charts that findings are about, and tell whether any are new.

        Another reading traces their values to files then. Those of before stay: what fails now and
        then shall not be read anew each time.
        """
        known, nothing = self.questions, frozenset[Subject]()
        new = {key: one for key, one in asked.items() if one - known.get(key, nothing)}
        if sum(map(len, known.values())) > MOST_QUESTIONS:
            self.questions = known = {}
        self.questions = {
            **known,
            **{key: one | known.get(key, nothing) for key, one in new.items()},
        }
        return bool(new)

    def learn_renderings(self, told: Mapping[ApplicationKey, ArgocdRendering]) -> bool:
        """Take note of what Argo CD says it renders, and tell whether it changed."""
        changed = told != self.renderings
        self.renderings = told
        return changed

    def learn(self, observed: ObservedApplicationSets, updaters: ObservedImageUpdaters) -> bool:
        """Take note of the ApplicationSets and ImageUpdaters that run; tell whether any changed."""
        running = tuple(
            Manifest(content=content, place=Place(Source.KUBERNETES, f"{kind} {key}"))
            for kind, found in (("ApplicationSet", observed), ("ImageUpdater", updaters))
            for key, content in sorted(found.manifests.items())
        )
        changed = running != self.running
        self.running = running
        return changed

    async def read(self, *, at: Instant) -> State:
        """Return the declared state; what fails is in it as values."""
        opened = await open_checkout(self.loaded)
        self.git = self.repository.choose(opened.git, failures=opened.failures, at=at)
        for unit in self.units.values():
            unit.start(at=at)
        fresh = await self._read_all(opened)
        chosen = {one: self._choose(reading, opened, at=at) for one, reading in fresh.items()}
        ordered = tuple(chosen[source] for source in self.loaded.order)
        self.items = {source: count(reading) for source, reading in chosen.items()}
        facts, unresolved = await asyncio.to_thread(
            assemble,
            Readings(
                readings=ordered,
                repository=repository(self.git, _paths(ordered), opened.owners),
                failures=tuple(one for reading in fresh.values() for one in reading.failures),
                checkout=opened.checkout,
            ),
            loaded=self.loaded,
        )
        return State(
            facts=facts,
            sources=self.sources(at=at),
            unresolved=(*(one for each in ordered for one in each.unresolved), *unresolved),
            failures=(
                *opened.failures,
                *opened.unopened,
                *(one for each in ordered for one in each.failures),
            ),
        )

    def confirm(self, *, at: Instant) -> None:
        """Note that nothing had changed at the instant *at*."""
        self.repository.confirm(at=at)
        for memory in self.memories.values():
            memory.confirm(at=at)
        for unit in self.units.values():
            unit.confirm(at=at)

    def sources(self, *, at: Instant) -> tuple[SourceStatus, ...]:
        """Return how the repository and each source are doing at the instant *at*."""
        memories: tuple[Memory[Any], ...] = (self.repository, *self.memories.values())
        found = [
            replace(
                memory.status(self.items.get(memory.source, {}), at=at),
                revision=self.git.revision,
                revision_committed=self.git.committed,
            )
            for memory in memories
        ]
        beside = () if self.registries is None else (self.registries.status(at=at),)
        return (*found, *beside)

    async def _read_all(self, opened: Opened) -> dict[Source, Reading]:
        """Run the readers that are asked for beside each other; some build on others."""
        tasks: dict[Source, asyncio.Task[Reading]] = {}
        async with asyncio.TaskGroup() as group:
            for source in READERS:
                if source in self.memories:
                    tasks[source] = group.create_task(self._read(READERS[source], opened, tasks))
        return {source: task.result() for source, task in tasks.items()}

    async def _read(
        self, reader: Reader, opened: Opened, others: Mapping[Source, asyncio.Task[Reading]]
    ) -> Reading:
        earlier = {one: await others[one] for one in reader.after if one in others}
        inputs = Inputs(
            loaded=self.loaded,
            checkout=opened.checkout,
            git=self.git,
            further=opened.further,
            running=self.running,
            overrides=self.overrides,
            platform=self.platform,
            renderings=self.renderings,
            memory=self.units[reader.source],
            questions=self.questions,
            unfetched={} if self.registries is None else self.registries.failed,
            earlier=earlier,
        )
        return await self._read_fetching(reader, inputs)

    async def _read_fetching(self, reader: Reader, inputs: Inputs) -> Reading:
        """Let *reader* read, and again where what it lacked of registries has been fetched."""
        source = reader.source
        reading = await guarded(self.run(reader, inputs), source=source, otherwise=reader.lost)
        for _ in range(FETCHES):
            if self.registries is None or reading.lost:
                break
            if not await self.registries.fetch(source, reading.charts):
                break
            inputs.memory.go_on()
            inputs = replace(inputs, unfetched=self.registries.failed)
            reading = await guarded(self.run(reader, inputs), source=source, otherwise=reader.lost)
        return without_impossible_names(reading)

    def _choose(self, reading: Reading, opened: Opened, *, at: Instant) -> Reading:
        """Return the reading of a source to go by: this one, or the last good one.

        One that broke in parts, which are remembered by themselves, may be gone by. Without a
        checkout, nothing in it can be told from what was removed.
        """
        whole = not (reading.lost or opened.failures)
        if whole:
            self.units[reading.source].finish()
        return self.memories[reading.source].choose(
            reading,
            failures=reading.failures,
            at=at,
            usable=whole and READERS[reading.source].in_parts,
        )


def _paths(readings: Iterable[Reading]) -> dict[str, bool]:
    return {path: exists for one in readings for path, exists in one.deliveries.paths.items()}
