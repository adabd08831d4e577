"""One evaluation as readers see it: the model behind the status page and every report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from exporter.domain.applications import Repository
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Layer, Subject, Verdict
from exporter.domain.policy import Waiver
from exporter.report.account import Account, account, blind_spot, is_blind_spot, sources_of
from exporter.report.availability import verdicts
from exporter.report.causes import chain, deviations
from exporter.report.nodes import groups, nodes
from exporter.report.recommendations import EXAMPLES, recommendations
from exporter.report.rows import (
    WORST_FIRST,
    ApplicationRow,
    FindingRow,
    GroupRow,
    Indicator,
    LayerRow,
    NodeRow,
    Recommendation,
    SourceRow,
    UnseenRow,
    WaiverRow,
    WorkloadRow,
    worst,
)
from exporter.report.scores import counted, indicators, scored
from exporter.report.workloads import applications, workloads

_RANKS = {verdict: rank for rank, verdict in enumerate(WORST_FIRST)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One evaluation for readers; every table is whole, sorted, and made once.

    *cluster* is its name, empty where the settings give none. *counts* are the findings of all
    layers by verdict. *layers* holds every layer, also those that nothing is checked of.
    *findings* are all but the passes, worst first: by verdict, severity, layer, check, subject.
    *account* says what of all that is declared is compared, and what not.
    *monitoring* are all findings of the observability layer, the passes too. *revision* is the
    commit of the checkout, *reference* its branch, *repository* its address; *web* is the template
    for links to its lines. *documentation* is where the pages of checks are published. Instants
    are told in *zone*.
    """

    evaluation: Evaluation
    cluster: str
    at: datetime
    revision: str
    reference: str
    committed: datetime | None
    repository: str
    web: str
    documentation: str
    zone: tzinfo
    complete: bool
    counts: Mapping[Verdict, int]
    account: Account
    layers: tuple[LayerRow, ...]
    sources: tuple[SourceRow, ...]
    groups: tuple[GroupRow, ...]
    nodes: tuple[NodeRow, ...]
    workloads: tuple[WorkloadRow, ...]
    applications: tuple[ApplicationRow, ...]
    monitoring: tuple[FindingRow, ...]
    findings: tuple[FindingRow, ...]
    waivers: tuple[WaiverRow, ...]
    unseen: tuple[UnseenRow, ...]
    indicators: tuple[Indicator, ...]
    recommendations: tuple[Recommendation, ...]

    @property
    def failing(self) -> int:
        """How many findings are failures."""
        return self.counts[Verdict.FAIL]

    @property
    def unknown(self) -> int:
        """How many findings say that nobody could look."""
        return self.counts[Verdict.UNKNOWN]

    @property
    def waived(self) -> int:
        """How many failures are accepted."""
        return self.counts[Verdict.WAIVED]

    @property
    def coverage(self) -> float | None:
        """How much of all that is declared could be judged, None where nothing is."""
        return self.evaluation.coverage

    @property
    def verdict(self) -> Verdict:
        """The worst of all findings; ``unknown`` where nothing was judged.

        A blind spot that is accepted is as bad as any other thing that is.
        """
        accepted, blind = self.account.accepted, self.account.blind
        if blind == sum(self.counts.values()):
            return Verdict.UNKNOWN
        unknown, waived = self.unknown - accepted, self.waived + accepted
        counts = {**self.counts, Verdict.UNKNOWN: unknown, Verdict.WAIVED: waived}
        return worst(counts) or Verdict.UNKNOWN


def overview(
    outcome: Evaluation,
    *,
    cluster: str = "",
    repository: str = "",
    web: str = "",
    documentation: str = "",
    zone: tzinfo = UTC,
) -> Overview:
    """Return the model of one evaluation; pure, in time n log n of what was found.

    *cluster*, *documentation* and *zone* are those of the settings, *repository* and *web* their
    ``repository.url`` and ``repository.web``. Facts that are missing leave a row's field None, or
    a table empty: what that means stands in :mod:`exporter.report.rows`, and why in *unseen*.
    """
    facts, by_subject = outcome.facts, verdicts(outcome)
    checkout = facts.find(Repository) or Repository()
    layers, rows, accounted = tuple(scored(outcome)), _findings(outcome), account(outcome)
    deviations = tuple(row for row in rows if row.finding.verdict is not Verdict.PASS)
    sources, waivers = tuple(_sources(outcome)), tuple(_waivers(outcome))
    return Overview(
        evaluation=outcome,
        cluster=cluster,
        at=outcome.at,
        revision=checkout.revision,
        reference=checkout.reference,
        committed=checkout.committed,
        repository=repository,
        web=web,
        documentation=documentation,
        zone=zone,
        complete=outcome.complete,
        counts=counted(outcome),
        account=accounted,
        layers=layers,
        sources=sources,
        groups=tuple(groups(facts, by_subject)),
        nodes=tuple(nodes(facts, by_subject)),
        workloads=tuple(workloads(facts, by_subject)),
        applications=tuple(applications(facts, by_subject)),
        monitoring=tuple(row for row in rows if row.layer is Layer.OBSERVABILITY),
        findings=deviations,
        waivers=waivers,
        unseen=tuple(_unseen(outcome.findings)),
        indicators=tuple(indicators(layers, sources=sources, waivers=waivers)),
        recommendations=recommendations(
            at=outcome.at,
            findings=deviations,
            sources=sources,
            waivers=waivers,
            layers=layers,
            not_compared=accounted.not_compared,
        ),
    )


def _findings(outcome: Evaluation) -> list[FindingRow]:
    """Return the rows of all deviations and of all that monitoring is asked, worst first."""
    checks = {check.id: check for check in outcome.checks}
    waivers, among, layers = outcome.accepting, deviations(outcome.findings), tuple(Layer)
    sources = sources_of(outcome)
    rows = [
        FindingRow(
            finding=finding,
            layer=check.layer_of(finding),
            severity=check.severity,
            title=check.title,
            waiver=waivers.get(finding.waiver),
            owner=outcome.owner_of(finding, check),
            chain=() if finding.verdict is Verdict.PASS else chain(finding, among),
            source=blind_spot(finding, sources).source if is_blind_spot(finding) else None,
        )
        for finding in outcome.findings
        if (check := checks.get(finding.check)) is not None
        and (finding.verdict is not Verdict.PASS or check.layer is Layer.OBSERVABILITY)
    ]
    # The findings come sorted by check and subject, and sorting keeps that order.
    return sorted(
        rows,
        key=lambda row: (
            _RANKS[row.finding.verdict],
            row.severity.rank,
            layers.index(row.layer),
        ),
    )


def _sources(outcome: Evaluation) -> Iterator[SourceRow]:
    for status in outcome.sources:
        seen = status.last_success
        yield SourceRow(status=status, age=None if seen is None else outcome.at - seen)


def _waivers(outcome: Evaluation) -> Iterator[WaiverRow]:
    """Yield every waiver with what it excuses now, those that end first first."""
    excused: dict[str, list[Subject]] = {}
    for finding in outcome.findings:
        if finding.waiver:
            excused.setdefault(finding.waiver, []).append(finding.subject)
    for waiver, state in sorted(outcome.waivers, key=_expiry):
        counts = outcome.accepting.get(waiver.id) is waiver
        subjects = tuple(excused.get(waiver.id, ())) if counts else ()
        yield WaiverRow(waiver=waiver, state=state, subjects=subjects)


def _expiry(pair: tuple[Waiver, object]) -> tuple[datetime, str]:
    return pair[0].expires, pair[0].id


def _unseen(findings: Iterable[Finding]) -> list[UnseenRow]:
    """Return why findings are unknown, the most frequent reason first.

    Of what is not compared the account tells.
    """
    reasons: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.verdict is Verdict.UNKNOWN and not is_blind_spot(finding):
            cause = finding.cause.id if finding.cause else ""
            reasons.setdefault((cause, finding.detail), []).append(finding)
    rows = [_reason(*reason, some) for reason, some in reasons.items()]
    return sorted(rows, key=lambda row: (-row.count, row.cause, row.detail))


def _reason(cause: str, detail: str, some: Sequence[Finding]) -> UnseenRow:
    subjects = tuple(dict.fromkeys(finding.subject for finding in some))
    return UnseenRow(
        cause=cause,
        detail=detail,
        count=len(some),
        checks=tuple(sorted({finding.check for finding in some})),
        subjects=subjects[:EXAMPLES],
        concerned=len(subjects),
    )
