"""The last good state of single files, overlays and Applications, which stands in for broken ones.

What can be read counts as it is now, and what is broken as it was when it could last be read:
never a mixture inside one file or overlay.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Generic, TypeAlias, TypeVar

from exporter.declared import tracing
from exporter.declared.kinds import TRACED, governs
from exporter.declared.options import Options
from exporter.declared.rendered import Manifest, Render, Rendered
from exporter.domain.clock import Instant
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError
from exporter.domain.json import Json, JsonObject, as_object, dig

T = TypeVar("T")
Units: TypeAlias = Mapping[Hashable, tuple[object, float | None]]
"""What units gave, and since when by the boot clock they could not be read any more, if so."""

_READ: Final = TRACED | {"Alertmanager", "Prometheus"}
FORGOTTEN: Final = "of what cannot be read now, only that it was declared is remembered"
_IDENTITY: Final = ("name", "namespace", "generateName", "annotations")


@dataclass(frozen=True, slots=True)
class Recalled(Generic[T]):
    """What could last be read, and in words from when that is."""

    value: T
    told: str


@dataclass(frozen=True, slots=True)
class Packed:
    """A value as bytes, which most are never needed as anything else."""

    content: bytes
    unpack: Callable[[bytes], object] = field(compare=False, repr=False)


@dataclass(slots=True)
class _Kept:
    """A value, and since when it could not be read any more by the boot clock, if so."""

    value: object
    lost: float | None = None

    def unpacked(self) -> object:
        """Return the value itself."""
        if isinstance(self.value, Packed):
            return self.value.unpack(self.value.content)
        return self.value


@dataclass(frozen=True, slots=True)
class Left:
    """What a worker leaves: what it *kept* for the next one, and what was *decoded* of its reading.

    What is kept is as it came: nothing of it is trusted.
    """

    kept: bytes = b""
    decoded: object = None


@dataclass(slots=True)
class Remembered:
    """What the units of one source gave when they could last be read, for *max_age* at the most.

    Each reading begins with :meth:`start` and ends with :meth:`finish`, which forgets what was
    not asked for any more. Where workers read, only they know what there is: *sealed* is what the
    last one left, and *coming* what the one before :meth:`finish` did.
    """

    max_age: timedelta = timedelta()
    sealed: Left = field(default_factory=Left)
    coming: Left = field(default_factory=Left)
    _kept: dict[Hashable, _Kept] = field(default_factory=dict)
    _asked: set[Hashable] = field(default_factory=set)
    _now: Instant | None = None
    _last: float = 0.0

    def start(self, *, at: Instant) -> None:
        """Begin a reading at the instant *at*."""
        self._now = at
        self._asked = set()

    def finish(self) -> None:
        """End a reading."""
        self._kept = {key: entry for key, entry in self._kept.items() if key in self._asked}
        self.sealed, self.coming = self.coming, Left()
        if self._now is not None:
            self._last = self._now.boot

    def go_on(self) -> None:
        """Let another reading at the same instant begin with what the last one left."""
        if self.coming.kept:
            self.sealed = self.coming

    def confirm(self, *, at: Instant) -> None:
        """Note that nothing had changed at the instant *at*."""
        self._last = at.boot

    def handed(self) -> tuple[Instant | None, float]:
        """Return the instant of this reading, and when the last one still held, for a worker."""
        return self._now, self._last

    @classmethod
    def unsealed(
        cls, kept: Units, *, max_age: timedelta, now: Instant | None, last: float
    ) -> "Remembered":
        """Return what a worker begins with; *now* and *last* are what was :meth:`handed` to it."""
        units = {key: _Kept(value, lost) for key, (value, lost) in kept.items()}
        return cls(max_age, _kept=units, _now=now, _last=last)

    def units(self) -> Units:
        """Return all that was asked for, for the next worker to begin with."""
        asked = ((key, one) for key, one in self._kept.items() if key in self._asked)
        return {key: (one.value, one.lost) for key, one in asked}

    def retain(self, keys: Iterable[Hashable]) -> None:
        """Remember further what was kept by *keys*."""
        self._asked.update(key for key in keys if key in self._kept)

    def keep(self, key: Hashable, value: object) -> None:
        """Remember what a unit gave that could be read."""
        self._ask(key)
        self._kept[key] = _Kept(value)

    def known(self, key: Hashable, kind: type[T]) -> T | None:
        """Return what a unit gave that depends on nothing but its *key*, if that is known."""
        kept = self._kept.get(key)
        value = kept.unpacked() if kept else None
        if not isinstance(value, kind):
            return None
        self._ask(key)
        return value

    def recall(self, key: Hashable, kind: type[T]) -> Recalled[T] | None:
        """Return what a unit that is broken gave when it could last be read, if that is known."""
        self._ask(key)
        kept, now = self._kept.get(key), self._now
        value = kept.unpacked() if kept else None
        if kept is None or now is None or not isinstance(value, kind):
            return None
        if kept.lost is None:
            kept.lost = self._last
        if now.age(kept.lost) > self.max_age:
            return None
        when = now.shown(kept.lost).isoformat(timespec="seconds")
        return Recalled(value, f"what it said at {when} stands in")

    def _ask(self, key: Hashable) -> None:
        tracing.ask_memory(key)
        self._asked.add(key)


def remembering(render: Render, memory: Remembered, *, repository: str = "") -> Render:
    """Return *render* with what is broken as *memory* has it, by path in a *repository*."""

    async def rendered(
        path: str, *, recurse: bool = False, options: Options | None = None
    ) -> Rendered:
        found = await render(path, recurse=recurse, options=options)
        owner = options.owner if options else ""
        return _chosen(memory, (f"{repository}{path.strip('/')}", recurse, owner), found)

    return rendered


def recalled(memory: Remembered, path: str) -> Rendered:
    """Return what *path*, which is gone, rendered to as *memory* has it: nothing, if it has not."""
    known = _last_good(memory, (path.strip("/"), False, ""))
    return known.value if known else Rendered()


_Key: TypeAlias = tuple[str, bool, str]
"""A path, whether what is below it counts, and for which source it is rendered in its own way."""


def _chosen(memory: Remembered, key: _Key, rendered: Rendered) -> Rendered:
    if rendered.is_lost:
        known = _last_good(memory, key)
        if known is None:
            return rendered
        words = dict.fromkeys((failure.place.path for failure in rendered.failures), known.told)
        failures = _told(rendered.failures, words)
        return replace(known.value, failures=failures, by_file=False, stands_in=True)
    if not rendered.by_file:
        kept = tuple(map(_lean, rendered.manifests))
        memory.keep(key, replace(rendered, manifests=kept))
        return rendered
    return _by_file(memory, key, rendered)


def _by_file(memory: Remembered, key: _Key, rendered: Rendered) -> Rendered:
    """Return files as they are now, and those that are broken as they were."""
    files: dict[str, list[Manifest]] = {}
    for manifest in rendered.manifests:
        files.setdefault(manifest.place.path, []).append(manifest)
    for file, manifests in files.items():
        memory.keep((key, file), tuple(map(_lean, manifests)))
    broken = {failure.place.path for failure in rendered.failures}
    known = {file: found for file in sorted(broken) if (found := memory.recall((key, file), tuple))}
    memory.keep(key, frozenset((*files, *broken)))
    old = (manifest for found in known.values() for manifest in found.value)
    words = {file: found.told for file, found in known.items()}
    return replace(
        rendered,
        manifests=(*rendered.manifests, *old),
        failures=_told(rendered.failures, words),
        stands_in=bool(broken) and known.keys() == broken,
    )


def _last_good(memory: Remembered, key: _Key) -> Recalled[Rendered] | None:
    whole = memory.recall(key, Rendered)
    if whole is not None:
        return whole
    files = memory.recall(key, frozenset)
    if files is None:
        return None
    found = (memory.recall((key, file), tuple) for file in sorted(files.value))
    manifests = tuple(failure for memory in found if memory for failure in memory.value)
    return Recalled(Rendered(manifests=manifests, stands_in=True), files.told)


def _lean(manifest: Manifest) -> Manifest:
    """Return *manifest* without what is not read of its kind: definitions have megabytes of it."""
    if manifest.kind in _READ or governs(manifest.content):
        return manifest
    content, metadata = manifest.content, as_object(manifest.content.get("metadata"))
    kept = {key: metadata[key] for key in _IDENTITY if key in metadata}
    lean: dict[str, Json] = {"apiVersion": content.get("apiVersion"), "kind": manifest.kind}
    return replace(
        manifest,
        content={**lean, "metadata": kept, "spec": _times(content)},
        places={},
        unknown=manifest.unknown or FORGOTTEN,
    )


def _times(content: JsonObject) -> JsonObject:
    """Return for how long a Job stays, if it says so."""
    seconds = dig(content, "spec", "ttlSecondsAfterFinished")
    return {} if seconds is None else {"ttlSecondsAfterFinished": seconds}


def told(error: ReadError, words: str) -> ReadError:
    """Return *error* with what stands in for what it is about."""
    return ReadError(
        f"{error.message}; {words}",
        reason=error.reason,
        path=error.path,
        line=error.line,
        advice=error.advice,
    )


def _told(failures: Iterable[Failure], words: Mapping[str, str]) -> tuple[Failure, ...]:
    """Return *failures*, each with what stands in for its file, if anything does."""
    return tuple(
        replace(failure, message=f"{failure.message}; {words[failure.place.path]}")
        if failure.place.path in words
        else failure
        for failure in failures
    )
