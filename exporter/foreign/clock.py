"""The clocks of this machine; nobody else reads its wall clock."""

import time
from datetime import UTC, datetime

from exporter.domain.clock import Clock

# Darwin has no CLOCK_BOOTTIME; there, CLOCK_MONOTONIC counts while the machine sleeps.
_BOOT: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this is the one place


def _boot() -> float:
    return time.clock_gettime(_BOOT)


SYSTEM = Clock(wall=_wall, boot=_boot)
