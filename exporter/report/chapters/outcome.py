"""How it ended: results by layer and item, and by what success is told."""

from collections.abc import Iterator

from exporter.domain.evaluation import Score
from exporter.domain.finding import Verdict
from exporter.report.chapters.cells import NOT_APPLICABLE, Cells
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.rows import LayerRow
from exporter.report.wording import AIMS, COUNTS, REMARKS

COUNTED = tuple(COUNTS)


def layers(cells: Cells) -> Section:
    """Return how each layer did, with its percentage and its coverage, and what these mean."""
    say = cells.texts.say
    head = (
        *(say("Layer"), say("Result"), say("Items"), *map(say, COUNTS.values())),
        *(say("Conformance"), say("Coverage"), ""),
    )
    rows = [
        _layer(cells, cells.layer(row.layer), cells.worst(_failing(row)), row.score)
        for row in cells.view.layers
    ]
    view = cells.view
    total = Score(counts=view.counts, coverage=view.coverage)
    worst = {check: verdict for row in view.layers for check, verdict in _failing(row).items()}
    severity = cells.worst(worst).severity
    rows.append(
        _layer(cells, cells.layer(None), cells.verdict(view.verdict, severity=severity), total)
    )
    meaning = say(
        "Conformance: of the items that match or deviate, the part that match. Accepted ones and "
        "unknown ones count on neither side, so that 53 of 67 with 14 accepted are 100%. "
        "Coverage: how much of what the code declares could be judged; each declared thing counts "
        "once, by the part of its findings that could be. What is not compared counts as unknown; "
        "how many declared things that is stands in the first sentence."
    )
    return Section(say("By layer"), (*cells.table(head, rows), Paragraph(meaning)))


def _failing(row: LayerRow) -> dict[str, Verdict]:
    return {check.check.id: check.verdict for check in row.checks if check.verdict is not None}


def _layer(cells: Cells, name: str, result: Cell, score: Score | None) -> tuple[Cell | str, ...]:
    number = cells.texts.number
    if score is None:
        return (name, cells.verdict(None), "0", *[NOT_APPLICABLE] * (len(COUNTED) + 2), "")
    counts = [(verdict, score.counts[verdict]) for verdict in COUNTED]
    return (
        name,
        result,
        number(sum(score.counts.values())),
        *(number(count) for _, count in counts),
        _ratio(cells, score),
        cells.coverage(score.coverage),
        Cell("", bar=tuple(pair for pair in counts if pair[1])),
    )


def results(cells: Cells) -> Section:
    """Return the overall result: how each check did, and the success indicators."""
    return Section(
        title=cells.texts.say("Overall result"),
        parts=(_items(cells), indicators(cells)),
        anchor="summary",
        landscape=True,
    )


def _items(cells: Cells) -> Section:
    say = cells.texts.say
    head = (say("Item"), say("Result"), say("Matching / all"), say("Remark"), say("Layer"))
    rows = [
        (
            say(check.check.title),
            cells.verdict(check.verdict, check.check.severity),
            f"{cells.texts.number(check.conforming)} / {cells.texts.number(check.total)}",
            _remark(cells, check.score),
            cells.layer(row.layer),
        )
        for row in cells.view.layers
        for check in row.checks
    ]
    return Section(say("By item"), cells.table(head, rows))


def _ratio(cells: Cells, score: Score) -> str:
    ratio = score.ratio
    return cells.unseen() if ratio is None else cells.texts.share(ratio)


def _remark(cells: Cells, score: Score) -> str:
    return ", ".join(_remarks(cells, score))


def _remarks(cells: Cells, score: Score) -> Iterator[str]:
    for verdict, message in REMARKS.items():
        if score.counts[verdict]:
            yield cells.texts.say(message, n=cells.texts.number(score.counts[verdict]))


def indicators(cells: Cells) -> Section:
    """Return the success indicators: what was aimed at, and what is reached."""
    say, number = cells.texts.say, cells.texts.number
    checks = {check.id: check for check in cells.view.evaluation.checks}
    titles = {check.id: check.title for check in checks.values()}
    rows = [
        (
            say(AIMS.get(indicator.code) or titles.get(indicator.code, indicator.code)),
            cells.verdict(indicator.verdict, cells.severity({indicator.code})),
            f"{number(indicator.reached)} / {number(indicator.total)}",
            cells.layer(indicator.layer),
        )
        for indicator in cells.view.indicators
    ]
    head = (say("Indicator"), say("Result"), say("Reached / target"), say("Layer"))
    return Section(title=say("Success indicators"), blocks=cells.table(head, rows))
