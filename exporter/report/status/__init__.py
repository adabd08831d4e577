"""The pages about the last evaluation, with and without JavaScript."""

from exporter.report.status.board import Board, Cluster
from exporter.report.status.documentation import documentation
from exporter.report.status.history import history
from exporter.report.status.page import page
from exporter.report.status.site import PageContext, files_beside
from exporter.report.status.subject import subject
from exporter.report.status.waiting import waiting

__all__ = [
    "Board",
    "Cluster",
    "PageContext",
    "documentation",
    "files_beside",
    "history",
    "page",
    "subject",
    "waiting",
]
