"""The parts of a source that are not read again where nothing that they asked for has changed.

A unit is one rendering: a source of an Application, an overlay, a file of Applications. What it
declared is remembered as it was written for the process that judges, which has it already.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final, Protocol

from exporter.declared import tracing
from exporter.declared.checkout import Checkout
from exporter.declared.manifests import Workloads
from exporter.declared.remembered import Remembered
from exporter.declared.rendered import Rendered
from exporter.declared.tracing import Trace
from exporter.domain.finding import Subject
from exporter.domain.gaps import Gap
from exporter.domain.monitoring.stack import StackStatement

NUMBER: Final = 16
"""Bytes of what a part goes by: a digest of it."""


def digest(*values: object) -> bytes:
    """Return what is the same for values that are shown in the same way."""
    return blake2b(repr(values).encode("utf-8", "replace"), digest_size=NUMBER).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is remembered of a unit.

    It was rendered with *inputs* and accounted for with *rules*, both as digests, and asked
    *questions*. *keys* are those of what it keeps for the day on which it breaks. *part* goes for
    what it declared: so many *workloads* and *items*, which stand at *paths*, and *stack* and
    *hiding* besides. One that has to be looked at again by others is *rendered*, as bytes.
    """

    inputs: bytes
    rules: bytes = b""
    questions: tuple[str, ...] = ()
    keys: tuple[Hashable, ...] = ()
    part: bytes = b""
    workloads: int = 0
    items: int = 0
    paths: frozenset[str] = frozenset()
    stack: tuple[StackStatement, ...] = ()
    hiding: tuple[Gap, ...] = ()
    rendered: bytes = b""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a unit rendered to, and what was asked for it; or the *unit* that stands for it."""

    rendered: Rendered = field(default_factory=Rendered)
    trace: Trace | None = None
    unit: Unit | None = None


class Answers(tracing.Answers, Protocol):
    """What checkouts say now, and said before."""

    def hold(self, questions: Iterable[str]) -> bool:
        """Tell whether all that was asked is answered as before."""


class Packing(Protocol):
    """Makes bytes of what is kept, and the other way round."""

    def part(self, declared: Workloads, /) -> bytes:
        """Return what is declared as it is written for the process that judges."""

    def pack(self, rendered: Rendered, /) -> bytes:
        """Return a rendering as bytes."""

    def unpack(self, content: bytes, /) -> object:
        """Return it again."""


@dataclass(slots=True)
class Units:
    """The units of one source: those from *before*, and those of *now*.

    *asked* are the objects whose values are to be traced, by their Application; *parts* are what
    units declared, in order, each with its unit, if that is remembered. A reader
    that reads a source several times, each time knowing more, begins anew each time.
    """

    before: Mapping[Hashable, Unit]
    answers: Answers
    memory: Remembered
    packing: Packing
    asked: Mapping[str, tuple[Subject, ...]] = field(default_factory=dict)
    now: dict[Hashable, Unit] = field(default_factory=dict)
    parts: list[tuple[Hashable | None, Workloads | Unit]] = field(default_factory=list)
    passed: bool = False
    _restored: set[Hashable] = field(default_factory=set)

    def begin(self) -> None:
        """Begin anew."""
        self.now.clear()
        self.parts.clear()
        self._restored.clear()
        self.passed = False

    def find(
        self, key: Hashable, inputs: bytes, *, rules: bytes = b"", lazily: bool = False
    ) -> Unit | None:
        """Return a unit of which nothing has changed, if there is one.

        Where it is done *lazily*, other rules than now may have held for it: it is *passed* over.
        """
        unit = self.before.get(key)
        if unit is None or unit.inputs != inputs or not self.answers.hold(unit.questions):
            return None
        if unit.rules != rules and not unit.rendered:
            if not lazily:
                return None
            self.passed = True
        return unit

    def reuse(self, key: Hashable, unit: Unit) -> None:
        """Go by a unit as it was."""
        self._note(self._trace(unit))
        self.now[key] = unit
        if unit.part:
            self.parts.append((key, unit))

    def restored(self, key: Hashable, unit: Unit, checkout: Checkout) -> Rendering | None:
        """Return what a unit rendered to that others have to look at, if it is known."""
        found = self.packing.unpack(unit.rendered)
        if not isinstance(found, Rendered):
            return None
        _confirm(found, checkout.revision)
        self.memory.retain(unit.keys)
        self._restored.add(key)
        return Rendering(found, self._trace(unit))

    def declare(self, declared: Workloads, *, key: Hashable | None = None) -> None:
        """Add what a unit declares, which is remembered by its *key* if it has one."""
        self.parts.append((key, declared))

    def remember(self, key: Hashable, unit: Unit, trace: Trace) -> None:
        """Remember a unit; what it declares is noted besides."""
        self.now[key] = replace(unit, questions=tuple(trace.questions), keys=tuple(trace.keys))

    def written(self) -> list[tuple[bytes, bytes]]:
        """Return all parts: what each goes by, and its bytes, none where they are known."""
        found = []
        for key, one in self.parts:
            if isinstance(one, Unit):
                found.append((one.part, b""))
                continue
            content = self.packing.part(one)
            number = blake2b(content, digest_size=NUMBER).digest()
            known = key in self._restored and self.before[key].part == number
            found.append((number, b"" if known else content))
            if key is not None:
                self.now[key] = replace(self.now[key], part=number)
        return found

    def _trace(self, unit: Unit) -> Trace:
        return Trace(self.answers, dict.fromkeys(unit.questions), dict.fromkeys(unit.keys))

    def _note(self, trace: Trace) -> None:
        tracing.add(trace)
        self.memory.retain(trace.keys)


def _confirm(rendered: Rendered, revision: str) -> None:
    """Note that what was rendered before stands where it did at this *revision*, too."""
    for one in rendered.manifests:
        for place in (one.place, *one.places.values()):
            place.confirm(revision)
    for omission in rendered.left_out:
        omission.place.confirm(revision)
