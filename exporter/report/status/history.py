"""What changed when, all that is remembered, with the commit of the code."""

from exporter.domain.published import Answer, Asked
from exporter.report.status.board import Board
from exporter.report.status.changes import every
from exporter.report.status.page_query import PageQuery
from exporter.report.status.site import PageContext, render, site
from exporter.report.status.verdict import level_of
from exporter.report.status.words import words
from exporter.report.texts import Lang


def history(board: Board, asked: Asked, *, context: PageContext) -> Answer:
    """Return the changes, the newest first."""
    query = PageQuery.of(asked.parameters)
    said = words(query.lang or Lang(asked.lang), now=board.at, zone=context.zone)
    days: dict[str, list[object]] = {}
    for event in every(board, said):
        days.setdefault(said.date(event.at), []).append(event)
    return render(
        "history.html",
        words=said,
        query=query,
        site=site(board.cluster.name, said, context, level=level_of(board), here="history"),
        days=days,
        watching=board.outcome.watching,
        memory=board.outcome.memory,
    )
