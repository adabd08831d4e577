"""CODEOWNERS: who answers for which files of a repository.

Source: GitHub docs, "About code owners"; GitLab docs, "Code Owners" (sections).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import translate
from typing import Final, TypeAlias

PATHS: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may be; the first that is there counts."""
LARGEST: Final = 3 << 20
"""Bytes that it may have, as on GitHub."""
MAX_RULES: Final = 5_000
MAX_PARTS: Final = 20
MAX_ANY_DEPTH: Final = 3
"""What a pattern may have of directories, and of ``**``: each multiplies what matching it costs."""
_ANY_DEPTH: Final = "**"

Part: TypeAlias = str | re.Pattern[str]
"""A name, a pattern of names, or ``**`` for any directories."""


@dataclass(frozen=True, slots=True)
class CodeOwnersRule:
    """One line: the *owners* of what the pattern names, in a *section* (empty on GitHub).

    *parts* are those of the pattern between slashes. A rule without owners takes them off what it
    names.
    """

    parts: tuple[Part, ...]
    owners: tuple[str, ...]
    section: str = ""

    def covers(self, path: Sequence[str]) -> bool:
        """Tell whether the pattern names the file with this *path*, or a directory above it."""
        reached = {0}  # how many parts of the path what came of the pattern may name
        for part in self.parts:
            if part == _ANY_DEPTH:
                reached = set(range(min(reached), len(path) + 1))
            else:
                reached = {at + 1 for at in reached if at < len(path) and _names(part, path[at])}
            if not reached:
                return False
        return max(reached) > 0


def _names(part: Part, name: str) -> bool:
    return part == name if isinstance(part, str) else part.match(name) is not None


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The rules of a repository; in each section the last that names a file counts."""

    rules: tuple[CodeOwnersRule, ...] = ()
    _known: dict[str, tuple[str, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def of(self, path: str) -> tuple[str, ...]:
        """Return the owners of the file at *path*, which is relative to the repository."""
        if path not in self._known:  # every evaluation asks for each failure's
            self._known[path] = self._of(path.split("/"))
        return self._known[path]

    def _of(self, path: Sequence[str]) -> tuple[str, ...]:
        decided: dict[str, tuple[str, ...]] = {}
        for rule in reversed(self.rules):
            if rule.section not in decided and rule.covers(path):
                decided[rule.section] = rule.owners
        return tuple(dict.fromkeys(owner for owners in decided.values() for owner in owners))


def parse_code_owners(text: str) -> CodeOwners:
    """Read a CODEOWNERS file; lines that are none are passed over, as by those who wrote it.

    So are patterns that cost too much to match. Of more than :data:`MAX_RULES` rules the last
    count, as they do in a shorter file.
    """
    rules = tuple(_rules(text.splitlines()))[-MAX_RULES:]
    return CodeOwners(tuple(replace(rule, parts=tuple(map(_part, rule.parts))) for rule in rules))


def _rules(lines: Sequence[str]) -> Iterator[CodeOwnersRule]:
    """Yield all rules with the texts of their parts."""
    section, common = "", tuple[str, ...]()
    for line in lines:
        words = _words(line)
        if not words:
            continue
        if heading := _heading(line.strip()):
            section, rest = heading
            common = tuple(_words(rest))
        elif parts := _parts(words[0]):
            yield CodeOwnersRule(parts, tuple(words[1:]) or common, section)


def _words(line: str) -> list[str]:
    """Return the words of a line up to a comment; a backslash keeps a space in a pattern."""
    words = line.replace("\\ ", "\0").split()
    comment = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
    return [word.replace("\0", " ") for word in words[:comment]]


def _heading(line: str) -> tuple[str, str] | None:
    """Return the name of the section that a line begins, in lower case, and its owners' words."""
    name, bracket, rest = line.removeprefix("^").removeprefix("[").partition("]")
    if not bracket or not line.removeprefix("^").startswith("["):
        return None
    if rest.startswith("["):  # how many must approve
        rest = rest.partition("]")[2]
    return name.strip().casefold(), rest


def _parts(pattern: str) -> tuple[str, ...]:
    """Return the parts of a pattern; none where it names nothing, or costs too much to match."""
    rooted = "/" in pattern.rstrip("/")
    parts = [part for part in pattern.removeprefix("\\").split("/") if part]
    if not parts or len(parts) > MAX_PARTS:
        return ()
    if parts[-1] == _ANY_DEPTH:
        parts[-1] = "*"  # what is below, not the directory itself
    elif pattern.endswith("/"):
        parts.append("*")
    if not rooted:
        parts.insert(0, _ANY_DEPTH)
    return tuple(parts) if parts.count(_ANY_DEPTH) <= MAX_ANY_DEPTH else ()


def _part(part: Part) -> Part:
    if not isinstance(part, str) or part == _ANY_DEPTH:
        return part
    return re.compile(translate(part)) if any(letter in part for letter in "*?[") else part
