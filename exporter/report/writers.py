"""The formats of a report in one registry, and the one function that writes any of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from exporter.report import html, junit, markdown, openreports, oscal, sarif
from exporter.report.composition import paper
from exporter.report.documents.report import report
from exporter.report.encoding import encode
from exporter.report.overview import Overview
from exporter.report.texts import Lang, Texts, texts


class Form(StrEnum):
    """The formats of a report, as the command line names them."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    OPENREPORTS = "openreports"
    OSCAL = "oscal"


@dataclass(frozen=True, slots=True)
class Writer:
    """A format: its *content_type*, and how it is written with the words of a language."""

    content_type: str
    write: Callable[[Overview, Texts], bytes]


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


WRITERS: Final[Mapping[Form, Writer]] = MappingProxyType(
    {
        Form.MARKDOWN: Writer(
            "text/markdown; charset=utf-8; variant=GFM",
            lambda view, words: _utf8(markdown.write(paper(view, texts=words))),
        ),
        Form.HTML: Writer(
            "text/html; charset=utf-8",
            lambda view, words: _utf8(html.write(paper(view, texts=words))),
        ),
        Form.JSON: Writer("application/json", lambda view, _: encode(report(view))),
        Form.JUNIT: Writer("application/xml", lambda view, _: junit.write(view.evaluation)),
        Form.SARIF: Writer(
            "application/sarif+json",
            lambda view, words: encode(sarif.document(view, texts=words)),
        ),
        Form.OPENREPORTS: Writer(
            "application/json", lambda view, _: encode(openreports.document(view))
        ),
        Form.OSCAL: Writer(
            "application/oscal+json",
            lambda view, words: encode(oscal.document(view, texts=words)),
        ),
    }
)


def write(view: Overview, *, form: Form, lang: Lang = Lang.EN, zone: tzinfo | None = None) -> bytes:
    """Return the report on *view* in the language *lang*, with instants in *zone*.

    None stands for the zone of the settings.

    JSON and JUnit are for programs: they have codes and UTC, whatever the language.
    """
    return WRITERS[form].write(view, texts(lang, zone=zone or view.zone))
