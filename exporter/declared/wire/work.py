"""What a worker is told to read, and how it does it."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from exporter.declared import tracing
from exporter.declared.checkout import Checkout
from exporter.declared.manifests import Workloads
from exporter.declared.opening import FurtherCheckout
from exporter.declared.reader import Inputs, Reader
from exporter.declared.registry import READERS
from exporter.declared.remembered import Remembered
from exporter.declared.rendered import Manifest
from exporter.declared.repository import GitState
from exporter.declared.tracing import Trace
from exporter.declared.units import Units, digest
from exporter.declared.wire import readings, sealing
from exporter.declared.wire.sealing import Sealed
from exporter.declared.wire.unchanged import Answers
from exporter.domain.applications import Overrides
from exporter.domain.charts import NotFetched
from exporter.domain.clock import Instant
from exporter.domain.declaration import ApplicationKey, Deliveries, Reading
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.fingerprint import OF_NOTHING
from exporter.domain.platform import Platform
from exporter.domain.provenance import Place, Source
from exporter.domain.renderings import ArgocdRendering
from exporter.foreign.command import find_tool
from exporter.settings.cloud import CloudSettings
from exporter.settings.load import Loaded
from exporter.settings.model import Settings
from exporter.settings.observed import ObservedSettings

_PROGRAMS: Final = (
    *("kustomize", "kustomize-5.7", "kustomize-5.8", "kubectl"),
    *("helm", "helm-3", "helm-4", "ansible-inventory"),
)


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
    unfetched: dict[str, NotFetched]
    platform: Platform
    questions: dict[str, tuple[Subject, ...]]
    renderings: tuple[tuple[ApplicationKey, ArgocdRendering], ...]
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
            loaded.settings, observed=_looked_at(loaded), waivers=(), maintenance=()
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
        unfetched=dict(inputs.unfetched),
        platform=inputs.platform,
        questions={key: tuple(sorted(one)) for key, one in inputs.questions.items()},
        renderings=tuple(inputs.renderings.items()),
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
    before, settings, inputs = sealing.unseal(kept), _settings(given), _everything(given)
    answers = Answers.of(_checkouts(given), before.answers)
    if before.whole and before.inputs == inputs and answers.hold(before.whole):
        return b"", kept
    memory = Remembered.unsealed(
        before.units, max_age=timedelta(seconds=given.max_age), now=given.now, last=given.last
    )
    held = before.held if before.settings == settings else {}
    current = frozenset(one.revision for one in _checkouts(given))
    units = Units(held, answers, memory, _Packing(current), asked=given.questions)
    trace = Trace(answers)
    remote = given.settings.declared.allow_remote_bases  # nobody can tell what is there
    with tracing.into(trace):
        reading = await READERS[given.source].read(
            _inputs(given, memory, None if remote else units)
        )
    parts = units.written()
    whole = () if reading.failures or remote or answers.too_many else tuple(trace.questions)
    left = Sealed(
        units=memory.units(),
        answers={} if answers.too_many else answers.digests,
        held=units.now,
        whole=() if tracing.VOLATILE in whole else whole,
        settings=settings,
        inputs=inputs,
    )
    return readings.write(reading, parts), sealing.seal(left)


@dataclass(frozen=True, slots=True)
class _Packing:
    """How units write what they declare, and what they keep; no commit that is *current*."""

    current: frozenset[str]

    def part(self, declared: Workloads, /) -> bytes:
        return readings.write_part(declared, current=self.current)

    pack = staticmethod(sealing.pack)
    unpack = staticmethod(sealing.unpack)


def _looked_at(loaded: Loaded) -> ObservedSettings:
    """Return of what is observed only whether a cloud is: then its resources are read, too."""
    cloud = CloudSettings() if loaded.settings.observed.cloud else None
    return ObservedSettings(cloud=cloud)


def _settings(given: Work) -> bytes:
    """Return a digest of what units depend on, besides what they ask of checkouts.

    Git's references are asked for; where a checkout lies, and what time it is, matters to none.
    """
    further = [(name, git.url, git.reference) for _, name, git in given.further]
    home = given.git.url, given.git.reference, _loaded(given).repository.url
    settings = msgspec.structs.replace(given.settings, repository="")  # its path and commit change
    written = msgspec.json.encode((settings, given.platform), order="sorted")
    return digest(written, given.folder, given.order, home, further, [*map(_program, _PROGRAMS)])


def _everything(given: Work) -> bytes:
    """Return a digest of what a whole reading depends on, besides what it asks of checkouts."""
    more = (
        given.running,
        given.overrides,
        given.questions,
        given.renderings,
        given.unfetched,
        msgspec.json.encode(given.earlier, order="sorted"),
    )
    return digest(_settings(given), *more)


def _program(name: str) -> tuple[str, int, int] | None:
    try:
        path = find_tool(name, advice="")
        state = Path(path).stat()
    except (ReadError, OSError):
        return None
    return path, state.st_size, state.st_mtime_ns


def _checkouts(given: Work) -> tuple[Checkout, ...]:
    further = (Checkout(Path(root), git.revision, name) for root, name, git in given.further)
    return _checkout(given), *further


def _checkout(given: Work) -> Checkout:
    return Checkout(root=Path(given.root), revision=given.revision)


def _loaded(given: Work) -> Loaded:
    return Loaded(
        settings=given.settings, folder=Path(given.folder), name=given.name, order=given.order
    )


def _inputs(given: Work, memory: Remembered, units: Units | None) -> Inputs:
    return Inputs(
        loaded=_loaded(given),
        checkout=_checkout(given),
        git=given.git,
        running=tuple(
            Manifest(content=msgspec.json.decode(content), place=place)
            for place, content in given.running
        ),
        further=tuple(
            FurtherCheckout(checkout=checkout, git=git)
            for checkout, (_, _, git) in zip(_checkouts(given)[1:], given.further, strict=True)
        ),
        overrides=dict(given.overrides),
        platform=given.platform,
        renderings=dict(given.renderings),
        memory=memory,
        unfetched=given.unfetched,
        questions={key: frozenset(one) for key, one in given.questions.items()},
        earlier={
            source: Reading(source=source, deliveries=one) for source, one in given.earlier.items()
        },
        units=units,
    )
