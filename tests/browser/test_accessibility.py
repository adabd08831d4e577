"""axe-core finds nothing in the page, whatever it shows and however it is lit."""

from typing import Any, Literal

import pytest
from playwright.async_api import Page, Route

from exporter.domain.published import Asked
from exporter.report.overview import overview
from exporter.report.status import Surroundings, page
from tests.browser.conftest import Open
from tests.report.evaluations import evaluation

pytestmark = pytest.mark.asyncio(loop_scope="session")

Scheme = Literal["light", "dark"]


async def violations(shown: Page, axe: str) -> list[tuple[str, list[str]]]:
    """Return what axe-core objects to, each with the elements."""
    await shown.evaluate(axe)
    result: dict[str, Any] = await shown.evaluate("axe.run({resultTypes: ['violations']})")
    assert len(result["passes"]) > 20
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in result["violations"]]


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        pytest.param("/", "light", id="everything, light"),
        pytest.param("/", "dark", id="everything, dark"),
        pytest.param("/?verdict=pass", "light", id="in pages"),
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
    outcome = evaluation(waivers=())
    answer = page(outcome, Asked(stale=True), shown=overview(outcome), around=Surroundings())
    shown = await visit(color_scheme=scheme)

    async def old(route: Route) -> None:
        await route.fulfill(body=answer.body, content_type=answer.content_type)

    await shown.route("**/?old", old)
    await shown.goto(f"{shown.url}?old")

    assert await shown.locator("header.stale").count() == 1
    assert await violations(shown, axe) == []
