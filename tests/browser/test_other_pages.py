"""Subjects, the history and the pages of checks fit, are read and are used as the page is."""

from itertools import product

import pytest

from tests.browser.conftest import Open
from tests.browser.layout import BROKEN, OPEN, WIDE
from tests.browser.test_accessibility import violations
from tests.browser.test_page import focused

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

WIDTHS = (390, 792, 1280)
PATHS = [
    pytest.param("/subject/Node/k8s-api-scan", id="a node"),
    pytest.param("/subject/Deployment/api/scan-api?lang=ko", id="a workload"),
    pytest.param("/history", id="history"),
    pytest.param("/docs/checks/workload_spec", id="a check explained"),
    pytest.param("/docs/runbooks/DriftAlertsSilenced", id="a runbook"),
]


@pytest.mark.parametrize("path", PATHS)
async def test_it_fits_any_window_and_breaks_no_word(visit: Open, path: str) -> None:
    page = await visit(path)
    await page.evaluate(OPEN)

    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})

        assert await page.evaluate(WIDE) == [], width
        assert await page.evaluate(BROKEN) == [], width


@pytest.mark.parametrize("path", PATHS)
async def test_it_is_accessible_however_wide_and_lit(visit: Open, axe: str, path: str) -> None:
    page = await visit(path)
    await page.evaluate(OPEN)

    for width, scheme in product((WIDTHS[0], WIDTHS[-1]), ("light", "dark")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

        assert await violations(page, axe) == [], (width, scheme)


@pytest.mark.parametrize("path", PATHS)
async def test_the_keyboard_reaches_the_text_and_shows_where_it_is(visit: Open, path: str) -> None:
    page = await visit(path)

    await page.keyboard.press("Tab")
    first = await focused(page)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")

    assert first == "skip"
    assert page.url.endswith("#main")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert await page.evaluate("!!document.activeElement.closest('main, footer')")
