"""The rules that Prometheus is meant to evaluate, those that it does, and the series they need."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TypeAlias

from exporter.domain.provenance import Place

Need: TypeAlias = frozenset[str]
"""Selectors of which at least one must select a series."""


class CheckSeries(StrEnum):
    """Whose rules are looked through for series that do not exist."""

    OWN = "own"
    ALL = "all"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRules:
    """The groups that must be loaded, as shell patterns of their names."""

    groups: tuple[str, ...]
    check_series: CheckSeries
    settle: timedelta
    place: Place

    def owns(self, name: str) -> bool:
        """Tell whether the group *name* is one of those that must be loaded."""
        return any(fnmatchcase(name, pattern) for pattern in self.groups)


class Evaluated(StrEnum):
    """When a group was last evaluated."""

    RECENTLY = "recently"
    LONG_AGO = "long ago"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup:
    """A loaded group of rules. *interval* and *duration* of its last evaluation are seconds.

    *errors* are what its rules failed with, *needs* the series that they cannot do without.
    *unreadable* names the rules whose expression nobody here could read.
    """

    name: str
    file: str = ""
    interval: float = 60
    slow: bool = False
    evaluated: Evaluated = Evaluated.RECENTLY
    errors: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """The loaded groups that are looked at; *unserved* as of PrometheusRuntime."""

    groups: tuple[RuleGroup, ...] = ()
    unserved: str = ""


@dataclass(frozen=True, slots=True)
class RuleSeries:
    """Which selectors of rules select anything; what is in neither was not asked yet."""

    existing: frozenset[str] = field(default_factory=frozenset)
    missing: frozenset[str] = field(default_factory=frozenset)

    def lacking(self, needs: Iterable[Need]) -> list[str]:
        """Return the needs that are not met, sorted, each as its selectors."""
        return sorted(" or ".join(sorted(need)) for need in needs if need <= self.missing)

    def unasked(self, needs: Iterable[Need]) -> int:
        """Count the needs of which it is not known whether they are met."""
        return sum(
            1 for need in needs if self.existing.isdisjoint(need) and not need <= self.missing
        )
