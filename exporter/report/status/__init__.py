"""The status page: everything about the last evaluation, with and without JavaScript."""

from exporter.report.status.page import Surroundings, files_beside, page

__all__ = ["Surroundings", "files_beside", "page"]
