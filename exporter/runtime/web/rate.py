"""A token bucket: so many requests at once, and one more for each interval."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Rate:
    """Allows *burst* requests at once, and another every *interval* seconds."""

    interval: float
    burst: int
    tokens: float = field(init=False)
    since: float | None = None

    def __post_init__(self) -> None:
        """Begin with a full bucket."""
        self.tokens = self.burst

    def allows(self, now: float) -> bool:
        """Take a token at the instant *now* (seconds of any steady clock), if there is one."""
        passed = 0.0 if self.since is None else max(0.0, now - self.since)
        self.tokens = min(self.burst, self.tokens + passed / self.interval)
        self.since = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
