"""The status page: everything about the last evaluation, with and without JavaScript."""

from exporter.report.status.page import PageContext, files_beside, page

__all__ = ["PageContext", "files_beside", "page"]
