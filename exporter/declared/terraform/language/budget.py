"""What evaluating one declaration may cost."""

import time
from dataclasses import dataclass, field

from exporter.declared.terraform.language.values import MAX_DEPTH, Items, Object, Value, unknown
from exporter.domain.errors import ReadError, Reason

MAX_STEPS = 3_000_000
MAX_INSTANCES = 20_000
MAX_SECONDS = 30.0
MAX_SOURCE = 32 << 20
_CHARACTERS_A_STEP = 64


@dataclass(slots=True)
class Budget:
    """Counts down; once it is used up, everything further is unknown.

    *steps* bound time and memory, *instances* how many resources and modules are expanded,
    *source* how many characters are parsed, and the deadline is for whatever costs more than
    its steps tell.
    """

    steps: int = MAX_STEPS
    instances: int = MAX_INSTANCES
    source: int = MAX_SOURCE
    depth: int = 0
    deadline: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)
    exceeded: str = ""

    def spend(self, steps: int) -> None:
        """Count *steps*; raises :exc:`NotKnownError` where none are left."""
        self.steps -= steps
        if self.steps < 0:
            self._refuse(f"takes more than {MAX_STEPS:,} steps to evaluate")
        if time.monotonic() > self.deadline:
            self._refuse(f"takes more than {MAX_SECONDS:g} s to evaluate")

    def pay(self, value: Value) -> Value:
        """Count the size of a value that was made at once, and return it."""
        match value.data:
            case str(data):
                self.spend(len(data) // _CHARACTERS_A_STEP)
            case Items() | Object() as data:
                self.spend(len(data))
            case _:
                pass
        return value

    def expand(self) -> None:
        """Count one instance of a resource or module."""
        self.instances -= 1
        if self.instances < 0:
            self._refuse(f"expands to more than {MAX_INSTANCES:,} resources and modules")

    def admit(self, text: str) -> str:
        """Count a text that is about to be parsed, and return it; raises :exc:`ReadError`."""
        self.source -= len(text)
        if self.source < 0:
            raise ReadError(
                f"is left out: the declaration has more than {MAX_SOURCE >> 20} MiB",
                reason=Reason.TOO_LARGE,
            )
        return text

    def enter(self) -> None:
        """Count one evaluation inside another; each needs its :meth:`leave`."""
        self.depth += 1
        self.spend(1)
        if self.depth > MAX_DEPTH:
            raise unknown("a value", f"depends on more than {MAX_DEPTH} others")

    def leave(self) -> None:
        """Leave what was entered, however it ended."""
        self.depth -= 1

    def _refuse(self, why: str) -> None:
        self.exceeded = self.exceeded or why
        raise unknown("this declaration", self.exceeded)
