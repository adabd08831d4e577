"""The report as it is asked for over HTTP: in which form, and in which language."""

from collections.abc import Callable

from exporter.domain.published import Answer, Asked
from exporter.report.html import style_source
from exporter.report.overview import Overview
from exporter.report.parameters import ParameterError, chosen, grouped
from exporter.report.texts import Lang
from exporter.report.writers import WRITERS, Form, write

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
        body=write(shown(), form=form, lang=lang),
        headers={"Content-Security-Policy": _POLICY.format(style_source())},
    )


def _refusal(error: ParameterError) -> Answer:
    text = f"{error.message}; there are {', '.join(error.known)}\n"
    return Answer(content_type="text/plain; charset=utf-8", body=text.encode(), status=400)
