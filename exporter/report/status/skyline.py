"""The last hours of a layer as a skyline: what is worse stands higher, so it needs no colour."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from exporter.domain.finding import Layer
from exporter.domain.skyline import Level, LevelChange
from exporter.report.status.words import Words
from exporter.report.texts import mark

WIDTH: Final = 1000
HEIGHT: Final = 18
NARROWEST: Final = 22
"""Of :data:`WIDTH`: what is shorter would not be seen."""
_HEIGHTS: Final = {Level.CONFORMS: 6, Level.ACCEPTED: 6, Level.WARNING: 11, Level.CRITICAL: 18}
LEVELS: Final = {
    Level.CONFORMS: mark("conforms"),
    Level.ACCEPTED: mark("accepted"),
    Level.UNKNOWN: mark("unknown"),
    Level.WARNING: mark("warnings"),
    Level.CRITICAL: mark("critical"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A *layer* of a level from *start* to *end*; both are instants."""

    level: Level
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """A span as it is drawn: from *x* on, *width* of :data:`WIDTH`."""

    level: Level
    x: int
    width: int

    @property
    def height(self) -> int:
        """How high it stands; what is unknown is a line."""
        return _HEIGHTS.get(self.level, 0)


@dataclass(frozen=True, slots=True)
class Skyline:
    """The *blocks* of a layer, and the same in *words*."""

    blocks: tuple[Block, ...]
    told: str


def spans(
    changes: Iterable[LevelChange], layer: Layer, *, start: datetime, end: datetime
) -> Iterator[Span]:
    """Yield the levels of a *layer* between two instants, one after the other."""
    level: Level | None = None
    since = start
    for change in changes:
        if change.layer is not layer:
            continue
        at = min(max(change.at, start), end)
        if level is not None and at > since:
            yield Span(level, since, at)
        level, since = change.level, at
    if level is not None and end > since:
        yield Span(level, since, end)


def skyline(found: Sequence[Span], words: Words, *, start: datetime, end: datetime) -> Skyline:
    """Return the *found* levels as they are drawn, what is worse over what is better."""
    blocks = [_block(one, start=start, end=end) for one in found]
    drawn = sorted(_joined(blocks), key=lambda one: one.level.rank)
    return Skyline(tuple(drawn), _told(found, words, start=start))


def _block(span: Span, *, start: datetime, end: datetime) -> Block:
    whole = end - start
    left = round(WIDTH * ((span.start - start) / whole))
    right = round(WIDTH * ((span.end - start) / whole))
    width = max(right - left, NARROWEST)
    return Block(span.level, min(left, WIDTH - width), width)


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks; those of one level that touch are one."""
    last: dict[Level, Block] = {}
    for block in blocks:
        before = last.get(block.level)
        if before is not None and block.x <= before.x + before.width:
            end = max(before.x + before.width, block.x + block.width)
            last[block.level] = Block(block.level, before.x, end - before.x)
            continue
        if before is not None:
            yield before
        last[block.level] = block
    yield from last.values()


def _told(found: Sequence[Span], words: Words, *, start: datetime) -> str:
    """Return how the layer is now, since when, and what else it was."""
    if not found:
        return words.say("not watched")
    last = found[-1]
    now = words.say(LEVELS[last.level])
    throughout = len(found) == 1 and last.start <= start + timedelta(minutes=1)
    told = (
        words.say("{level} throughout", level=now)
        if throughout
        else words.say("{level} since {when}", level=now, when=words.when(last.start))
    )
    lasting: dict[Level, timedelta] = {}
    for one in found[:-1]:
        if one.level is not last.level:
            lasting[one.level] = lasting.get(one.level, timedelta()) + (one.end - one.start)
    before = [
        words.say("{level} for {age}", level=words.say(LEVELS[level]), age=words.age(age))
        for level, age in sorted(lasting.items(), key=lambda item: -item[0].rank)
    ]
    return ", ".join((told, *before))
