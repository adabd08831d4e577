"""How far it was looked: what the code declares, and what of that nobody compares."""

from exporter.domain.finding import Verdict
from exporter.report.account import KindRow, NotCompared
from exporter.report.chapters.cells import Cells
from exporter.report.folded import remedies
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.wording import SOURCES, STATES


def compared(cells: Cells) -> tuple[Section, ...]:
    """Return the account of everything declared, and why some of it is not compared."""
    say, accounted = cells.texts.say, cells.view.account
    head = (
        *(say("Source"), say("Kind"), say("Declared"), say("Compared"), say("Not compared")),
        *(say("Accepted"), say("Out of scope")),
    )
    rows = [_kind(cells, kind) for kind in accounted.kinds]
    none = Paragraph(say("The code declares nothing that could be read."))
    whole = Section(say("What was compared"), cells.table(head, rows) or (none,))
    return (whole, _not_compared(cells)) if accounted.not_compared else (whole,)


def _kind(cells: Cells, row: KindRow) -> tuple[str, ...]:
    counts = (row.total, row.compared, row.not_compared, row.accepted, row.out_of_scope)
    return (_source(cells, row.source), row.kind, *map(cells.texts.number, counts))


def _not_compared(cells: Cells) -> Section:
    say = cells.texts.say
    head = (
        *(say("Source"), say("Result"), say("Reason"), say("Number"), say("Subjects")),
        say("What would change that"),
    )
    rows = [_missing(cells, row) for row in cells.view.account.not_compared]
    return Section(say("Not compared yet"), cells.table(head, rows))


def _missing(cells: Cells, row: NotCompared) -> tuple[Cell | str, ...]:
    say = cells.texts.say
    verdict = Verdict.WAIVED if row.accepted else Verdict.UNKNOWN
    reason = say(STATES[row.reason])
    return (
        _source(cells, row.source),
        Cell(say("accepted") if row.accepted else say("not compared"), verdict=verdict),
        f"{reason}: {cells.texts.detail(row.message)}" if row.message else reason,
        cells.texts.number(row.count),
        cells.subjects(row.subjects, count=row.count),
        remedies(row, cells.texts),
    )


def _source(cells: Cells, source: str) -> str:
    return cells.texts.say(SOURCES.get(source, source))
