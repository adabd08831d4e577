"""Reading in workers: this process never evaluates what stands in a repository."""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Self

from exporter.declared.argocd.told_places import live_place, platform_places, told_place
from exporter.declared.checkout import Checkout
from exporter.declared.reader import Inputs, Reader
from exporter.declared.remembered import Left
from exporter.declared.survey import job
from exporter.declared.survey.found import Asked, Survey
from exporter.declared.wire import readings, work
from exporter.declared.wire.readings import Decoded, GivenPlaces
from exporter.declared.wire.tables import GarbledReadingError
from exporter.domain.declaration import Reading
from exporter.domain.errors import ReadError, Reason
from exporter.domain.instants import parse_duration
from exporter.domain.provenance import Place
from exporter.domain.quantity import parse_quantity
from exporter.foreign.allocator import give_back
from exporter.foreign.confined.assignment import Assignment, WorkerLimits
from exporter.foreign.confined.template import Template
from exporter.settings.declared import LimitsSettings

_READING: Final = (
    *("ansible.reader", "argocd.addressed", "kustomize.inputs", "machines.reader"),
    *("survey.survey", "terraform.read"),
)
"""The modules that the readers, and a survey, import where they read."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Lets each reader read in a worker of its own."""

    template: Template

    @classmethod
    def start(cls) -> Self:
        """Fork the template now: before there are threads, and anything that workers need not."""
        return cls(Template.start(_do, prepare=_prepare))

    async def read(self, reader: Reader, inputs: Inputs) -> Reading:
        """Return what *reader* reads; where its worker gives nothing, it is lost, with where."""
        if reader.trusted:
            return await reader.read(inputs)
        checkout = inputs.checkout
        try:
            return await self._read(reader, inputs)
        except ReadError as error:
            running = {one.place.path for one in inputs.running}
            known = error.path in running or checkout.is_file(error.path)
            path, line = (error.path, error.line) if known else ("", 0)
            named = ReadError(
                error.message, reason=error.reason, path=path, line=line, advice=error.advice
            )
            return reader.lost(checkout.failure(reader.source, named))

    async def survey(self, checkout: Checkout, asked: Asked) -> Survey:
        """Return what of a *checkout* there is to read; raises :exc:`ReadError`."""
        assignment = Assignment(
            template=self.template,
            readable=await asyncio.to_thread(_contents, (checkout,)),
            listable=(str(checkout.root),),
        )
        done = await assignment.do(job.write(asked))
        return job.decode(done.result)

    async def _read(self, reader: Reader, inputs: Inputs) -> Reading:
        checkouts = (inputs.checkout, *(one.checkout for one in inputs.further))
        assignment = Assignment(
            template=self.template,
            limits=_limits(inputs.loaded.settings.declared.limits),
            readable=(*await asyncio.to_thread(_contents, checkouts), *_chart_cache(inputs)),
            listable=tuple(str(one.root) for one in checkouts),
            network=inputs.loaded.settings.declared.allow_remote_bases,
        )
        before = inputs.memory.sealed
        done = await assignment.do(work.write(reader, inputs), kept=before.kept)
        places = GivenPlaces(reader.source, checkouts, others=_places(inputs))
        last = before.decoded if isinstance(before.decoded, Decoded) else None
        try:
            decoded = await asyncio.to_thread(_decoded, done.result, places, last)
        except GarbledReadingError as error:
            raise ReadError(f"its worker gave {error.message}", reason=Reason.INTERNAL) from None
        inputs.memory.coming = Left(done.kept, decoded)
        return decoded.reading


def _prepare() -> None:
    """Import what workers read with; this process, which never reads, can do without it."""
    for name in _READING:
        import_module(f"exporter.declared.{name}")


async def _do(given: bytes, kept: bytes) -> tuple[bytes, bytes]:
    """Do in a worker what it is told: to survey, or to read."""
    if given.startswith(job.MARK):
        return job.do(given), b""
    return await work.do(given, kept)


def _places(inputs: Inputs) -> frozenset[Place]:
    """Return the places outside of checkouts at which values stand that a worker was handed."""
    running = (one.place for one in inputs.running)
    overridden = map(live_place, inputs.overrides)
    told = (told_place(key, one) for key, one in inputs.renderings.items())
    return frozenset((*running, *overridden, *told)) | platform_places(inputs.platform)


def _decoded(content: bytes, places: GivenPlaces, last: Decoded | None) -> Decoded:
    """Return what a worker read, and if that is nothing, what the *last* one did."""
    if not content and last is not None:
        return last.confirm(places)
    try:
        return readings.decode(content, places, last.parts if last else {})
    finally:
        give_back()


def _limits(given: LimitsSettings) -> WorkerLimits:
    return WorkerLimits(
        seconds=parse_duration(given.time).total_seconds(), memory=int(parse_quantity(given.memory))
    )


def _chart_cache(inputs: Inputs) -> tuple[str, ...]:
    """Return the folder of charts of registries, if there is one."""
    cache = inputs.loaded.settings.declared.charts.cache
    return (str(inputs.loaded.path(cache)),) if cache else ()


def _contents(checkouts: Iterable[Checkout]) -> tuple[str, ...]:
    return tuple(path for checkout in checkouts for path in _content(checkout))


def _content(checkout: Checkout) -> tuple[str, ...]:
    """Return what lies at the top of a checkout but what Git keeps, and links, as their targets.

    Raises :exc:`ReadError` where that cannot be told: a worker that may read nothing would take
    what it is refused for what is not there.
    """
    try:
        with os.scandir(checkout.root) as entries:
            return tuple(
                one.path
                for one in entries
                if one.name.casefold() != ".git" and not one.is_symlink()
            )
    except OSError as error:
        message = f"the repository cannot be listed: {error.strerror}"
        raise ReadError(message, reason=Reason.MISSING) from None
