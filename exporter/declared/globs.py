"""The four glob dialects that Argo CD uses, matched in time linear to pattern times text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_ALTERNATIVES = 100
_TOKEN = re.compile(r"\\(?P<escaped>.)|(?P<stars>\*+)|(?P<any>\?)|(?P<plain>[^\[])", re.DOTALL)
_CLASS = re.compile(r"\[(?P<not>[!^]?)(?P<body>\]?(?:\\.|[^\]\\])*)\]", re.DOTALL)
_RANGE = re.compile(r"(?P<low>\\.|.)(?:-(?P<high>\\.|[^\]]))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _One:
    """Matches one letter: any but *barrier* (*ranges* is None), or one in, or out of, *ranges*."""

    ranges: tuple[tuple[str, str], ...] | None = None
    negated: bool = False
    barrier: str = ""

    def matches(self, letter: str) -> bool:
        if self.ranges is None:
            return letter != self.barrier
        return self.negated != any(low <= letter <= high for low, high in self.ranges)


_Step = _One | None
"""None stands for a run of any letters but the barrier."""


def match_path(pattern: str, text: str) -> bool:
    """Match as Go's ``path.Match``: ``*`` and ``**`` alike stay within one part of a path.

    Used for the directories of a git generator; a malformed pattern matches nothing.
    """
    return _matches(pattern, text, barrier="/")


def match_pathspec(pattern: str, text: str) -> bool:
    """Match as ``git ls-files -- PATTERN``: ``*`` crosses ``/``, a directory names what is in it.

    Used for the files of a git generator (Argo CD's default; its opt-in "new globbing" differs in
    that ``*`` stays within one part).
    """
    clean = pattern.removeprefix("./").rstrip("/")
    return clean in {"", "."} or text.startswith(f"{clean}/") or _matches(clean, text, barrier="")


def match_doublestar(pattern: str, text: str) -> bool:
    """Match as doublestar: ``*`` stays within one part of a path, ``**`` stands for any parts.

    ``{a,b}`` are alternatives. Used for the files of values of a chart.
    """
    return any(_match_doublestar(one, text) for one in _alternatives(pattern))


def _match_doublestar(pattern: str, text: str) -> bool:
    parts = text.split("/")
    here = {0}
    for one in pattern.split("/"):
        if one == "**":
            here = set(range(min(here), len(parts) + 1)) if here else here
        else:
            here = {
                at + 1 for at in here if at < len(parts) and _matches(one, parts[at], barrier="/")
            }
    return len(parts) in here


def doublestar_order(pattern: str, text: str) -> tuple[tuple[int, str], ...]:
    """Return what a *text* that *pattern* matches is sorted by where doublestar lists it.

    Where ``**`` stands, a directory's own matches come before those of the directories in it.
    """
    parts = text.split("/")
    ways = (_way(one.split("/"), parts) for one in _alternatives(pattern))
    return min((way for way in ways if way is not None), default=())


def _way(pattern: Sequence[str], parts: Sequence[str]) -> tuple[tuple[int, str], ...] | None:
    """Return the first of the ways in which *parts* may be what *pattern* stands for, if any.

    There may be very many; so where the rest of one fits the rest of the other is found first.
    """
    fits = _fits(pattern, parts)
    if not fits[0][0]:
        return None
    way: list[tuple[int, str]] = []
    step = at = 0
    while at < len(parts):
        if pattern[step] == "**" and not fits[step + 1][at]:
            way.append((1, parts[at]))
            at += 1
            continue
        stars = pattern[step] == "**"
        way.append((0, "" if stars else parts[at]))
        step, at = step + 1, at + (not stars)
    return tuple(way)


def _fits(pattern: Sequence[str], parts: Sequence[str]) -> list[list[bool]]:
    """Tell for each place in *pattern* and each in *parts* whether what follows them fits."""
    rows = [[*(False for _ in parts), True]]
    for one in reversed(pattern):
        after, row = rows[-1], [one == "**" and rows[-1][-1]]
        for at in reversed(range(len(parts))):
            row.append(
                after[at] or row[-1]
                if one == "**"
                else after[at + 1] and _matches(one, parts[at], barrier="/")
            )
        rows.append(row[::-1])
    return rows[::-1]


def match_any(pattern: str, text: str) -> bool:
    """Match as gobwas/glob without separators: ``*`` crosses ``/``; ``{a,b}`` are alternatives.

    Used for ``directory.include`` and ``exclude`` and for ``ignoreDifferences``.
    """
    return any(_matches(one, text, barrier="") for one in _alternatives(pattern))


def _alternatives(pattern: str) -> list[str]:
    done: list[str] = []
    todo = [pattern]
    while todo and len(done) + len(todo) <= MAX_ALTERNATIVES:
        here = todo.pop()
        start = here.find("{")
        end = here.find("}", start)
        if start < 0 or end < 0:
            done.append(here)
            continue
        choices = here[start + 1 : end].split(",")
        todo += [here[:start] + choice + here[end + 1 :] for choice in choices]
    return done


def literal_prefix(pattern: str) -> str:
    """Return the leading parts of a path *pattern* that hold nothing to match."""
    parts = pattern.removeprefix("./").split("/")
    plain = (at for at, part in enumerate(parts) if any(letter in part for letter in "*?[\\"))
    return "/".join(parts[: next(plain, len(parts))])


def _matches(pattern: str, text: str, *, barrier: str) -> bool:
    steps = _compiled(pattern, barrier)
    return steps is not None and _walk(steps, text, barrier)


@lru_cache(maxsize=256)
def _compiled(pattern: str, barrier: str) -> "tuple[_Step, ...] | None":
    """Return the steps of *pattern*, or None where it is malformed."""
    try:
        return tuple(_steps(pattern, barrier))
    except ValueError:
        return None


def _steps(pattern: str, barrier: str) -> Iterator[_Step]:
    """Split *pattern*; raises ValueError where it is malformed."""
    at = 0
    while at < len(pattern):
        if found := _CLASS.match(pattern, at):
            yield _One(_ranges(found["body"]), bool(found["not"]))
        elif found := _TOKEN.match(pattern, at):
            letter = found["escaped"] or found["plain"]
            if found["stars"]:
                yield None
            elif found["any"]:
                yield _One(barrier=barrier)
            else:
                yield _One(((letter, letter),))
        else:
            raise ValueError(pattern)
        at = found.end()


def _ranges(body: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in _RANGE.finditer(body):
        low = part["low"][-1]
        found.append((low, part["high"][-1] if part["high"] else low))
    return tuple(found)


def _walk(steps: Sequence[_Step], text: str, barrier: str) -> bool:
    """Follow *text* through *steps*, keeping all steps that can be reached."""
    here = _skip_stars(steps, {0})
    for letter in text:
        after = set()
        for at in here:
            step = steps[at] if at < len(steps) else _END
            if step is None:
                if letter != barrier:
                    after.add(at)
            elif step.matches(letter):
                after.add(at + 1)
        here = _skip_stars(steps, after)
        if not here:
            return False
    return len(steps) in here


_END = _One(())


def _skip_stars(steps: Sequence[_Step], reached: set[int]) -> set[int]:
    """Add what is reached by letting a star stand for nothing."""
    found = set()
    for at in sorted(reached):
        step = at
        found.add(step)
        while step < len(steps) and steps[step] is None:
            step += 1
            found.add(step)
    return found
