"""The message catalogues of reports: extracts, merges and compiles them with Babel.

``python -m tests.report.catalogues`` (``make messages``) brings the catalogue of every language up
to date with the code and compiles it; what is not translated yet stays empty, and fails a test.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from exporter.checks import ALL

REPORT = Path(__file__).parents[2] / "exporter" / "report"
KEYWORDS = {"mark": None, "say": None, "count": (1, 2)}
SPEAKING = [
    (name, "python")
    for name in (
        "chapters/**.py",
        "composition.py",
        "folded.py",
        "headline.py",
        "reports.py",
        "texts.py",
        "wording.py",
    )
]
LANGUAGES = ("ko",)
KEPT = (b'"Language: ', b'"Plural', b'"MIME', b'"Content')
WRITTEN = datetime(2026, 11, 23, tzinfo=UTC)
"""The date in the head of every catalogue: what is compiled twice is the same twice."""


DOMAINS = ("report", "status")
"""The catalogues of each language: that of reports, and that of the pages."""
_PAGES = [("status/**.py", "python"), ("templates/status/**.html", "jinja2")]


def path(lang: str, domain: str = "report") -> Path:
    """Return where a catalogue of a language lies; the compiled one lies beside it."""
    return REPORT / "locale" / lang / "LC_MESSAGES" / f"{domain}.po"


def extracted(domain: str = "report") -> Catalog:
    """Return every message of the code: those that it marks, and what checks say."""
    catalog = Catalog(project="cluster-conformance-exporter", charset="utf-8")
    for message in _messages() if domain == "report" else _of_pages():
        catalog.add(message, flags=["python-brace-format"] if _has_placeholder(message) else [])
    return catalog


def _messages() -> Iterator[str | tuple[str, str]]:
    yield from _in(SPEAKING)
    yield from sorted({text for check in ALL for text in (check.title, check.advice)})


def _of_pages() -> Iterator[str | tuple[str, str]]:
    yield from _in(_PAGES)


def _in(method_map: list[tuple[str, str]]) -> Iterator[str | tuple[str, str]]:
    found = extract_from_dir(REPORT, method_map=method_map, keywords=KEYWORDS)
    for _, _, message, _, _ in sorted(found, key=lambda one: one[:2]):
        if isinstance(message, str):
            yield message
        else:
            yield message[0], message[1]


def _has_placeholder(message: str | tuple[str, str]) -> bool:
    return "{" in (message if isinstance(message, str) else message[0])


def read(lang: str, domain: str = "report") -> Catalog:
    """Return a committed catalogue of a language."""
    with path(lang, domain).open("rb") as file:
        catalog = read_po(file, locale=lang)
    catalog.project, catalog.version = "cluster-conformance-exporter", ""
    catalog.creation_date = catalog.revision_date = WRITTEN
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    return catalog


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as translators read it, without what nobody fills in."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, no_location=True)
    head, gap, messages = buffer.getvalue().partition(b"\n\n")
    lines = [one for one in head.splitlines() if one.startswith((b"msg", *KEPT))]
    return b"\n".join(lines) + gap + messages


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> None:
    """Write the catalogue of every language again, and compile it."""
    for lang, domain in product(LANGUAGES, DOMAINS):
        catalog = read(lang, domain)
        catalog.update(extracted(domain), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        file = path(lang, domain)
        file.write_bytes(written(catalog))
        file.with_suffix(".mo").write_bytes(compiled(read(lang, domain)))


if __name__ == "__main__":
    main()
