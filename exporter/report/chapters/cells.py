"""How single values of an overview are put into words: what was not seen, what is not there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from exporter.domain.check import Chapter
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import Json
from exporter.domain.provenance import Place
from exporter.report.links import address
from exporter.report.overview import Overview
from exporter.report.paper import Cell, Items, Paragraph, Table, matches, table
from exporter.report.rows import WORST_FIRST, FindingRow
from exporter.report.texts import Texts
from exporter.report.wording import LAYERS, SOURCES, VERDICTS

LIMIT = 500
"""Rows of a table that a report shows; the JSON format has all of them."""
FOLDED = 4
"""Rows that match, from which on a table is printed without them."""
NAMES = 5
"""Names that a cell lists before it counts the rest."""
NOT_APPLICABLE = "—"
"""Stands in every language where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The words of one report, for one overview."""

    view: Overview
    texts: Texts

    def nothing(self) -> str:
        """Say that there is nothing."""
        return self.texts.say("none")

    def unseen(self) -> str:
        """Say that nobody could look."""
        return self.texts.say("unknown")

    def text(self, value: str | None) -> str:
        """Return a text that may not have been seen, or be empty."""
        return self.unseen() if value is None else value or self.nothing()

    def number(self, value: int | None) -> str:
        """Return a number that may not have been seen."""
        return self.unseen() if value is None else self.texts.number(value)

    def coverage(self, part: float | None) -> str:
        """Return how much of what is declared could be judged."""
        if part is None:
            return self.texts.say("nothing declared")
        return self.texts.share(part)

    def between(self, minimum: int | None, maximum: int | None) -> str:
        """Return a number, or the bounds that something declares for it."""
        if minimum is None or maximum is None:
            return self.texts.say("not declared")
        low, high = self.texts.number(minimum), self.texts.number(maximum)
        return low if minimum == maximum else self.texts.say("{low} to {high}", low=low, high=high)

    def pairs(self, labels: Mapping[str, str] | None) -> str:
        """Return labels as they are written on a command line."""
        if labels is None:
            return self.unseen()
        return self.names([f"{key}={value}" if value else key for key, value in labels.items()])

    def names(self, names: Sequence[str] | None, *, limit: int | None = None) -> str:
        """Return a list, none of it, or that it was not seen."""
        if names is None:
            return self.unseen()
        shown = ", ".join(names[:limit]) or self.nothing()
        rest = len(names) - limit if limit is not None else 0
        return self.and_more(shown, rest)

    def and_more(self, shown: str, rest: int) -> str:
        """Return what is *shown* of a list, and how many the *rest* of it are."""
        if rest <= 0:
            return shown
        return self.texts.say("{shown} and {n} more", shown=shown, n=self.texts.number(rest))

    def subjects(
        self, subjects: Sequence[Subject], *, count: int | None = None, limit: int = NAMES
    ) -> str:
        """Return the first subjects, at most *limit*, and how many more of *count* there are.

        A kind is named where it begins: ``Node a, b, Application argocd/c``.
        """
        shown = subjects[:limit]
        kinds = ("", *(subject.kind for subject in shown))
        some = [
            str(subject) if subject.kind == last else self.subject(subject)
            for last, subject in zip(kinds, shown, strict=False)
        ]
        total = len(subjects) if count is None else count
        return self.and_more(", ".join(some) or self.nothing(), total - len(shown))

    def subject(self, subject: Subject) -> str:
        """Return a subject with its kind, as kubectl names both."""
        return f"{subject.kind} {subject}"

    def verdict(self, verdict: Verdict | None, severity: Severity | None = None) -> Cell:
        """Return a verdict as a reader understands it; of what *severity* it is where it fails."""
        return Cell(self.texts.say(VERDICTS[verdict]), verdict=verdict, severity=severity)

    def result(self, verdicts: Mapping[str, Verdict], *chapters: Chapter) -> Cell:
        """Return the worst verdict that one of the checks of some *chapters* has."""
        checks = (check.id for check in self.view.evaluation.checks if check.chapter in chapters)
        return self.worst({check: verdicts[check] for check in checks if check in verdicts})

    def overall(self, verdicts: Mapping[str, Verdict], *chapters: Chapter) -> Cell:
        """Return the result of some *chapters*; never a match of what another one contradicts."""
        own, every = self.result(verdicts, *chapters), self.worst(verdicts)
        hides = own.verdict in {Verdict.PASS, None} or every.verdict is Verdict.FAIL
        return every if hides else own

    def worst(self, verdicts: Mapping[str, Verdict]) -> Cell:
        """Return the worst of the verdicts of some checks, by their ids."""
        found = set(verdicts.values())
        worst = next((verdict for verdict in WORST_FIRST if verdict in found), None)
        failing = {check for check, verdict in verdicts.items() if verdict is Verdict.FAIL}
        return self.verdict(worst, self.severity(failing))

    def worst_of(self, findings: Iterable[Finding]) -> Cell:
        """Return the worst verdict of some findings."""
        known = list(findings)
        found = {finding.verdict for finding in known}
        worst = next((verdict for verdict in WORST_FIRST if verdict in found), None)
        failing = {finding.check for finding in known if finding.verdict is Verdict.FAIL}
        return self.verdict(worst, self.severity(failing))

    def severity(self, checks: Collection[str]) -> Severity | None:
        """Return the worst severity of some checks, None for none."""
        known = (check.severity for check in self.view.evaluation.checks if check.id in checks)
        return min(known, key=lambda severity: severity.rank, default=None)

    def same(self, actual: str, expected: str) -> str:
        """Return what is *actual*, or that it is as *expected*."""
        is_same = actual == expected and actual not in {self.nothing(), self.unseen()}
        return self.texts.say("as expected") if is_same else actual

    def place(self, places: Sequence[Place]) -> Cell:
        """Return the first of some places, with its link, and how many more there are."""
        if not places:
            return Cell(self.texts.say("nowhere"))
        text = self.and_more(places[0].shown, len(places) - 1)
        return Cell(text, href=address(places[0], web=self.view.web))

    def layer(self, layer: Layer | None) -> str:
        """Return the name of a layer."""
        return self.texts.say("All layers" if layer is None else LAYERS[layer])

    def cause(self, cause: str) -> str:
        """Return the name of a source, or of the check that reports why something is unknown."""
        titles = {check.id: check.title for check in self.view.evaluation.checks}
        if cause in SOURCES:
            return self.texts.say(SOURCES[cause])
        return self.texts.say(titles[cause]) if cause in titles else cause or self.nothing()

    def value(self, value: Json) -> str:
        """Return a declared or observed value in short."""
        match value:
            case None:
                return NOT_APPLICABLE
            case str():
                return self.texts.term(value) if value else self.nothing()
            case Mapping():
                pairs = [
                    f"{self.texts.term(key)}: {self.value(item)}" for key, item in value.items()
                ]
                return self.names(pairs, limit=NAMES)
            case bool() | int() | float():
                return (
                    self.texts.term(str(value).lower()) if isinstance(value, bool) else str(value)
                )
            case _:
                return self.names([self.value(item) for item in value], limit=NAMES)

    def chain(self, row: FindingRow) -> str:
        """Return a finding and what it follows from, as one line."""
        return " ← ".join((self._step(row.finding), *self.steps(row)))

    def steps(self, row: FindingRow) -> list[str]:
        """Return what a finding follows from, the nearest first."""
        return [self.and_more(self._step(link.finding), link.more) for link in row.chain]

    def _step(self, finding: Finding) -> str:
        subject = self.subject(finding.subject)
        return f"{subject}: {self.texts.detail(finding.detail)}" if finding.detail else subject

    def table(
        self, head: Sequence[str], rows: Iterable[Sequence[Cell | str]]
    ) -> tuple[Table | Paragraph, ...]:
        """Return a table of at most ``LIMIT`` rows, and a sentence about those left out.

        Where rows must be left out, those stay that do not conform.
        """
        known = list(rows)
        if not known:
            return ()
        rest = len(known) - LIMIT
        if rest <= 0:
            return (self._foldable(head, known),)
        known.sort(key=_conforms)
        left_out = self.texts.count(
            "{n} more row is left out; the JSON format has it.",
            "{n} more rows are left out; the JSON format has them.",
            rest,
        )
        return self._foldable(head, known[:LIMIT]), Paragraph(left_out)

    def _foldable(self, head: Sequence[str], rows: Sequence[Sequence[Cell | str]]) -> Table:
        """Return a table that need not be printed whole, where many of its *rows* match."""
        made = table(head, rows)
        matching = sum(map(matches, made.rows))
        if matching < FOLDED:
            return made
        folded = self.texts.count(
            "{n} row that matches is not printed; on a screen, and in other formats, it is there.",
            "{n} rows that match are not printed; on a screen, and in other formats, they are "
            "there.",
            matching,
        )
        return replace(made, folded=folded)


def _conforms(row: Sequence[Cell | str]) -> bool:
    found = {cell.verdict for cell in row if isinstance(cell, Cell)}
    return not found & set(WORST_FIRST[:-1])


def bullets(texts: Iterable[str], *, ordered: bool = False) -> tuple[Items, ...]:
    """Return a list, or nothing where it has no item."""
    known = tuple(texts)
    return (Items(known, ordered),) if known else ()
