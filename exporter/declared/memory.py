"""The last good reading of each source, which stands in for a broken one for a while."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from exporter.domain.clock import Instant
from exporter.domain.declaration import Failure, Reading
from exporter.domain.errors import Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.provenance import Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """What a source gave, and when by the boot clock."""

    value: T
    at: float


@dataclass(slots=True)
class Memory(Generic[T]):
    """Remembers what one source gave when it last gave it whole.

    A broken reading does not replace a good one before that is older than *max_age*; it shows as
    source down, and the good one's age grows. *usable* is one that broke in parts only, and in
    which these parts are as they were.
    """

    source: Source
    max_age: timedelta
    good: Kept[T] | None = None
    success: float | None = None
    errors: Counter[Reason] = field(default_factory=Counter)
    up: bool = False
    usable: bool = False
    failures: tuple[Failure, ...] = ()

    def choose(
        self, value: T, *, failures: tuple[Failure, ...], at: Instant, usable: bool = False
    ) -> T:
        """Return the reading to go by: this one, or the last good one."""
        self.failures = failures
        self.errors.update(one.reason for one in failures)
        self.up = not failures
        self.usable = self.up or usable
        if self.usable:
            self.good = Kept(value, at.boot)
        if self.up:
            self.success = at.boot
        if self.good is None or at.age(self.good.at) > self.max_age:
            return value
        return self.good.value

    def confirm(self, *, at: Instant) -> None:
        """Note that what was last given whole was still so at the instant *at*."""
        if self.usable and self.good is not None:
            self.good = Kept(self.good.value, at.boot)
        if self.up:
            self.success = at.boot

    def status(self, items: Mapping[str, int], *, at: Instant) -> SourceStatus:
        """Return how the source is doing at the instant *at*; *items* counts what is gone by."""
        return SourceStatus(
            source=self.source,
            up=self.up,
            last_success=None if self.success is None else at.shown(self.success),
            items=items,
            errors={reason: self.errors[reason] for reason in Reason},
            failures=self.failures,
        )


def count(reading: Reading) -> dict[str, int]:
    """Count what a reading gives, by kind."""
    return {
        "nodes": len({one.name for one in reading.nodes}),
        "workloads": len(reading.workloads),
        "objects": len(reading.objects),
        "autoscalers": len(reading.autoscalers),
        "applications": len(reading.applications),
        "unresolved": len(reading.unresolved),
    }
