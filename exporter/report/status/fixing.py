"""An entry with what settles it."""

from exporter.report.status.board import Board
from exporter.report.status.entry_view import EntryView, view
from exporter.report.status.fixes import fixes
from exporter.report.status.grouping import Entry
from exporter.report.status.words import Words


def shown(entry: Entry, board: Board, words: Words) -> EntryView:
    """Return what is shown of *entry*, with the fixes that there are; made once for each reader."""
    key = (entry, words.lang)
    known = board.views.get(key)
    if isinstance(known, EntryView):
        return known
    made = view(entry, board, words, fixes=fixes(entry, board, words))
    if entry in board.lasting:
        board.views[key] = made
    return made
