"""The deviations of one evaluation, each with what it follows from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Source
from exporter.domain.skyline import Level, level_of
from exporter.report.account import is_blind_spot
from exporter.report.likeness import Likeness, likeness

Key: TypeAlias = tuple[str, Subject]
"""Names a finding: the check and its subject."""

_LONGEST: Final = 8
_SOURCES: Final = frozenset(Source)


@dataclass(slots=True, eq=False)
class Row:
    """A finding that is no pass, or one that was asked for, beside its check.

    *root* is the finding that it follows from in the end, or itself; *blind* where it says that
    something is not compared.
    """

    finding: Finding
    check: Check
    layer: Layer
    level: Level
    key: Key
    blind: bool = False
    root: "Row | None" = None
    _likeness: Likeness | None = None

    @property
    def verdict(self) -> Verdict:
        """What the finding says."""
        return self.finding.verdict

    @property
    def severity(self) -> Severity:
        """How soon somebody must act."""
        return self.check.severity

    @property
    def since(self) -> datetime | None:
        """Since when it has been so, as far as anybody knows."""
        return self.finding.since

    @property
    def source(self) -> str:
        """The source that could not be read, from which it follows, or nothing."""
        cause = self.finding.cause
        named = cause is not None and cause.subject is None and cause.id in _SOURCES
        return cause.id if named and cause else ""

    @property
    def likeness(self) -> Likeness:
        """What it has in common with others of the same cause."""
        if self._likeness is None:
            self._likeness = likeness(self.finding)
        return self._likeness


@dataclass(slots=True)
class Rows:
    """All deviations of an evaluation by what names them, in its order."""

    outcome: Evaluation
    by_key: dict[Key, Row] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(init=False)

    def __post_init__(self) -> None:
        """Find the deviations, and what each follows from."""
        self.checks = {check.id: check for check in self.outcome.checks}
        for finding in self.outcome.findings:
            if finding.verdict is not Verdict.PASS and finding.check in self.checks:
                row = self.of(finding)
                self.by_key[row.key] = row
        for row in self.by_key.values():
            row.root = self._root(row)
        # Causes may lead in circles; what follows from no end stands by itself.
        endless = [
            one for one in self.by_key.values() if one.root and one.root.root is not one.root
        ]
        for row in endless:
            row.root = row

    def of(self, finding: Finding) -> Row:
        """Return the row of a finding."""
        check = self.checks[finding.check]
        return Row(
            finding=finding,
            check=check,
            layer=check.layer_of(finding),
            level=level_of(finding.verdict, check.severity),
            key=(finding.check, finding.subject),
            blind=is_blind_spot(finding),
        )

    def passes(self) -> Iterator[Row]:
        """Yield what conforms."""
        for finding in self.outcome.findings:
            if finding.verdict is Verdict.PASS and finding.check in self.checks:
                yield self.of(finding)

    def _root(self, row: Row) -> Row:
        """Return what *row* follows from in the end.

        A failure follows from nothing that is accepted: it is to be settled by itself.
        """
        here = row
        for _ in range(_LONGEST):
            cause = here.finding.cause
            if cause is None or cause.subject is None:
                break
            found = self.by_key.get((cause.id, cause.subject))
            if found is None or found is row:
                break
            if row.verdict is Verdict.FAIL and found.verdict is not Verdict.FAIL:
                break
            here = found
        return here
