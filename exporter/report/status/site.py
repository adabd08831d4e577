"""What all pages have in common: their head and foot, their templates, the files beside them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from exporter.domain.published import Answer
from exporter.domain.skyline import Level
from exporter.report.status.entry_view import CLASSES, path
from exporter.report.status.titles import subject
from exporter.report.status.words import Words
from exporter.report.texts import mark

_FOLDER: Final = "templates/status"
_SHOWN: Final = "\N{REPLACEMENT CHARACTER}"
_STYLES: Final = ("pass", "warn", "fail", "unk")
_FILES: Final = {
    "/status.css": "text/css; charset=utf-8",
    "/status.js": "text/javascript; charset=utf-8",
    **{f"/icon-{style}.svg": "image/svg+xml" for style in _STYLES},
}
_IN_HASHES = (rf"(?<=\b[0-9a-f]{{{at}}})(?=[0-9a-f]{{8}})" for at in range(12, 60, 12))
_BREAKS: Final = re.compile("|".join((r"(?<=[/.:,=@_-])(?<!\d:)(?=\w)", *_IN_HASHES)))
"""Where a long name may be broken, or a hash, but no time of the day."""
_FORMS: Final = {
    "markdown": "Markdown",
    "html": "HTML",
    "json": "JSON",
    "junit": "JUnit",
    "sarif": "SARIF",
    "openreports": "OpenReports",
    "oscal": "OSCAL",
}
LANGUAGES: Final = (("en", "English"), ("ko", "한국어"))
PAGES: Final = (
    ("status", mark("Status"), ""),
    ("nodes", mark("Nodes"), "report#nodes"),
    ("workloads", mark("Workloads"), "report#workloads"),
    ("applications", mark("Applications"), "report#gitops"),
    ("monitoring", mark("Monitoring"), "report#monitoring"),
    ("history", mark("History"), "history"),
    ("report", mark("Report"), "report"),
)
"""The pages in the menu: what they are called here and there, and where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What a page says that is not of the evaluation.

    *telemetry_path* is that of the metrics, *forms* those of the report. Instants are told in
    *zone*. When the evaluation is older than *lasting*, the page says that it is stale.
    """

    telemetry_path: str = "/metrics"
    lasting: timedelta = timedelta(minutes=2)
    forms: tuple[str, ...] = ()
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The head and foot of a page; *links* and *pages* have a name and an address each."""

    name: str
    icon: str
    pages: tuple[tuple[str, str], ...]
    here: str
    languages: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    version: str


def site(
    cluster: str, words: Words, context: PageContext, *, level: Level | None, here: str
) -> Site:
    """Return head and foot of the page that is called *here*."""
    style = CLASSES[level] if level else "unk"
    kept = f"&lang={words.lang}"
    names = {name: words.say(title) for name, title, _ in PAGES}
    return Site(
        name=cluster or words.say("Cluster conformance"),
        icon="warn" if style == "acc" else style,
        pages=tuple((names[name], address) for name, _, address in PAGES),
        here=names.get(here, ""),
        languages=LANGUAGES,
        links=(
            *((_FORMS.get(form, form), f"report?format={form}{kept}") for form in context.forms),
            ("/metrics", context.telemetry_path.lstrip("/")),
            ("API", "api/v1/schema.json"),
            (words.say("Checks explained"), f"docs/checks?lang={words.lang}"),
        ),
        version=_version(),
    )


def render(
    template: str, *, words: Words, root: str = "", status: int = 200, **values: Any
) -> Answer:
    """Return a page; *root* leads from its address to that of the status page."""
    text = (
        _environment()
        .get_template(template)
        .render(words=words, say=words.say, count=words.count, root=root, **values)
    )
    body = text.encode(errors="replace")
    headers = {"Content-Language": str(words.lang)}
    return Answer(
        content_type="text/html; charset=utf-8", body=body, status=status, headers=headers
    )


def files_beside() -> Mapping[str, Answer]:
    """Return the files that pages load, by their paths."""
    folder = files("exporter.report").joinpath(_FOLDER)
    base = files("exporter.report").joinpath("templates", "base.css").read_bytes()
    return {
        path: Answer(
            content_type=kind,
            body=(base if path.endswith(".css") else b"") + folder.joinpath(path[1:]).read_bytes(),
        )
        for path, kind in _FILES.items()
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("exporter.report", _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"styles": CLASSES, "path": path, "named": subject}
    environment.filters |= {"broken": broken}
    return environment


def broken(text: Any) -> Markup:
    """Return *text*, harmless, with places where a browser may break its long names."""
    parts = _BREAKS.split(str(_harmless(text)))
    return Markup("<wbr>").join(map(escape, parts))


def _harmless(value: Any) -> Any:
    """Return what a template prints, without characters that turn text around or hide it."""
    if isinstance(value, Markup):
        return value
    text = str(value)
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\n\t" else _SHOWN
        for character in text
    )


@cache
def _version() -> str:
    try:
        return version("cluster-conformance-exporter")
    except PackageNotFoundError:
        return ""
