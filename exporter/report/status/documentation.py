"""The pages of checks and the runbooks as pages of the exporter itself."""

from typing import Final

from exporter.domain.published import Answer, Asked
from exporter.report.status import manual
from exporter.report.status.board import Board
from exporter.report.status.page_query import PageQuery
from exporter.report.status.site import PageContext, render, site
from exporter.report.status.words import words
from exporter.report.texts import Lang, mark

_TITLES: Final = {"checks": mark("Checks explained"), "runbooks": mark("Runbooks")}


def documentation(board: Board, asked: Asked, *, context: PageContext) -> Answer:
    """Return a page by its ``folder`` and ``name``, or the list of a folder without a name."""
    given = dict(asked.parameters)
    query = PageQuery.of(asked.parameters)
    said = words(query.lang or Lang(asked.lang), now=board.at, zone=context.zone)
    folder, name = given.get("folder", ""), given.get("name", "").removesuffix(".md")
    source = manual.text(folder, name) if name else None
    found = source is not None or (not name and folder in _TITLES)
    return render(
        "documentation.html",
        words=said,
        query=query,
        root="../../" if name else "../",
        status=200 if found else 404,
        site=site(board.cluster.name, said, context, level=None, here=""),
        title=name or said.say(_TITLES.get(folder, "No such page")),
        folder=folder,
        body=manual.html(source) if source is not None else None,
        names=manual.names(folder) if not name else (),
        titles={check.id: check.title for check in board.outcome.checks},
    )
