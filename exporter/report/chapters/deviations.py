"""Every deviation: one entry for all that differs in the same way."""

from collections.abc import Iterable, Iterator, Sequence

from exporter.domain.finding import Verdict
from exporter.domain.provenance import Place
from exporter.report.chapters.cells import Cells
from exporter.report.likeness import Likeness, likeness
from exporter.report.paper import Cell, Paragraph, Properties, Section
from exporter.report.rows import FindingRow
from exporter.report.wording import SEVERITIES

_SHORT = 100
"""Characters of a value that is shown as a whole."""
DIFFERENT = 3
"""How many different values of one entry are shown."""


def deviations(cells: Cells) -> Section:
    """Return what fails or is under way, with declared against observed."""
    say = cells.texts.say
    entries = tuple(_entry(cells, rows) for rows in by_likeness(_deviating(cells)))
    text = say("One entry for each cause, the worst first.") if entries else say("There are none.")
    return Section(
        title=say("Deviations"), blocks=(Paragraph(text),), parts=entries, anchor="deviations"
    )


def _deviating(cells: Cells) -> Iterator[FindingRow]:
    for row in cells.view.findings:
        if row.finding.verdict in {Verdict.FAIL, Verdict.SUPPRESSED}:
            yield row


def by_likeness(rows: Iterable[FindingRow]) -> list[list[FindingRow]]:
    """Return *rows* in groups, each of one cause as the page tells them."""
    groups: dict[Likeness, list[FindingRow]] = {}
    for row in rows:
        groups.setdefault(likeness(row.finding), []).append(row)
    return list(groups.values())


def _entry(cells: Cells, rows: list[FindingRow]) -> Section:
    say, first = cells.texts.say, rows[0]
    title = say(first.title)
    if len(rows) == 1:
        subject = cells.subject(first.finding.subject)
        return Section(
            say("Deviates from “{title}”: {subject}", title=title, subject=subject),
            (_properties(cells, rows),),
        )
    return Section(
        cells.texts.count(
            "Deviates from “{title}”: {n} subject",
            "Deviates from “{title}”: {n} subjects",
            len(rows),
            title=title,
        ),
        (_properties(cells, rows),),
    )


def _properties(cells: Cells, rows: list[FindingRow]) -> Properties:
    pairs = [(name, value) for name, value in _pairs(cells, rows) if value.text]
    return Properties(tuple(pairs))


def _pairs(cells: Cells, rows: list[FindingRow]) -> Iterator[tuple[str, Cell]]:
    say, first = cells.texts.say, rows[0]
    finding = first.finding
    yield say("Result"), _result(cells, first)
    yield say("Layer"), Cell(cells.layer(first.layer))
    if len(rows) > 1:
        subjects = [row.finding.subject for row in rows]
        yield say("Subjects"), Cell(cells.subjects(subjects, limit=len(subjects)))
    yield say("Expected"), Cell(_expected(cells, rows))
    if finding.observed is not None:
        observed = (cells.value(row.finding.observed) for row in rows)
        yield say("Actual"), Cell(_different(cells, observed))
    details = [cells.texts.detail(row.finding.detail) for row in rows if not _is_shown(cells, row)]
    yield say("Detail"), Cell(_different(cells, filter(None, details)))
    yield say("Declared at"), cells.place(_places(rows))
    if finding.since is not None:
        yield say("Since"), Cell(cells.texts.instant(finding.since))
    yield say("Follows from"), Cell(" ← ".join(cells.steps(first)))
    yield say("Owner"), Cell(first.owner)
    yield say("Next"), Cell(_advice(cells, first))


def _places(rows: Sequence[FindingRow]) -> list[Place]:
    """Return where any of the subjects is declared, each place once."""
    return list(dict.fromkeys(place for row in rows for place in row.finding.provenance))


def _result(cells: Cells, row: FindingRow) -> Cell:
    verdict = row.finding.verdict
    if verdict is not Verdict.FAIL:
        return cells.verdict(verdict)
    return Cell(cells.texts.say(SEVERITIES[row.severity]), verdict=verdict, severity=row.severity)


def _expected(cells: Cells, rows: list[FindingRow]) -> str:
    """Return the declared value; of declarations that contradict each other, that they agree."""
    if rows[0].finding.check == "declaration_conflict":
        return cells.texts.say("the same value in all places")
    if all(row.finding.declared is None for row in rows):
        return ""
    return _different(cells, (cells.value(row.finding.declared) for row in rows))


def _is_shown(cells: Cells, row: FindingRow) -> bool:
    """Tell whether expected and actual value already say all that the detail does."""
    finding = row.finding
    sides = (finding.declared, finding.observed)
    if None in sides or finding.check == "declaration_conflict" or "; " in finding.detail:
        return False
    return max(len(cells.value(side)) for side in sides) <= _SHORT


def _different(cells: Cells, texts: Iterable[str]) -> str:
    """Return the different ones of some *texts*, the first of them."""
    known = list(dict.fromkeys(texts))
    return cells.and_more("; ".join(known[:DIFFERENT]), len(known) - DIFFERENT)


def _advice(cells: Cells, row: FindingRow) -> str:
    if row.finding.advice:
        return cells.texts.detail(row.finding.advice)
    checks = {check.id: check for check in cells.view.evaluation.checks}
    check = checks.get(row.finding.check)
    return cells.texts.say(check.advice) if check and check.advice else ""
