"""What a piece of work costs, in units of a loop that this process runs right after it.

Seconds prove nothing on a machine that is slow, busy or traced; how many times as long as a known
loop the work takes, does.
"""

import contextlib
import gc
import time
from collections.abc import Iterator

ROUNDS = 100_000
"""Of the loop: about a hundredth of a second on a machine of 2020."""

FASTEST = 0.002
"""Seconds that the loop takes on any machine; what is below needs no measuring."""


@contextlib.contextmanager
def at_most(units: float) -> Iterator[None]:
    """Fail where the body takes this thread more than *units* times the loop's processor time.

    Garbage is not collected meanwhile: that takes what all tests before have left, a second of it.
    """
    with _uncollected():
        began = time.thread_time()
        yield
        spent = time.thread_time() - began
    if spent < units * FASTEST:
        return
    unit = _unit()
    assert spent < units * unit, f"{spent / unit:.0f} units of {unit:.3f} s, more than {units:.0f}"


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _unit() -> float:
    began = time.thread_time()
    counts = {}
    for number in range(ROUNDS):
        counts[number & 255] = str(number)
    return time.thread_time() - began
