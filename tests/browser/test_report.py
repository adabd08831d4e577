"""The report fits a window, a phone and a sheet of paper, and no word of it is broken."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from exporter.report.overview import Overview
from exporter.report.texts import Lang
from exporter.report.writers import Form, write
from tests.browser.layout import BROKEN
from tests.report.golden import KST, validated

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]
PORTRAIT, LANDSCAPE = 688, 1017
"""Pixels of a line on A4 with margins of 14 mm."""
FITTING = """() => [document.documentElement, ...document.querySelectorAll('.scroll')]
  .filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent.slice(0, 80))"""
OVERFLOWING = """() => [...document.querySelectorAll('section:not(.wide) .scroll')]
  .filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent.slice(0, 80))"""
RESULTS = """() => [...document.querySelectorAll('td.r')].filter(each => each.offsetParent)
  .map(each => each.getBoundingClientRect().right).reduce((a, b) => Math.max(a, b), 0)"""


@pytest.fixture(scope="module")
def view(kustomize: str) -> Iterator[Overview]:
    """The reference cluster, judged."""
    assert kustomize
    loop = asyncio.new_event_loop()
    try:
        yield loop.run_until_complete(asyncio.to_thread(validated))
    finally:
        loop.close()


async def opened(browser: Browser, path: Path, *, width: int, **options: Any) -> Page:
    """Open a file in a window of this width."""
    page = await browser.new_page(viewport={"width": width, "height": 900}, **options)
    await page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("lang", [pytest.param(lang, id=lang) for lang in Lang])
async def test_the_report_fits(
    browser: Browser, view: Overview, lang: Lang, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(write(view, form=Form.HTML, lang=lang, zone=KST))

    for width in (390, 768, 1400, 1600):
        page = await opened(browser, path, width=width)

        assert await page.evaluate(FITTING) == []
        assert await page.evaluate(BROKEN) == []
        assert await page.evaluate(RESULTS) <= width
        await page.close()


@pytest.mark.parametrize("lang", [pytest.param(lang, id=lang) for lang in Lang])
async def test_no_word_is_broken_on_paper(
    browser: Browser, view: Overview, lang: Lang, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(write(view, form=Form.HTML, lang=lang, zone=KST))
    page = await opened(browser, path, width=PORTRAIT)
    await page.emulate_media(media="print")
    await page.add_style_tag(content=f".wide {{ width: {LANDSCAPE}px }}")

    assert await page.evaluate(BROKEN) == []
    assert await page.evaluate(OVERFLOWING) == []
    assert await page.evaluate("document.querySelectorAll('.wide table').length") > 0
    await page.close()
