"""axe-core finds nothing in the page, whatever it shows and however it is lit."""

from typing import Any, Literal

import pytest
from playwright.async_api import Page, Route, expect

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict
from exporter.domain.published import Asked
from exporter.report.status import PageContext, page
from tests.browser.conftest import Open
from tests.report.evaluations import WAIVER, blind, charts, evaluation, finding
from tests.report.status.boards import board

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

Scheme = Literal["light", "dark"]


async def violations(shown: Page, axe: str) -> list[tuple[str, list[str]]]:
    """Return what axe-core objects to, each with the elements."""
    await shown.evaluate(axe)
    result: dict[str, Any] = await shown.evaluate("axe.run({resultTypes: ['violations']})")
    assert len(result["passes"]) > 20
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in result["violations"]]


async def put(shown: Page, outcome: Evaluation, asked: Asked | None = None) -> None:
    """Show another evaluation than that of the demo."""
    answer = page(board(outcome), asked or Asked(), context=PageContext())

    async def other(route: Route) -> None:
        await route.fulfill(body=answer.body, content_type=answer.content_type)

    await shown.route("**/?other", other)
    await shown.goto(f"{shown.url}?other")


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        pytest.param("/", "light", id="everything, light"),
        pytest.param("/", "dark", id="everything, dark"),
        pytest.param("/?verdict=pass", "light", id="what conforms"),
        pytest.param("/?by=subject", "dark", id="by subject"),
        pytest.param("/?lang=ko", "light", id="Korean"),
        pytest.param("/?q=nothing-of-that-name", "dark", id="nothing found"),
    ],
)
async def test_the_demo_is_accessible(visit: Open, axe: str, path: str, scheme: Scheme) -> None:
    shown = await visit(path, color_scheme=scheme)
    await shown.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")

    assert await violations(shown, axe) == []


async def test_a_phone_s_page_is_accessible(visit: Open, axe: str) -> None:
    shown = await visit(viewport={"width": 390, "height": 844})

    assert await violations(shown, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_empty_and_stale_page_is_accessible(visit: Open, axe: str, scheme: Scheme) -> None:
    shown = await visit(color_scheme=scheme)

    await put(shown, evaluation(waivers=()), Asked(stale=True))

    await expect(shown.locator(".verdict")).to_contain_text("Stale:")
    assert await violations(shown, axe) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_first_day_with_much_that_is_not_compared_is_accessible(
    visit: Open, axe: str, scheme: Scheme, width: int
) -> None:
    address = "https://a-registry-with-a-long-name.example.org/and/a/long/path/"
    items = charts(11, *[f"allow {address}"] * 40, *["allow another one"] * 20)
    found = (finding("n1", Verdict.PASS), *blind(items[:31]), *blind(items[31:], waiver=WAIVER.id))
    shown = await visit(color_scheme=scheme, viewport={"width": width, "height": 900})

    await put(shown, evaluation(*found, items=items, coverage=0.155))
    await shown.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")

    assert await shown.locator("#blind .bar").count() == 1
    assert await shown.evaluate("document.documentElement.scrollWidth") <= width
    assert await violations(shown, axe) == []
