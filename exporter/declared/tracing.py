"""What a piece of work asked of checkouts and of memories, so that it can be told when to redo it.

Who asks does not see it: each question goes to the trace of the work that is being done, if any.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Generic, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

VOLATILE: Final = "!"
"""A question whose answer nobody can tell to be the same again."""


class Asked(Protocol):
    """The checkout that a question is about."""

    @property
    def name(self) -> str:
        """What tells it from others."""


class Answers(Protocol):
    """Takes note of what a checkout says, before whoever asks looks."""

    def ask(self, checkout: Asked, path: str, *, content: bool) -> Iterable[str]:
        """Return the questions by which any change of the answer is noticed."""


@dataclass(slots=True)
class Trace:
    """The *questions* that were asked, and the *keys* of what was kept in memory or recalled."""

    answers: Answers
    questions: dict[str, None] = field(default_factory=dict)
    keys: dict[Hashable, None] = field(default_factory=dict)
    _seen: set[tuple[str, str, bool]] = field(default_factory=set)

    def ask(self, checkout: Asked, path: str, *, content: bool) -> None:
        """Note a question, the first time that it is asked."""
        key = checkout.name, path, content
        if key not in self._seen:
            self._seen.add(key)
            self.questions.update(dict.fromkeys(self.answers.ask(checkout, path, content=content)))

    def add(self, other: "Trace") -> None:
        """Note what another piece of work asked, of which this one made use."""
        self.questions.update(other.questions)
        self.keys.update(other.keys)


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def ask(checkout: Asked, path: str, *, content: bool) -> None:
    """Note that *path* is about to be looked at: whether it is there, or also its *content*."""
    trace = _current.get()
    if trace is not None:
        trace.ask(checkout, path, content=content)


def ask_elsewhere() -> None:
    """Note that something depends on the commit, or on what is in no checkout."""
    trace = _current.get()
    if trace is not None:
        trace.questions[VOLATILE] = None


def ask_memory(key: Hashable) -> None:
    """Note that something was kept, or recalled, by *key*."""
    trace = _current.get()
    if trace is not None:
        trace.keys[key] = None


@contextmanager
def into(trace: Trace | None) -> Iterator[None]:
    """Let what is asked meanwhile go to *trace*, and nowhere else."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)


def begun() -> Trace | None:
    """Return a new trace for a part of the work that is being traced; None where none is."""
    outer = _current.get()
    return None if outer is None else Trace(outer.answers)


def add(trace: Trace | None) -> None:
    """Note what a part of this work asked; what was not traced could have been anything."""
    outer = _current.get()
    if outer is None:
        return
    if trace is None:
        outer.questions[VOLATILE] = None
    else:
        outer.add(trace)


class Memo(Generic[P, T]):
    """Remembers what *make* gives; each who asks for it has asked what that had to ask."""

    def __init__(self, make: Callable[P, T], *, size: int | None = None) -> None:
        self._known: Callable[P, tuple[T, Trace | None]] = lru_cache(maxsize=size)(_traced(make))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what is remembered, or made now."""
        value, trace = self._known(*args, **kwargs)
        add(trace)
        return value


def _traced(make: Callable[P, T]) -> Callable[P, tuple[T, Trace | None]]:
    def made(*args: P.args, **kwargs: P.kwargs) -> tuple[T, Trace | None]:
        trace = begun()
        try:
            with into(trace):
                return make(*args, **kwargs), trace
        except Exception:
            add(trace)
            raise

    return made
