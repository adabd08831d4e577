"""What can be made to go wrong, and which requests it befalls."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from tests.apiserver.rbac import Action


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer with a Status of this code instead; 429 and 503 may say when to come back."""

    code: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer 200 with a body that is no JSON."""

    body: bytes = b"<html><body>It works!</body></html>\n"


@dataclass(frozen=True, slots=True)
class ContentType:
    """Name another type of content."""

    value: str = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Stall:
    """Take the request and do not answer, until the fault is cleared."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Stop sending after so many bytes, and keep the connection open, until it is cleared."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection after so many bytes of the body, in the middle of a line."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection (RST) after so many bytes of the body; None is before the answer."""

    after: int | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """Send no more than so many bytes per second."""

    rate: int


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """End a watch with an ERROR event, after so many events."""

    code: int = 410
    reason: str = "Expired"
    message: str = "The resourceVersion for the provided watch is too old."
    after: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """Send this line in a watch, once, before the next event."""

    content: bytes = b'{"type":"MODIFIED","object":\n'


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Send every event of a watch twice."""


@dataclass(frozen=True, slots=True)
class Reorder:
    """Send events that come together in reverse order: changes without an await in between."""


@dataclass(frozen=True, slots=True)
class Endless:
    """Let no list end: each page has another token, and other objects where it is *growing*.

    A watch that begins with a list goes on telling of objects likewise.
    """

    growing: bool = True


@dataclass(frozen=True, slots=True)
class Circle:
    """Let the pages of a list lead to these tokens in turn."""

    tokens: tuple[str, ...] = ("A", "B")


@dataclass(frozen=True, slots=True)
class DropBookmarks:
    """Send no bookmarks, not even the one that ends a streaming list."""


Fault: TypeAlias = (
    Answer
    | Garbage
    | ContentType
    | Stall
    | Silence
    | Cut
    | Reset
    | Slow
    | ErrorEvent
    | Line
    | Duplicate
    | Reorder
    | Endless
    | Circle
    | DropBookmarks
)
F = TypeVar("F")


@dataclass(eq=False, slots=True, kw_only=True)
class Injection:
    """Faults at work, until *left* requests have met them or they are cleared."""

    faults: tuple[Fault, ...]
    resource: str
    verb: str
    left: int | None
    cleared: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def standing(self) -> bool:
        """Whether it befalls everything until cleared, streams that are open already too."""
        return self.left is None and not self.cleared.is_set()

    def befalls(self, action: Action) -> bool:
        """Tell whether it is meant for a request."""
        resources = {"", action.resource, action.qualified}
        return self.resource in resources and self.verb in {"", action.verb}

    def clear(self) -> None:
        """Let things go right again."""
        self.cleared.set()
        self.left = 0 if self.left is not None else None


class Faults:
    """All faults, in the order in which they were injected."""

    def __init__(self) -> None:
        self.changed: set[Callable[[], None]] = set()
        self._standing: list[Injection] = []
        self._counted: list[Injection] = []
        self._spent: list[Injection] = []

    def inject(
        self, *faults: Fault, resource: str = "", verb: str = "", times: int | None = None
    ) -> Injection:
        """Let *faults* befall the next *times* requests for a resource, or all until cleared.

        With *times*, each request meets one injection, the oldest, and keeps it to its end.
        Without, open streams meet it too, at once. An empty resource or verb stands for any.
        """
        injection = Injection(faults=faults, resource=resource, verb=verb, left=times)
        (self._standing if times is None else self._counted).append(injection)
        for wake in tuple(self.changed):
            wake()
        return injection

    def clear(self) -> None:
        """Let everything go right again."""
        for injections in (self._standing, self._counted, self._spent):
            for injection in injections:
                injection.clear()
            injections.clear()

    def befall(self, action: Action) -> "Trouble":
        """Return what befalls a new request."""
        for injection in self._counted:
            if injection.left and injection.befalls(action):
                injection.left -= 1
                if not injection.left:
                    self._counted.remove(injection)
                    self._spent.append(injection)
                return Trouble(self, action, injection)
        return Trouble(self, action, None)

    def standing(self, action: Action) -> list[Injection]:
        """Return what befalls a request now, however old it is."""
        self._standing = [one for one in self._standing if one.standing]
        return [one for one in self._standing if one.befalls(action)]


@dataclass(eq=False, slots=True)
class Trouble:
    """What befalls one request."""

    faults: Faults
    action: Action
    own: Injection | None

    def find(self, kind: type[F]) -> F | None:
        """Return the fault of this kind that is at work, or None."""
        found = self._injection(kind)
        return None if found is None else found[0]

    def has(self, kind: type[Fault]) -> bool:
        """Tell whether a fault of this kind is at work."""
        return self._injection(kind) is not None

    async def over(self, kind: type[Fault]) -> None:
        """Wait until no fault of this kind is at work."""
        while (found := self._injection(kind)) is not None:
            await found[1].cleared.wait()

    def _injection(self, kind: type[F]) -> tuple[F, Injection] | None:
        standing = self.faults.standing(self.action)
        if self.own is not None and not self.own.cleared.is_set():
            standing = [self.own, *standing]
        for injection in standing:
            for fault in injection.faults:
                if isinstance(fault, kind):
                    return fault, injection
        return None
