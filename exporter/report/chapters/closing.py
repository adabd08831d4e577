"""What is left: waiting components, recommendations, what was not seen, and the sources."""

from collections.abc import Sequence

from exporter.domain.finding import Layer, Verdict
from exporter.report.chapters import scope
from exporter.report.chapters.cells import NOT_APPLICABLE, Cells, bullets
from exporter.report.paper import Cell, Items, Paragraph, Section
from exporter.report.rows import Advice, Recommendation, SourceRow, Term, WaiverRow
from exporter.report.wording import (
    ADVICE,
    REMEDIES,
    SOURCES,
    STATES,
    TERMS,
    WAIVER_STATES,
)


def waiting(cells: Cells) -> Section:
    """Return what is accepted for now: by whom, why, until when, and what it comes from."""
    say = cells.texts.say
    head = (
        *(say("Item"), say("Status"), say("Subjects"), say("Reason"), say("Owner")),
        *(say("Accepted until"), say("Approved by"), say("Ticket")),
    )
    rows = [_waiver(cells, waiver) for waiver in cells.view.waivers]
    causes = _causes(cells)
    return Section(
        title=say("Waiting components (accepted for now)"),
        blocks=cells.table(head, rows) or (Paragraph(say("Nothing is accepted for now.")),),
        parts=(Section(say("Causes"), causes),) if causes else (),
        anchor="accepted",
        landscape=True,
    )


def _waiver(cells: Cells, row: WaiverRow) -> tuple[Cell | str, ...]:
    waiver = row.waiver
    titles = {check.id: check.title for check in cells.view.evaluation.checks}
    return (
        cells.texts.say(titles[waiver.check]) if waiver.check in titles else waiver.check,
        cells.texts.say(WAIVER_STATES[row.state]),
        cells.subjects(row.subjects) if row.subjects else waiver.subject,
        waiver.reason,
        waiver.owner,
        cells.texts.instant(waiver.expires),
        waiver.approved_by or NOT_APPLICABLE,
        waiver.ticket or NOT_APPLICABLE,
    )


def _causes(cells: Cells) -> tuple[Items, ...]:
    """Return one chain for each waiver whose first finding follows from another.

    A chain that is only the rest of another is left out.
    """
    chains: dict[str, str] = {}
    for row in cells.view.findings:
        if row.finding.waiver and row.chain and row.finding.waiver not in chains:
            chains[row.finding.waiver] = cells.chain(row)
    parts = {part for part in chains.values() for other in chains.values() if part in other != part}
    return bullets(chain for chain in chains.values() if chain not in parts)


def recommendations(cells: Cells) -> Section:
    """Return what to do in which term; a term without anything to do is left out."""
    say = cells.texts.say
    parts = [
        Section(say(TERMS[term]), bullets((_recommended(cells, row) for row in some), ordered=True))
        for term in Term
        if (
            some := [
                recommendation
                for recommendation in cells.view.recommendations
                if recommendation.term is term
            ]
        )
    ]
    none = () if parts else (Paragraph(say("There is nothing to recommend.")),)
    return Section(say("Recommendations"), blocks=none, parts=tuple(parts), anchor="rec")


def _recommended(cells: Cells, row: Recommendation) -> str:
    text = _advice(cells, row)
    if not row.subjects:
        return text
    subjects = cells.subjects(row.subjects, count=row.count)
    return cells.texts.say("{advice} Subjects: {subjects}.", advice=text, subjects=subjects)


def _advice(cells: Cells, row: Recommendation) -> str:
    say, about = cells.texts.say, row.about
    checks = {check.id: check for check in cells.view.evaluation.checks}
    check = checks.get(about)
    if row.advice is Advice.FIX and check and check.advice:
        return say(check.advice)
    return say(
        ADVICE[row.advice],
        title=say(check.title) if check else about,
        source=say(SOURCES.get(about, about)),
        check=about,
        waiver=about,
        day=cells.texts.day(row.by) if row.by else "",
        layer=cells.layer(Layer(about)) if row.advice is Advice.CHECK_LAYER else "",
        state=say(STATES[row.state]) if row.state else "",
        remedy=_remedy(cells, row).rstrip("."),
    )


def _remedy(cells: Cells, row: Recommendation) -> str:
    if row.remedy or not row.state:
        return cells.texts.detail(row.remedy)
    return cells.texts.say(REMEDIES[row.state])


def unseen(cells: Cells) -> Section:
    """Return what could not be looked at, and why."""
    say = cells.texts.say
    head = (say("Cause"), say("Detail"), say("Items"), say("Subjects"))
    rows = [
        (
            cells.cause(row.cause),
            cells.texts.detail(row.detail),
            cells.texts.number(row.count),
            cells.subjects(row.subjects, count=row.concerned),
        )
        for row in cells.view.unseen
    ]
    none = Paragraph(say("Everything that was asked for could be looked at."))
    return Section(title=say("What is unknown, and why"), blocks=cells.table(head, rows) or (none,))


def sources(cells: Cells) -> Section:
    """Return what was not compared, what could not be seen, and what every source gave."""
    say = cells.texts.say
    head = (
        *(say("Source"), say("Status"), say("Last read"), say("Revision"), say("Content")),
        say("Remark"),
    )
    rows = [_source(cells, source) for source in cells.view.sources]
    none = Paragraph(say("The settings name no sources."))
    return Section(
        title=say("Scope of the comparison and its sources"),
        parts=(
            *scope.compared(cells),
            unseen(cells),
            Section(say("Sources"), cells.table(head, rows) or (none,)),
        ),
        anchor="sources",
    )


def _source(cells: Cells, row: SourceRow) -> Sequence[Cell | str]:
    status, say = row.status, cells.texts.say
    items = [
        f"{cells.texts.term(kind)} {cells.texts.number(n)}"
        for kind, n in sorted(status.items.items())
        if n
    ]
    failures = [
        f"{failure.place.where}: {cells.texts.detail(failure.message)}".removeprefix(": ")
        for failure in status.failures
    ]
    return (
        say(SOURCES.get(status.source, status.source)),
        _status(cells, up=status.up),
        cells.texts.instant(status.last_success) if status.last_success else say("never"),
        status.revision[:12] or cells.nothing(),
        cells.names(items),
        cells.names(failures, limit=2) if failures else "",
    )


def _status(cells: Cells, *, up: bool) -> Cell:
    text = cells.texts.say("readable") if up else cells.texts.say("not readable")
    return Cell(text, verdict=Verdict.PASS if up else Verdict.UNKNOWN)
