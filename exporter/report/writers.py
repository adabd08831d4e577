"""The formats of a report, and the one function that writes any of them."""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from exporter.report import html, junit, markdown, plain, sarif
from exporter.report.composition import paper
from exporter.report.encoding import encode
from exporter.report.overview import Overview
from exporter.report.texts import Lang, texts


class Form(StrEnum):
    """The formats of a report, as the command line names them."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"


CONTENT_TYPES: Final[Mapping[Form, str]] = MappingProxyType(
    {
        Form.MARKDOWN: "text/markdown; charset=utf-8; variant=GFM",
        Form.HTML: "text/html; charset=utf-8",
        Form.JSON: "application/json",
        Form.JUNIT: "application/xml",
        Form.SARIF: "application/sarif+json",
    }
)


def write(view: Overview, *, form: Form, lang: Lang = Lang.EN, zone: tzinfo = UTC) -> bytes:
    """Return the report on *view* in the language *lang*, with instants told in *zone*.

    JSON and JUnit are for programs: they speak in codes and UTC, whatever the language.
    """
    words = texts(lang, zone=zone)
    match form:
        case Form.MARKDOWN:
            return _utf8(markdown.write(paper(view, texts=words)))
        case Form.HTML:
            return _utf8(html.write(paper(view, texts=words)))
        case Form.JSON:
            return encode(plain.report(view))
        case Form.JUNIT:
            return junit.write(view.evaluation)
        case Form.SARIF:
            return encode(sarif.document(view, texts=words))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
