"""Tables of whatever some checks found, one row for each subject, the worst first."""

from collections.abc import Iterator, Mapping

from exporter.domain.check import Chapter
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.report.chapters.cells import Cells
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.rows import WORST_FIRST


def subjects(cells: Cells, chapter: Chapter, *, title: str) -> Iterator[Section]:
    """Yield what the checks of a *chapter* found; nothing where none of them runs."""
    checks = [check for check in cells.view.evaluation.checks if check.chapter is chapter]
    if not checks:
        return
    say = cells.texts.say
    found: dict[Subject, dict[str, Finding]] = {}
    for check in checks:
        for finding in cells.view.evaluation.by_check.get(check.id, ()):
            if check.covers or finding.verdict is not Verdict.PASS:
                found.setdefault(finding.subject, {})[check.id] = finding
    head = (say("Subject"), say("Result"), say("Detail"), say("Declared at"))
    rows = [_row(cells, *pair) for pair in sorted(found.items(), key=_worst_first)]
    none = Paragraph(say("Nothing is declared that could be checked."))
    yield Section(title, cells.table(head, rows) or (none,))


def _worst_first(pair: tuple[Subject, Mapping[str, Finding]]) -> tuple[int, Subject]:
    subject, findings = pair
    verdicts = {finding.verdict for finding in findings.values()}
    return min(WORST_FIRST.index(verdict) for verdict in verdicts), subject


def _row(cells: Cells, subject: Subject, findings: Mapping[str, Finding]) -> tuple[Cell | str, ...]:
    amiss = [each for each in findings.values() if each.verdict is not Verdict.PASS]
    places = next((each.provenance for each in findings.values() if each.provenance), ())
    told = dict.fromkeys(each.detail for each in amiss or [*findings.values()][:1] if each.detail)
    return (
        cells.subject(subject),
        cells.worst({check: each.verdict for check, each in findings.items()}),
        "; ".join(map(cells.texts.detail, told)),
        cells.place(places),
    )
