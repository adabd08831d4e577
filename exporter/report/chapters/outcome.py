"""How it ended: results by layer and item, and by what success is told."""

from collections.abc import Iterator

from exporter.domain.evaluation import Score
from exporter.report.chapters.cells import NOT_APPLICABLE, Cells
from exporter.report.paper import Cell, Paragraph, Section
from exporter.report.wording import AIMS, REMARKS


def results(cells: Cells) -> Section:
    """Return the overall result: each layer with percentage and coverage, then each item."""
    say = cells.texts.say
    return Section(title=say("Overall result"), parts=(_layers(cells), _items(cells)))


def _layers(cells: Cells) -> Section:
    say = cells.texts.say
    head = (
        *(say("Layer"), say("Items"), say("Conformance"), say("Coverage"), say("Result")),
        say("Remark"),
    )
    rows: list[tuple[Cell | str, ...]] = []
    for row in cells.view.layers:
        score = row.score
        if score is None:
            blank = (NOT_APPLICABLE, NOT_APPLICABLE)
            rows.append((cells.layer(row.layer), "0", *blank, cells.verdict(None), ""))
        else:
            total = sum(score.counts.values())
            rows.append(
                (
                    cells.layer(row.layer),
                    cells.texts.number(total),
                    _ratio(cells, score),
                    cells.coverage(score.coverage),
                    cells.verdict(row.verdict),
                    _remark(cells, score),
                )
            )
    rows.append(_all(cells))
    meaning = say(
        "Conformance is the part of the judged items that match. Coverage is the part of what the "
        "code declares that could be judged, over all that is declared."
    )
    return Section(say("By layer"), (*cells.table(head, rows), Paragraph(meaning)))


def _all(cells: Cells) -> tuple[Cell | str, ...]:
    view = cells.view
    score = Score(counts=view.counts, coverage=view.coverage)
    return (
        cells.layer(None),
        cells.texts.number(sum(view.counts.values())),
        _ratio(cells, score),
        cells.coverage(score.coverage),
        cells.verdict(view.verdict),
        _remark(cells, score),
    )


def _items(cells: Cells) -> Section:
    say = cells.texts.say
    head = (say("Layer"), say("Item"), say("Conforming"), say("Result"), say("Remark"))
    rows = [
        (
            cells.layer(row.layer),
            say(check.check.title),
            f"{cells.texts.number(check.conforming)}/{cells.texts.number(check.total)}",
            cells.verdict(check.verdict),
            _remark(cells, check.score),
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
    titles = {check.id: check.title for check in cells.view.evaluation.checks}
    rows = [
        (
            cells.layer(indicator.layer),
            say(AIMS.get(indicator.code) or titles.get(indicator.code, indicator.code)),
            number(indicator.total),
            number(indicator.reached),
            cells.verdict(indicator.verdict),
        )
        for indicator in cells.view.indicators
    ]
    head = (say("Layer"), say("Indicator"), say("Target"), say("Reached"), say("Result"))
    return Section(title=say("Success indicators"), blocks=cells.table(head, rows))
