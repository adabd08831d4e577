"""CODEOWNERS: who answers for which files of a repository.

Source: GitHub docs, "About code owners"; GitLab docs, "Code Owners" (sections).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may be; the first that is there counts."""
MAX_RULES = 5_000
_ANY_DEPTH = "**"


@dataclass(frozen=True, slots=True)
class CodeOwnersRule:
    """One line: the *owners* of what the pattern names, in a *section* (empty on GitHub).

    *parts* are those of the pattern between slashes; one that is not *rooted* names files at any
    depth. A rule without owners takes them off what it names.
    """

    parts: tuple[str, ...]
    owners: tuple[str, ...]
    section: str = ""

    def covers(self, parts: tuple[str, ...]) -> bool:
        """Tell whether the pattern names the file, or a directory above it."""
        return any(_matches(self.parts, parts[:length]) for length in range(1, len(parts) + 1))


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The rules of a repository; in each section the last that names a file counts."""

    rules: tuple[CodeOwnersRule, ...] = ()

    def of(self, path: str) -> tuple[str, ...]:
        """Return the owners of the file at *path*, which is relative to the repository."""
        parts = tuple(path.split("/"))
        decided: dict[str, tuple[str, ...]] = {}
        for rule in reversed(self.rules):
            if rule.section not in decided and rule.covers(parts):
                decided[rule.section] = rule.owners
        return tuple(dict.fromkeys(owner for owners in decided.values() for owner in owners))


def parse_code_owners(text: str) -> CodeOwners:
    """Read a CODEOWNERS file; lines that are none are passed over, as by those who wrote it.

    Of more than :data:`MAX_RULES` rules the last count, as they do in a shorter file.
    """
    return CodeOwners(tuple(_rules(text.splitlines()))[-MAX_RULES:])


def _rules(lines: Sequence[str]) -> Iterator[CodeOwnersRule]:
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
    rooted = "/" in pattern.rstrip("/")
    parts = [part for part in pattern.removeprefix("\\").split("/") if part]
    if not parts:
        return ()
    if parts[-1] == _ANY_DEPTH:
        parts[-1] = "*"  # what is below, not the directory itself
    elif pattern.endswith("/"):
        parts.append("*")
    return tuple(parts if rooted else (_ANY_DEPTH, *parts))


@lru_cache(maxsize=4096)
def _matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Tell whether a pattern names exactly this path; in time of the product of their lengths."""
    reached = {0}
    for part in pattern:
        if part == _ANY_DEPTH:
            reached = set(range(min(reached), len(path) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(path) and fnmatchcase(path[at], part)}
    return len(path) in reached
