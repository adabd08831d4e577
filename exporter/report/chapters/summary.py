"""How it ended, of what and when; then layer by layer."""

from collections.abc import Iterator

from exporter.domain.finding import Verdict
from exporter.report.chapters.cells import Cells
from exporter.report.chapters.deviations import by_likeness
from exporter.report.chapters.outcome import layers
from exporter.report.headline import headline
from exporter.report.paper import Cell, Outcome, Properties, Section
from exporter.report.wording import SEVERITIES


def overview(cells: Cells) -> Section:
    """Return the outcome in a few sentences, then purpose, time and scope, and the layers."""
    say, view = cells.texts.say, cells.view
    facts = [
        (
            say("Purpose"),
            say("To find out, item by item, whether the running cluster matches its code."),
        ),
        (say("Time of validation"), cells.texts.instant(view.at)),
        (say("Scope"), _scope(cells)),
        (say("Revision of the code"), _revision(cells)),
    ]
    if view.cluster:
        facts.insert(1, (say("Cluster"), view.cluster))
    return Section(
        title=say("Overview"),
        blocks=(
            Outcome(_sentence(cells), " ".join(_outcome(cells))),
            Properties(tuple((name, Cell(text)) for name, text in facts)),
        ),
        parts=(layers(cells),),
        anchor="overview",
    )


def _sentence(cells: Cells) -> Cell:
    view = cells.view
    failing = {row.finding.check for row in view.findings if row.finding.verdict is Verdict.FAIL}
    return Cell(
        headline(view.evaluation, view.account, texts=cells.texts),
        verdict=view.verdict,
        severity=cells.severity(failing),
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


def _revision(cells: Cells) -> str:
    view = cells.view
    if not view.revision:
        return cells.texts.say("not known")
    return f"{view.revision[:12]} ({view.reference})" if view.reference else view.revision[:12]


def _outcome(cells: Cells) -> Iterator[str]:
    """Yield what is to be said beside the headline: every number with its noun, each told once."""
    view, count, number = cells.view, cells.texts.count, cells.texts.number
    total = sum(view.counts.values())
    if total:
        yield count(
            "{n} item was checked: {conforming} conform, {failing} deviate.",
            "{n} items were checked: {conforming} conform, {failing} deviate.",
            total,
            conforming=number(view.counts[Verdict.PASS]),
            failing=number(view.failing),
        )
    if view.failing:
        yield _severities(cells)
    if view.waived:
        yield count(
            "{n} further item deviates and is accepted until a fixed date.",
            "{n} further items deviate and are accepted until a fixed date.",
            view.waived,
        )
    if view.counts[Verdict.SUPPRESSED]:
        yield count(
            "{n} deviation is explained by a rollout or a maintenance window that ends.",
            "{n} deviations are explained by a rollout or a maintenance window that ends.",
            view.counts[Verdict.SUPPRESSED],
        )
    if view.unknown:
        yield _unknown(cells)
    if not view.complete:
        yield cells.texts.say("Not all of the cluster had been looked at for the first time yet.")


def _unknown(cells: Cells) -> str:
    """Say how many findings are unknown, and how many of these are of what is not compared."""
    unknown, blind = cells.view.unknown, cells.view.account.blind
    if not blind:
        return cells.texts.count(
            "{n} item is unknown; nothing is claimed about it.",
            "{n} items are unknown; nothing is claimed about them.",
            unknown,
        )
    return cells.texts.count(
        "{n} item is unknown, {blind} of them not compared; nothing is claimed about it.",
        "{n} items are unknown, {blind} of them not compared; nothing is claimed about them.",
        unknown,
        blind=cells.texts.number(blind),
    )


def _severities(cells: Cells) -> str:
    """Say how bad the deviations are, and how many causes they have."""
    failing = [row for row in cells.view.findings if row.finding.verdict is Verdict.FAIL]
    shown = [
        cells.texts.say("{severity} {n}", severity=cells.texts.say(word), n=cells.texts.number(n))
        for severity, word in SEVERITIES.items()
        if (n := sum(row.severity is severity for row in failing))
    ]
    return cells.texts.count(
        "By severity: {severities}; {n} cause.",
        "By severity: {severities}; {n} causes.",
        len(by_likeness(failing)),
        severities=", ".join(shown),
    )
