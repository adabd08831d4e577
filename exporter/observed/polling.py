"""A source that is asked on its own interval, and what it told last."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeAlias, TypeVar

from exporter.domain.clock import Clock, Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError, Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.facts import Facts, Gap
from exporter.domain.provenance import Place, Source
from exporter.domain.state import State
from exporter.foreign.clock import SYSTEM
from exporter.foreign.guard import guarded
from exporter.foreign.supervisor import RootTask, Supervisor
from exporter.observed.kubernetes.backoff import between

T = TypeVar("T")
U = TypeVar("U")

AT_ONCE = 4
SHORTEST = 0.9
"""The shortest pause, as a part of the interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one round of questions gave.

    *facts* are those that could be had, by their type; *gaps* tell of each of the others why not.
    *items* counts what was told, by kind.
    """

    facts: Mapping[type, object] = field(default_factory=dict)
    gaps: Mapping[type, Failure] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)


class Poller(Protocol):
    """Asks one source."""

    @property
    def source(self) -> Source:
        """Return which source it asks."""

    @property
    def kinds(self) -> tuple[type, ...]:
        """Return the types of all facts that it could tell."""

    async def ask(self) -> Answer:
        """Ask everything once; what fails is in the answer."""

    async def close(self) -> None:
        """End all connections."""


Query: TypeAlias = Callable[[], Awaitable[object]]
"""Gives a fact, or raises :exc:`ReadError`."""


def failed(error: ReadError, *, source: Source) -> Failure:
    """Return what *error* says of a question to *source*, as a value."""
    place = Place(source, error.path)
    return Failure(place, error.reason, error.message, error.advice)


async def query_all(questions: Mapping[type, Query], *, source: Source) -> Answer:
    """Ask *questions* at the same time, each for the fact of one type."""
    facts: dict[type, object] = {}
    gaps: dict[type, Failure] = {}

    async def ask(kind: type, question: Query) -> None:
        try:
            facts[kind] = await question()
        except ReadError as error:
            gaps[kind] = failed(error, source=source)

    async with asyncio.TaskGroup() as group:
        for kind, question in questions.items():
            group.create_task(ask(kind, question))
    return Answer(facts=facts, gaps={kind: gaps[kind] for kind in questions if kind in gaps})


async def query_each(of: Mapping[str, T], ask: Callable[[T], Awaitable[U]]) -> dict[str, U]:
    """Ask the same for each value, a few at a time; raises the first :exc:`ReadError`, if any."""
    gate = asyncio.Semaphore(AT_ONCE)
    answers: dict[str, U] = {}

    async def query(key: str, value: T) -> None:
        async with gate:
            answers[key] = await ask(value)

    try:
        async with asyncio.TaskGroup() as group:
            for key, value in of.items():
                group.create_task(query(key, value))
    except ExceptionGroup as group_of_errors:
        errors = group_of_errors.exceptions
        if all(isinstance(error, ReadError) for error in errors):
            raise errors[0] from None
        raise
    return {key: answers[key] for key in of}


@dataclass(frozen=True, slots=True)
class _Known:
    """A fact with the instant of the boot clock at which it was told."""

    fact: object
    at: float


@dataclass(slots=True, kw_only=True)
class PollLoop:
    """Asks *poller* every *interval* between :meth:`start` and :meth:`stop`.

    Each pause is up to a tenth shorter, as *among* picks it: replicas that start together shall
    not ask together for ever. What it told last stands in for what could not be had until
    *max_age*. *changed* is set after each round that told anything else than the last.
    """

    poller: Poller
    interval: timedelta
    max_age: timedelta
    changed: asyncio.Event
    clock: Clock = SYSTEM
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    among: Callable[[float, float], float] = between
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    _known: dict[type, _Known] = field(default_factory=dict)
    _answer: Answer = field(default_factory=Answer)
    _success: float | None = None
    _errors: Counter[Reason] = field(default_factory=Counter)
    _root: RootTask | None = None

    def start(self, supervisor: Supervisor) -> None:
        """Begin to ask."""
        if self._root is None:
            self._root = supervisor.start(self._run, name=f"poll {self.poller.source}")

    async def stop(self) -> None:
        """End the task and all connections."""
        root, self._root = self._root, None
        if root is not None:
            await root.stop()
        await self.poller.close()

    def read(self, *, at: Instant) -> State:
        """Return what is known at the instant *at*."""
        failures = tuple(dict.fromkeys(self._answer.gaps.values()))
        known = {kind: value.fact for kind, value in self._known.items()}
        gaps = {
            kind: (Gap(self.poller.source, message),)
            for kind in self.poller.kinds
            if (message := self._distrust(kind, at=at))
        }
        status = SourceStatus(
            source=self.poller.source,
            up=self.settled.is_set() and not failures,
            last_success=None if self._success is None else at.shown(self._success),
            items=self._answer.items,
            errors={reason: self._errors[reason] for reason in Reason},
            failures=failures,
        )
        return State(facts=Facts(known, gaps), sources=(status,), failures=failures)

    def _distrust(self, kind: type, *, at: Instant) -> str:
        """Return why the fact of this *kind* cannot be relied on, or nothing."""
        failure = self._answer.gaps.get(kind)
        known = self._known.get(kind)
        if known is not None and at.age(known.at) <= self.max_age:
            return ""
        source = self.poller.source.value.capitalize()
        parts = ("", failure.place.where, failure.message) if failure else ()
        details = ": ".join(dict.fromkeys(parts))
        if failure and failure.advice not in details:
            details += f" ({failure.advice})"
        if known is None:
            return f"{source} has told nothing of it yet{details}"
        last = at.shown(known.at).isoformat(timespec="seconds")
        return f"{source} last told of it at {last}{details}"

    async def ask_now(self) -> None:
        """Ask once more, however short ago that was done."""
        await self._round()

    async def _run(self) -> None:
        while True:
            await self._round()
            seconds = self.interval.total_seconds()
            await self.sleep(self.among(SHORTEST * seconds, seconds))

    async def _round(self) -> None:
        source = self.poller.source
        answer = await guarded(self.poller.ask(), source=source, otherwise=self._nothing)
        at = self.clock.boot()
        last, self._answer = self._answer, answer
        self._errors.update(fromkey.reason for fromkey in dict.fromkeys(answer.gaps.values()))
        if not answer.gaps:
            self._success = at
        same = self.settled.is_set() and answer == last
        for kind, fact in answer.facts.items():
            old = self._known.get(kind)
            # An equal fact stays the very same, so that checks need not run again.
            self._known[kind] = _Known(old.fact if old and old.fact == fact else fact, at)
        self.settled.set()
        if not same:
            self.changed.set()

    def _nothing(self, failure: Failure) -> Answer:
        return Answer(gaps=dict.fromkeys(self.poller.kinds, failure))
