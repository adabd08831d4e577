"""An entry with what settles it."""

from exporter.report.status.board import Board
from exporter.report.status.entry_view import EntryView, view
from exporter.report.status.grouping import Entry
from exporter.report.status.words import Words


def shown(entry: Entry, board: Board, words: Words) -> EntryView:
    """Return what is shown of *entry*, with the fixes that there are."""
    return view(entry, board, words)
