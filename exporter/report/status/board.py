"""What the page shows of one evaluation: made once, when somebody looks."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from exporter.domain.applications import Repository
from exporter.domain.evaluation import Evaluation, SourceStatus
from exporter.domain.finding import Severity, Verdict
from exporter.domain.monitoring.prometheus.levels import LayerLevels, joined
from exporter.domain.provenance import Place, Source
from exporter.domain.skyline import LevelChange
from exporter.report.account import Account, account
from exporter.report.links import address
from exporter.report.scores import counted
from exporter.report.status.grouping import Entry, by_cause, worst_first
from exporter.report.status.outage import Outage
from exporter.report.status.rows import Row, Rows
from exporter.report.texts import Lang

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What the settings say of the cluster and of its repository.

    *web* is the template for links to lines of the repository. *read* returns the lines of a file
    of the checkout, or nothing.
    """

    name: str = ""
    web: str = ""
    read: Callable[[Place], tuple[str, ...]] = lambda _: ()


@dataclass(frozen=True, kw_only=True)
class Board:
    """One evaluation of one *cluster* for the page; what it costs, it costs once.

    *views* are of entries, by the language in which they are told.
    """

    outcome: Evaluation
    cluster: Cluster = field(default_factory=Cluster)
    views: dict[tuple[Entry, Lang], object] = field(default_factory=dict, compare=False)

    @cached_property
    def rows(self) -> Rows:
        """All deviations, each with what it follows from."""
        return Rows(self.outcome)

    @cached_property
    def account(self) -> Account:
        """What became of everything that the code declares."""
        return account(self.outcome)

    @cached_property
    def entries(self) -> list[Entry]:
        """All causes but those of what is not compared, the worst first."""
        rows = (row for row in self.rows.by_key.values() if not row.blind)
        return worst_first(by_cause(rows), is_new=self.is_new)

    def prepare(self) -> None:
        """Work out what every page needs."""
        _ = self.entries, self.account

    @cached_property
    def lasting(self) -> frozenset[Entry]:
        """The entries that stay as they are as long as the board does."""
        return frozenset(self.entries)

    @property
    def to_settle(self) -> list[Entry]:
        """The causes that nobody accepts."""
        return [one for one in self.entries if one.first.verdict not in _ACCEPTED]

    @property
    def accepted(self) -> list[Entry]:
        """The causes that a waiver accepts."""
        return [one for one in self.entries if one.first.verdict is Verdict.WAIVED]

    @property
    def in_progress(self) -> list[Entry]:
        """The causes that something under way explains for a while."""
        return [one for one in self.entries if one.first.verdict is Verdict.SUPPRESSED]

    @property
    def at(self) -> datetime:
        """When all this was so."""
        return self.outcome.at

    @property
    def checkout(self) -> Repository:
        """What is checked out."""
        return self.outcome.facts.find(Repository) or Repository()

    @cached_property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many findings there are of each verdict."""
        return counted(self.outcome)

    @cached_property
    def failing(self) -> Mapping[Severity, int]:
        """How many findings fail, by their severity."""
        found: Counter[Severity] = Counter()
        for name, score in self.outcome.scores.items():
            check = self.rows.checks.get(name)
            if check is not None:
                found[check.severity] += score.counts[Verdict.FAIL]
        return found

    @property
    def total(self) -> int:
        """How many findings there are."""
        return sum(self.verdicts.values())

    @cached_property
    def new(self) -> list[Row]:
        """What began within a day, while somebody watched."""
        return [row for row in self.rows.by_key.values() if self.row_is_new(row)]

    def row_is_new(self, row: Row) -> bool:
        """Tell whether a deviation began within a day, and not before anybody watched."""
        watching, since = self.outcome.watching, row.since
        if watching is None or since is None or row.verdict not in _NEWS:
            return False
        return since > watching and self.at - since < DAY and row.root is row

    def is_new(self, entry: Entry) -> bool:
        """Tell whether something of an entry is new."""
        return any(map(self.row_is_new, entry.members))

    @property
    def first_look(self) -> bool:
        """Whether nothing is known of the time before, and nothing has changed since."""
        watching = self.outcome.watching
        recent = watching is not None and self.at - watching < DAY
        return recent and not self.outcome.transitions

    @cached_property
    def kept(self) -> LayerLevels | None:
        """What Prometheus keeps of the last day; None where none is asked."""
        facts = self.outcome.facts
        gap = next(iter(facts.gaps.get(LayerLevels, ())), None)
        if gap is not None:
            return LayerLevels(trouble=gap.message)
        return facts.find(LayerLevels)

    @cached_property
    def past(self) -> tuple[LevelChange, ...]:
        """How the layers were, by Prometheus where it tells that, and as seen here."""
        own = self.outcome.levels
        return joined(self.kept or LayerLevels(), own, watching=self.outcome.watching)

    def owner_of(self, row: Row) -> str:
        """Return who is to act on a finding, or nothing."""
        return self.outcome.owner_of(row.finding, row.check)

    @cached_property
    def silent(self) -> list[SourceStatus]:
        """The sources that do not answer, those that show the cluster first."""
        down = [one for one in self.outcome.sources if not one.up]
        return sorted(down, key=lambda one: (one.source is not Source.KUBERNETES, one.source))

    @property
    def blinded(self) -> SourceStatus | None:
        """The source without which nothing of the cluster can be told, if it does not answer."""
        first = next(iter(self.silent), None)
        return first if first is not None and first.source is Source.KUBERNETES else None

    @cached_property
    def outage(self) -> Outage | None:
        """What becomes of the findings while the cluster is not seen; None while it is."""
        return None if self.blinded is None else Outage(self.blinded, self.outcome)

    def is_held(self, row: Row) -> bool:
        """Tell whether a finding was made before the cluster went out of sight."""
        return self.outage is not None and self.outage.holds(row.check, row.verdict)

    def status_of(self, source: str) -> SourceStatus | None:
        """Return how a source is doing."""
        return next((one for one in self.outcome.sources if one.source == source), None)

    def href(self, place: Place) -> str:
        """Return where a place can be read, or nothing."""
        return address(place, web=self.cluster.web)


_ACCEPTED: Final = frozenset({Verdict.WAIVED, Verdict.SUPPRESSED})
_NEWS: Final = frozenset({Verdict.FAIL, Verdict.UNKNOWN})
