"""A report as one HTML file that needs nothing else: for a browser, a mail, a printer."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from exporter.report.columns import printable
from exporter.report.paper import Paper


def write(paper: Paper) -> str:
    """Return the report as HTML; every text is escaped."""
    return _template().render(paper=paper, style=Markup(_style()))  # noqa: S704 - our own file


def style_source() -> str:
    """Return the source of its style sheet for ``style-src`` of a Content-Security-Policy."""
    return f"'sha256-{b64encode(sha256(_style().encode()).digest()).decode()}'"


@cache
def _style() -> str:
    return _resource("report.css")


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["shown"] = printable
    return environment.from_string(_resource("report.html"))


def _resource(name: str) -> str:
    return files("exporter.report").joinpath("templates", name).read_text("utf-8")
