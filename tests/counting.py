"""Counts calls, so that what would take too long is found without a clock."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType


def calls(run: Callable[[], object]) -> int:
    """Return how many functions are called to *run* something."""
    counts: Counter[str] = Counter()

    def note(_: FrameType, event: str, __: object) -> None:
        counts[event] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)
    return counts["call"] + counts["c_call"]
