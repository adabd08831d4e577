"""Documents of a shape that can be as large as one likes, and what parsing them costs.

A shape is found by pumping: a part of a seed, some tokens or a branch of its tree, is repeated or
nested any number of times. What costs more than its size is a bomb, or on the way to be one.
"""

import contextlib
import gc
import math
import os
import random
import re
import resource
import struct
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from .counting import TRIED
from .mutation import LONGEST, WORDS, pumped
from .target import Target

Shape: TypeAlias = Callable[[int], bytes]
"""Gives the document of a size."""

LARGEST: Final = LONGEST // 2
SMALL: Final = 6_000
STEP: Final = 4
"""Letters of the smallest document that is tried, and how much larger each further one is."""
STEEP: Final = 8.0
"""By how much the cost of one that is ``STEP`` times as large may grow; 16 is with its square."""
NOTICED: Final = 0.4
"""CPU seconds from which on anybody cares."""
NOTICED_MIB: Final = 64
_SECONDS: Final = 20
_MEMORY: Final = 1 << 30
_COST = struct.Struct("=dd")
_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")


class Cost(NamedTuple):
    """What a document took: CPU seconds, and MiB; infinite where it had to be ended."""

    seconds: float
    mib: float


@dataclass(frozen=True, slots=True)
class Steep:
    """A shape that costs more than its size, and what its two largest documents took."""

    data: bytes
    smaller: Cost
    larger: Cost

    def __str__(self) -> str:
        shown = f"{self.data[:200]!r}... of {len(self.data)} bytes"
        return f"{shown} took {self.larger}, a quarter of it {self.smaller}"


def shape_of(target: Target, chance: random.Random) -> Shape:
    """Return a shape near one of the seeds of *target*, or one that it brings itself."""
    if target.grown and chance.random() < 0.4:
        return chance.choice(target.grown)
    seed = chance.choice(target.seeds)
    if chance.random() < 0.5 and (shape := pumped(seed, chance)) is not None:
        return shape
    return _tokens_pumped(seed, (*WORDS, *target.words), chance)


def _tokens_pumped(seed: bytes, words: tuple[bytes, ...], chance: random.Random) -> Shape:
    """Return a shape in which a few tokens of the seed, or words of its format, are repeated."""
    tokens = _TOKEN.findall(seed[:LARGEST]) or [b""]
    at = chance.randrange(len(tokens))
    part = b"".join(tokens[at : at + chance.choice((1, 1, 2, 3, 5, 8, 20))])
    if chance.random() < 0.4:
        part = chance.choice(words) + (part if chance.random() < 0.5 else b"")
    before, after = b"".join(tokens[:at]), b"".join(tokens[at:])
    if chance.random() < 0.3:
        after = b""
    return lambda size: before + part * (size // max(1, len(part))) + after


def steep(target: Target, shape: Shape) -> Steep | None:
    """Return what a shape costs, where that is more than its size, and is noticed."""
    costs: list[tuple[bytes, Cost]] = []
    size = SMALL
    while size <= LARGEST:
        data = shape(size)[: 2 * LARGEST]
        costs.append((data, cost(target, data)))
        if math.isinf(costs[-1][1].seconds):
            break
        size *= STEP
    if len(costs) < 2:
        return Steep(costs[0][0], Cost(0, 0), costs[0][1])
    (former, smaller), (data, larger) = costs[-2:]
    if _is_steep(smaller, larger):  # or the machine did something else meanwhile
        smaller = Cost(*map(max, smaller, cost(target, former)))
        larger = Cost(*map(min, larger, cost(target, data)))
    return Steep(data, smaller, larger) if _is_steep(smaller, larger) else None


def _is_steep(smaller: Cost, larger: Cost) -> bool:
    slow = larger.seconds > NOTICED and larger.seconds > STEEP * max(smaller.seconds, 0.01)
    large = larger.mib > NOTICED_MIB and larger.mib > STEEP * max(smaller.mib, 1)
    return slow or large


def cost(target: Target, data: bytes) -> Cost:
    """Parse a document in a process of its own, with limits, and return what that took."""
    TRIED["costs of documents measured"] += 1
    subject = target.given(data)
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of the tests stay behind
        child = os.fork()
    if child == 0:
        _measure(target, subject, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return Cost(*_COST.unpack(said)) if len(said) == _COST.size else Cost(math.inf, math.inf)


def _measure(target: Target, subject: object, writing: int) -> None:
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        gc.freeze()  # what the tests hold is no part of the cost
        gc.set_threshold(100_000, 50, 100)  # as in a worker
        before, began = _mib(), time.process_time()
        with contextlib.suppress(*target.allowed):
            target.parse(subject)
        os.write(writing, _COST.pack(time.process_time() - began, _mib() - before))
    finally:
        os._exit(0)


def _mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
