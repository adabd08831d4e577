"""The page follows the cluster by itself, and leaves alone what somebody reads and does."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.apiserver.scenarios import run
from tests.browser.conftest import Open
from tests.browser.demo import Demo

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOON = 30_000
"""Milliseconds in which a change has to be seen; the page asks every five seconds."""
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"


async def at_once(_: float) -> None:
    """Pause not at all."""


async def top_of(page: Page, selector: str) -> float:
    top: float = await page.evaluate(
        "(one) => document.querySelector(one).getBoundingClientRect().top", selector
    )
    return top


async def test_a_change_shows_without_moving_what_is_read(visit: Open, shown: Demo) -> None:
    page = await visit()
    unfolded = await page.locator("details.waived").last.get_attribute("data-key")
    waived = page.locator(f'details.waived[data-key="{unfolded}"]')
    await waived.locator("summary").click()
    await page.locator("#q").fill("half a wo")
    await page.locator("#workloads").scroll_into_view_if_needed()
    before = await top_of(page, "#workloads")

    await run("taint-removed", shown.api, at_once)

    await expect(page.locator("h1")).to_contain_text("11 findings fail", timeout=SOON)
    assert abs(await top_of(page, "#workloads") - before) < 2
    await expect(waived).to_have_attribute("open", "")
    await expect(page.locator("#q")).to_have_value("half a wo")
    await expect(page.locator("#q")).to_be_focused()


async def test_what_somebody_folded_stays_folded(visit: Open, shown: Demo) -> None:
    page = await visit()
    failing = page.locator("details.fail").first
    await failing.locator("summary").click()

    await run("out-of-sync", shown.api, at_once)

    await expect(page.locator("h1")).to_contain_text("10 findings fail", timeout=SOON)
    folded = page.locator("details.fail:not([open])")
    await expect(folded).to_have_count(1)


async def test_a_lost_node_is_found_where_one_filters_for_it(visit: Open, shown: Demo) -> None:
    page = await visit("/?check=node_present")
    await expect(page.locator("#found")).to_contain_text("Nothing is left")

    await run("node-loss", shown.api, at_once)

    finding = page.locator("details.finding.fail")
    await expect(finding).to_have_count(1, timeout=SOON)
    await expect(finding).to_contain_text("node_present")


async def test_the_name_of_a_node_is_never_run(visit: Open, shown: Demo) -> None:
    page = await visit("/?check=node_unexpected")
    node = shown.api.objects("nodes")[0]
    node["metadata"] = {"name": EVIL, "labels": {EVIL: EVIL}}

    shown.api.put(node)

    await expect(page.locator("details.finding")).to_contain_text(EVIL, timeout=SOON)
    await expect(page.locator("img")).to_have_count(0)
    shown.api.delete("nodes", EVIL)


async def test_an_exporter_that_is_gone_is_noticed(browser: Browser, shown: Demo) -> None:
    async with await browser.new_context() as context:
        page = await context.new_page()
        await page.goto(shown.url)
        await expect(page.locator("#live")).to_be_hidden()

        shown.exporter.terminate()

        await expect(page.locator("#live")).to_contain_text("has not answered", timeout=SOON)
        line = await page.evaluate(
            "getComputedStyle(document.querySelector('h1')).textDecorationLine"
        )
        assert line == "line-through"
        assert await page.locator("details.finding").count() > 0
