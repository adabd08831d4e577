"""A report is written in the form and the language that were asked for, or not at all."""

import pytest

from exporter.domain.published import Asked
from exporter.report.overview import Overview, overview
from exporter.report.reports import report
from tests.report.evaluations import evaluation, finding


def shown() -> Overview:
    return overview(evaluation(finding()))


@pytest.mark.parametrize(
    ("form", "content_type", "start"),
    [
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("markdown", "text/markdown; charset=utf-8; variant=GFM", b"# "),
        ("json", "application/json", b"{"),
        ("sarif", "application/sarif+json", b"{"),
        ("junit", "application/xml", b"<?xml"),
        ("openreports", "application/json", b"{"),
        ("oscal", "application/oscal+json", b"{"),
    ],
)
def test_each_form_has_its_type(form: str, content_type: str, start: bytes) -> None:
    answer = report(Asked((("format", form), ("lang", "en"))), shown=shown)

    assert (answer.status, answer.content_type) == (200, content_type)
    assert answer.body.lower().startswith(start)


def test_the_language_is_that_which_was_asked_for() -> None:
    english, korean = (
        report(Asked((("format", "markdown"), ("lang", lang))), shown=shown).body.decode()
        for lang in ("en", "ko")
    )

    assert english != korean
    assert any("\N{HANGUL SYLLABLE GA}" <= one <= "\N{HANGUL SYLLABLE HIH}" for one in korean)


def test_the_page_leads_to_the_status_page_the_other_language_and_the_other_forms() -> None:
    page = report(Asked((("lang", "ko"),)), shown=shown).body.decode()

    assert '<a href="./">상태 페이지</a>' in page
    assert '<a href="?format=html&amp;lang=en">English</a>' in page
    assert '<a href="?format=oscal&amp;lang=ko">OSCAL</a>' in page


def test_the_style_of_the_report_is_let_through_and_nothing_else() -> None:
    answer = report(Asked(), shown=shown)

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        pytest.param(("format", "pdf"), "format is never 'pdf'", id="form"),
        pytest.param(("lang", "de"), "lang is never 'de'", id="language"),
        pytest.param(("page", "2"), "there is no parameter 'page'", id="parameter"),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_made(
    parameter: tuple[str, str], message: str
) -> None:
    def never() -> Overview:
        raise AssertionError

    answer = report(Asked((parameter,)), shown=never)

    assert answer.status == 400
    assert answer.body.decode().startswith(message)
