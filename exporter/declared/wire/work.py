"""What a worker is told to read, and how it does it."""

from datetime import timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from exporter.declared.checkout import Checkout, listen
from exporter.declared.opening import FurtherCheckout
from exporter.declared.reader import Inputs, Reader
from exporter.declared.registry import READERS
from exporter.declared.remembered import Remembered
from exporter.declared.rendered import Manifest
from exporter.declared.repository import GitState
from exporter.declared.wire import readings, sealing, unchanged
from exporter.declared.wire.sealing import Sealed
from exporter.declared.wire.unchanged import Answers
from exporter.domain.applications import Overrides
from exporter.domain.clock import Instant
from exporter.domain.declaration import ApplicationKey, Deliveries, Reading
from exporter.domain.errors import ReadError, Reason
from exporter.domain.fingerprint import OF_NOTHING
from exporter.domain.platform import Platform
from exporter.domain.provenance import Place, Source
from exporter.settings.load import Loaded
from exporter.settings.model import Settings
from exporter.settings.observed import ObservedSettings


class Work(Struct, frozen=True, kw_only=True):
    """The inputs of the reader of *source*, without what it does not need to know.

    *of_nothing* is the fingerprint of nothing: where a worker's is another one, so are all that it
    would take, and everything would seem to differ from what is running.
    """

    of_nothing: str
    source: Source
    settings: Settings
    folder: str
    name: str
    order: tuple[Source, ...]
    root: str
    revision: str
    git: GitState
    running: tuple[tuple[Place, bytes], ...]
    further: tuple[tuple[str, str, GitState], ...]
    overrides: tuple[tuple[ApplicationKey, tuple[Overrides, ...]], ...]
    platform: Platform
    earlier: dict[Source, Deliveries]
    max_age: float
    now: Instant | None
    last: float


def write(reader: Reader, inputs: Inputs) -> bytes:
    """Return what tells a worker to let *reader* read."""
    loaded = inputs.loaded
    now, last = inputs.memory.handed()
    work = Work(
        of_nothing=OF_NOTHING,
        source=reader.source,
        settings=msgspec.structs.replace(
            loaded.settings, observed=ObservedSettings(), waivers=(), maintenance=()
        ),
        folder=str(loaded.folder),
        name=loaded.name,
        order=loaded.order,
        root=str(inputs.checkout.root),
        revision=inputs.checkout.revision,
        git=inputs.git,
        running=tuple((one.place, msgspec.json.encode(one.content)) for one in inputs.running),
        further=tuple(
            (str(one.checkout.root), one.checkout.name, one.git) for one in inputs.further
        ),
        overrides=tuple(inputs.overrides.items()),
        platform=inputs.platform,
        earlier={source: one.deliveries for source, one in inputs.earlier.items()},
        max_age=inputs.memory.max_age.total_seconds(),
        now=now,
        last=last,
    )
    return msgspec.msgpack.encode(work)


async def do(work: bytes, kept: bytes) -> tuple[bytes, bytes]:
    """Read what *work* says, in a worker; return the reading, and what to keep for the next.

    The reading is empty where it would be the last one again, of which nothing went wrong.
    """
    given = msgspec.msgpack.decode(work, type=Work)
    if given.of_nothing != OF_NOTHING:
        raise ReadError("a worker has another key of fingerprints", reason=Reason.INTERNAL)
    before = sealing.unseal(kept)
    reader, checkout = READERS[given.source], _checkout(given)
    if unchanged.holds(checkout, before.answers):
        return b"", kept
    memory = Remembered.unsealed(
        before.units, max_age=timedelta(seconds=given.max_age), now=given.now, last=given.last
    )
    answers = Answers()
    if reader.by_files:
        listen(answers.note)
    reading = await reader.read(_inputs(given, memory))
    said = {} if reading.failures else answers.all()
    return readings.write(reading), sealing.seal(Sealed(memory.units(), said))


def _checkout(given: Work) -> Checkout:
    return Checkout(root=Path(given.root), revision=given.revision)


def _inputs(given: Work, memory: Remembered) -> Inputs:
    return Inputs(
        loaded=Loaded(
            settings=given.settings,
            folder=Path(given.folder),
            name=given.name,
            order=given.order,
        ),
        checkout=_checkout(given),
        git=given.git,
        running=tuple(
            Manifest(content=msgspec.json.decode(content), place=place)
            for place, content in given.running
        ),
        further=tuple(
            FurtherCheckout(
                checkout=Checkout(root=Path(root), revision=git.revision, name=name), git=git
            )
            for root, name, git in given.further
        ),
        overrides=dict(given.overrides),
        platform=given.platform,
        memory=memory,
        earlier={
            source: Reading(source=source, deliveries=one) for source, one in given.earlier.items()
        },
    )
