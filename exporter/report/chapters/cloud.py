"""What lies under the nodes: instances, network and security groups."""

from collections.abc import Iterator, Mapping

from exporter.domain.check import Chapter
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.report.chapters.cells import Cells
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.rows import WORST_FIRST


def resources(cells: Cells) -> Iterator[Section]:
    """Yield the table of what is declared of the cloud; nothing where none is looked at."""
    checks = [one for one in cells.view.evaluation.checks if one.chapter is Chapter.CLOUD]
    if not checks:
        return
    say = cells.texts.say
    found: dict[Subject, dict[str, Finding]] = {}
    for check in checks:
        for finding in cells.view.evaluation.by_check.get(check.id, ()):
            if check.covers or finding.verdict is not Verdict.PASS:
                found.setdefault(finding.subject, {})[check.id] = finding
    head = (say("Resource"), say("Declared at"), say("Detail"), say("Result"))
    rows = [_row(cells, *one) for one in sorted(found.items(), key=_worst_first)]
    none = Paragraph(say("Nothing is declared that could be checked."))
    yield Section(say("Cloud"), cells.table(head, rows) or (none,))


def _worst_first(one: tuple[Subject, Mapping[str, Finding]]) -> tuple[int, Subject]:
    subject, findings = one
    verdicts = {finding.verdict for finding in findings.values()}
    return min(WORST_FIRST.index(verdict) for verdict in verdicts), subject


def _row(cells: Cells, subject: Subject, findings: Mapping[str, Finding]) -> tuple[Cell | str, ...]:
    amiss = [one for one in findings.values() if one.verdict is not Verdict.PASS]
    places = next((one.provenance for one in findings.values() if one.provenance), ())
    return (
        cells.subject(subject),
        cells.place(places),
        "; ".join(one.detail for one in amiss or [*findings.values()][:1]),
        cells.worst(one.verdict for one in findings.values()),
    )
