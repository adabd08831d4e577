"""The report as it is asked for over HTTP: in which form, and in which language."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from exporter.domain.published import Answer, Asked
from exporter.report import html
from exporter.report.composition import paper
from exporter.report.overview import Overview
from exporter.report.paper import Cell
from exporter.report.parameters import ParameterError, chosen, grouped
from exporter.report.texts import Lang, texts
from exporter.report.writers import WRITERS, Form, write

NAMES = {Lang.EN: "English", Lang.KO: "한국어"}
"""Languages as their speakers call them."""
LABELS = {
    Form.MARKDOWN: "Markdown",
    Form.JSON: "JSON",
    Form.JUNIT: "JUnit",
    Form.SARIF: "SARIF",
    Form.OPENREPORTS: "OpenReports",
    Form.OSCAL: "OSCAL",
}
FORMAT = "format"
LANGUAGE = "lang"
_POLICY = "default-src 'none'; style-src {}; base-uri 'none'; frame-ancestors 'none'"


def report(asked: Asked, *, shown: Callable[[], Overview]) -> Answer:
    """Return the report that is *asked* for; a wrong parameter is status 400."""
    try:
        values = grouped(asked.parameters, known={FORMAT, LANGUAGE})
        chosen(values, FORMAT, among=Form)
        chosen(values, LANGUAGE, among=Lang)
    except ParameterError as error:
        return _refusal(error)
    form = Form(values.get(FORMAT, (Form.HTML,))[-1])
    lang = Lang(values.get(LANGUAGE, (Lang.EN,))[-1])
    return Answer(
        content_type=WRITERS[form].content_type,
        body=_page(shown(), lang) if form is Form.HTML else write(shown(), form=form, lang=lang),
        headers={"Content-Security-Policy": _POLICY.format(html.style_source())},
    )


def _page(view: Overview, lang: Lang) -> bytes:
    """Return the report as a page that leads back to the status page, and to other languages."""
    words = texts(lang, zone=view.zone)
    links = [Cell(words.say("Status page"), href="./")]
    links += [
        Cell(NAMES[other], href=f"?{urlencode({FORMAT: Form.HTML, LANGUAGE: other})}")
        for other in Lang
        if other is not lang
    ]
    links += [
        Cell(LABELS[form], href=f"?{urlencode({FORMAT: form, LANGUAGE: lang})}")
        for form in Form
        if form is not Form.HTML
    ]
    return html.write(replace(paper(view, texts=words), links=tuple(links))).encode(
        "utf-8", "replace"
    )


def _refusal(error: ParameterError) -> Answer:
    text = f"{error.message}; there are {', '.join(error.known)}\n"
    return Answer(content_type="text/plain; charset=utf-8", body=text.encode(), status=400)
