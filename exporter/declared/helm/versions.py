"""Versions and ranges of them, as Argo CD and helm understand them.

Source: ``github.com/Masterminds/semver/v3`` (3.4: ``NewVersion``, ``NewConstraint``), and Argo CD
3.5, ``util/versions`` (``MaxVersion``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from exporter.domain.errors import ParseError

LONGEST: Final = 512
_MOST_GROUPS: Final = 32
_TOO_LARGE: Final = 1 << 64
_TEXT: Final = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION: Final = re.compile(
    rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_TEXT}))?(?:\+{_TEXT})?"
)
_PART: Final = r"[0-9|xX*]+"
_PARTIAL: Final = rf"v?({_PART})(?:\.({_PART}))?(?:\.({_PART}))?(-{_TEXT})?(?:\+{_TEXT})?"
_COMPARISON: Final = re.compile(rf"(>=|=>|<=|=<|!=|~>|[=<>~^]|)[ ]?(?:{_PARTIAL})")
_SEPARATOR: Final = re.compile(r"[ ]?,[ ]?|[ ]")
_SPAN: Final = re.compile(rf"[ ]?({_PARTIAL})[ ]-[ ]({_PARTIAL})[ ]?")
_SPACES: Final = re.compile(r"[ \t\n\f\r]+")
_ANY: Final = frozenset({None, "x", "X", "*"})


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version, ordered by its precedence; *text* is how it is written."""

    numbers: tuple[int, int, int]
    order: tuple[tuple[int, int, str], ...] = field(repr=False)
    prerelease: str = field(default="", compare=False)
    text: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the version that *text* is, with or without all three numbers; None if none.

        Raises :exc:`ParseError` for one that is written wrongly: it makes Argo CD give up.
        """
        found = _VERSION.fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            return None
        major, minor, patch = (int(number or 0) for number in found.groups()[:3])
        prerelease = found[4] or ""
        if max(major, minor, patch) >= _TOO_LARGE:
            raise ParseError(f"{text[:80]!r} has a number that is too large for a version")
        if any(part.isdigit() and part[0] == "0" and part != "0" for part in prerelease.split(".")):
            raise ParseError(f"{text[:80]!r} has a part that begins with 0")
        return cls((major, minor, patch), tuple(_ordered(prerelease)), prerelease, text)


def _ordered(prerelease: str) -> Iterator[tuple[int, int, str]]:
    """Yield what orders prereleases: none comes last, fewer parts first, numbers before words."""
    if not prerelease:
        yield (3, 0, "")
        return
    for part in prerelease.split("."):
        number = part.isdigit() and int(part) < _TOO_LARGE
        yield (1, int(part), "") if number else (2, 0, part)


def is_version(text: str) -> bool:
    """Tell whether *text* names a version, and no range of which a registry has to choose."""
    try:
        return Version.parse(text) is not None
    except ParseError:
        return False


@dataclass(frozen=True, slots=True)
class _Comparison:
    """An operator with a version of which *given* numbers stand there: 0 (any) to 3."""

    operator: str
    version: Version
    given: int

    def holds(self, version: Version) -> bool:
        """Tell whether *version* is one of those that are meant, prereleases aside."""
        return _HOLDS[self.operator](self, version)

    def equal(self, version: Version) -> bool:
        if self.given < len(version.numbers):
            return self.near(version)
        return version == self.version

    def different(self, version: Version) -> bool:
        wanted, numbers = self.version.numbers, version.numbers
        match self.given:
            case 3:
                return version != self.version
            case 0:
                return numbers != wanted or version != self.version
            case given:
                if numbers[:given] != wanted[:given]:
                    return True
                return given > 1 and version.prerelease != self.version.prerelease

    def above(self, version: Version) -> bool:
        if self.given in {1, 2}:
            return version.numbers[: self.given] > self.version.numbers[: self.given]
        return version > self.version

    def below(self, version: Version) -> bool:
        return version < self.version

    def at_least(self, version: Version) -> bool:
        return version >= self.version

    def at_most(self, version: Version) -> bool:
        wanted, numbers = self.version.numbers, version.numbers
        match self.given:
            case 3:
                return version <= self.version
            case 1:
                return numbers[0] <= wanted[0]
            case _:
                return numbers[:2] <= wanted[:2]

    def near(self, version: Version) -> bool:
        wanted, numbers = self.version.numbers, version.numbers
        if version < self.version:
            return False
        if not any(wanted) and self.given in {0, 3}:
            return True
        kept = 1 if self.given == 1 else 2
        return numbers[:kept] == wanted[:kept]

    def compatible(self, version: Version) -> bool:
        wanted, numbers = self.version.numbers, version.numbers
        if version < self.version:
            return False
        if wanted[0] > 0 or self.given == 1 or numbers[0] > wanted[0]:
            return numbers[0] == wanted[0]
        if wanted[1] > 0 or self.given == 2:  # noqa: PLR2004 - major and minor
            return numbers[1] == wanted[1]
        return numbers == wanted


_HOLDS: Final = {
    "": _Comparison.equal,
    "=": _Comparison.equal,
    "!=": _Comparison.different,
    ">": _Comparison.above,
    "<": _Comparison.below,
    ">=": _Comparison.at_least,
    "=>": _Comparison.at_least,
    "<=": _Comparison.at_most,
    "=<": _Comparison.at_most,
    "~": _Comparison.near,
    "~>": _Comparison.near,
    "^": _Comparison.compatible,
}


@dataclass(frozen=True, slots=True)
class Range:
    """Alternatives of comparisons that have to hold together."""

    alternatives: tuple[tuple[_Comparison, ...], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the range that *text* is; raises :exc:`ParseError` where it is none."""
        written = _SPAN.sub(_spanned, _SPACES.sub(" ", text[: LONGEST + 1]))
        parts = written.split("||")
        if len(text) > LONGEST or len(parts) > _MOST_GROUPS:
            raise ParseError("is too long for a range of versions")
        return cls(tuple(tuple(_comparisons(part)) for part in parts))

    def __contains__(self, version: Version) -> bool:
        """Tell whether *version* is in it: a prerelease only where the range names one."""
        return any(
            (not version.prerelease or any(one.version.prerelease for one in every))
            and all(one.holds(version) for one in every)
            for every in self.alternatives
        )


def _spanned(found: re.Match[str]) -> str:
    return f">= {found[1]}, <= {found[6]} "


def _comparisons(text: str) -> Iterator[_Comparison]:
    """Yield the comparisons in one alternative; raises :exc:`ParseError`."""
    rest, at = text.strip(" "), 0
    while True:
        found = _COMPARISON.match(rest, at)
        if found is None:
            raise ParseError(f"{text.strip()[:80]!r} is neither a version nor a range of them")
        yield _comparison(found)
        if found.end() == len(rest):
            return
        separator = _SEPARATOR.match(rest, found.end())
        if separator is None:
            raise ParseError(f"{text.strip()[:80]!r} is neither a version nor a range of them")
        at = separator.end()


def _comparison(found: re.Match[str]) -> _Comparison:
    numbers: Sequence[str | None] = found.groups()[1:4]
    given = next((at for at, one in enumerate(numbers) if one in _ANY), len(numbers))
    written = ".".join([*(str(one) for one in numbers[:given]), *["0"] * (3 - given)])
    version = Version.parse(written + (found[5] or ""))
    if version is None:
        raise ParseError(f"{found[0][:80]!r} is no range of versions")
    return _Comparison(found[1], version, given)


def max_version(wanted: str, versions: Iterable[str]) -> str:
    """Return which of *versions* Argo CD takes for *wanted*: itself, if it is one, else the newest.

    Raises :exc:`ParseError` where none fits, or one is written wrongly.
    """
    if is_version(wanted):
        return wanted
    known = list(versions)
    try:
        fitting = Range.parse(wanted)
    except ParseError:
        if wanted in known:
            return wanted
        raise
    return _newest(fitting, known, wanted)


def closest(wanted: str, versions: Iterable[str]) -> str:
    """Return which of *versions* helm pulls for *wanted*: the same, else the newest that fits.

    Raises :exc:`ParseError` where none fits. Source: helm, ``repo.IndexFile.Get``.
    """
    known = list(versions)
    if wanted in known:
        return wanted
    return _newest(Range.parse(wanted or "*"), [one for one in known if is_version(one)], wanted)


def _newest(fitting: Range, known: Sequence[str], wanted: str) -> str:
    found = [one for one in map(Version.parse, known) if one is not None and one in fitting]
    if not found:
        raise ParseError(f"none of {len(known)} versions is in {wanted[:80]!r}")
    return max(found).text  # of equals the first, as there
