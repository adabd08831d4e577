"""What was validated, when, and how it ended; then every deviation."""

from collections.abc import Iterator

from exporter.domain.finding import Verdict
from exporter.report.chapters.cells import Cells, bullets
from exporter.report.headline import headline
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.rows import FindingRow
from exporter.report.wording import LAYERS, SEVERITIES


def overview(cells: Cells) -> Section:
    """Return purpose, time and scope, and the outcome in a few sentences."""
    say = cells.texts.say
    rows: list[tuple[str, Cell | str]] = [
        (
            say("Purpose"),
            say("To find out, item by item, whether the running cluster matches its code."),
        ),
        (say("Time of validation"), cells.texts.instant(cells.view.at)),
        (say("Scope"), _scope(cells)),
        (say("Layers"), _layers(cells)),
        (say("Coverage"), cells.coverage(cells.view.coverage)),
        (say("Revision of the code"), _revision(cells)),
    ]
    if cells.view.cluster:
        rows.insert(1, (say("Cluster"), cells.view.cluster))
    return Section(
        title=say("Overview"),
        blocks=(
            *cells.table((say("Topic"), say("Content")), rows),
            Paragraph(" ".join(_outcome(cells))),
        ),
    )


def _scope(cells: Cells) -> str:
    view, count = cells.view, cells.texts.count
    return ", ".join(
        (
            count("{n} node", "{n} nodes", len(view.nodes)),
            count("{n} workload", "{n} workloads", len(view.workloads)),
            count("{n} Application", "{n} Applications", len(view.applications)),
            count("{n} check", "{n} checks", len(view.evaluation.checks)),
        )
    )


def _layers(cells: Cells) -> str:
    checked = [cells.texts.say(LAYERS[row.layer]) for row in cells.view.layers if row.score]
    return cells.names(checked)


def _revision(cells: Cells) -> str:
    view = cells.view
    if not view.revision:
        return cells.texts.say("not known")
    return f"{view.revision[:12]} ({view.reference})" if view.reference else view.revision[:12]


def _outcome(cells: Cells) -> Iterator[str]:
    view, count = cells.view, cells.texts.count
    total = sum(view.counts.values()) - view.account.blind
    sentence = headline(view.evaluation, view.account, texts=cells.texts)
    yield cells.texts.say("{sentence}.", sentence=sentence)
    if not total:
        return
    yield count("{n} item was checked.", "{n} items were checked.", total)
    if view.waived:
        yield count(
            "{n} deviation is accepted until a fixed date.",
            "{n} deviations are accepted until a fixed date.",
            view.waived,
        )
    if view.counts[Verdict.SUPPRESSED]:
        yield count(
            "{n} deviation is explained by a rollout or a maintenance window that ends.",
            "{n} deviations are explained by a rollout or a maintenance window that ends.",
            view.counts[Verdict.SUPPRESSED],
        )
    unseen = view.unknown - view.account.blind
    if unseen:
        yield count(
            "{n} item could not be looked at; nothing is claimed about it.",
            "{n} items could not be looked at; nothing is claimed about them.",
            unseen,
        )
    if not view.complete:
        yield cells.texts.say("Not all of the cluster had been looked at for the first time yet.")


def deviations(cells: Cells) -> Section:
    """Return what fails or is under way, with declared against observed."""
    say = cells.texts.say
    rows = [
        finding
        for finding in cells.view.findings
        if finding.finding.verdict in {Verdict.FAIL, Verdict.SUPPRESSED}
    ]
    head = (
        *(say("Severity"), say("Item"), say("Subject"), say("Expected"), say("Actual")),
        *(say("Detail"), say("Declared at"), say("Result")),
    )
    causes = [cells.chain(row) for row in rows if row.chain]
    parts = (Section(say("Causes"), bullets(causes)),) if causes else ()
    return Section(
        title=say("Deviations"),
        blocks=(
            Paragraph(_introduction(cells, known=bool(rows))),
            *cells.table(head, [_deviation(cells, row) for row in rows]),
        ),
        parts=parts,
    )


def _introduction(cells: Cells, *, known: bool) -> str:
    """Say that there is nothing, or whose words the details are: checks speak English."""
    if not known:
        return cells.texts.say("There are none.")
    return cells.texts.say("Details are quoted as the checks wrote them, in English.")


def _deviation(cells: Cells, row: FindingRow) -> tuple[Cell | str, ...]:
    finding = row.finding
    return (
        cells.texts.say(SEVERITIES[row.severity]),
        cells.texts.say(row.title),
        cells.subject(finding.subject),
        _declared(cells, row),
        cells.value(finding.observed),
        f"{finding.detail} ({finding.advice})" if finding.advice else finding.detail,
        cells.place(finding.provenance),
        cells.verdict(finding.verdict),
    )


def _declared(cells: Cells, row: FindingRow) -> str:
    """Return the declared value; contradicting declarations are told by the detail."""
    if row.finding.check == "declaration_conflict":
        return cells.texts.say("contradicting declarations")
    return cells.value(row.finding.declared)
