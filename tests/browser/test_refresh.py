"""The page follows the cluster by itself, and leaves alone what somebody reads and does."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.apiserver.scenarios import run
from tests.browser.conftest import Open
from tests.browser.demo import Demo

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

SOON = 30_000
"""Milliseconds in which a change has to be seen; the page asks every five seconds."""
NEWS = re.compile(r"1 critical, (new for|\d new)")
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"


async def at_once(_: float) -> None:
    """Pause not at all."""


async def top_of(page: Page, selector: str) -> float:
    top: float = await page.evaluate(
        "(one) => document.querySelector(one).getBoundingClientRect().top", selector
    )
    return top


async def test_a_change_shows_without_moving_what_is_read(visit: Open, shown: Demo) -> None:
    page = await visit(reduced_motion="reduce")
    accepted = page.locator(".cause.acc details")
    await accepted.locator("summary").click()
    await page.locator(".fold summary").click()
    await page.locator("#q").fill("half a wo")
    await page.locator("#blind").evaluate("(one) => one.scrollIntoView()")
    before = await top_of(page, "#blind")

    await run("taint-removed", shown.api, at_once)

    await expect(page.locator("h1")).to_contain_text("11 warnings", timeout=SOON)
    assert abs(await top_of(page, "#blind") - before) < 2
    await expect(accepted).to_have_attribute("open", "")
    await expect(page.locator("#q")).to_have_value("half a wo")
    await expect(page.locator("#q")).to_be_focused()


async def test_a_lost_node_stands_first_by_name_and_open(visit: Open, shown: Demo) -> None:
    page = await visit()

    await run("node-loss", shown.api, at_once)

    await expect(page.locator("h1")).to_contain_text(NEWS, timeout=SOON)
    await expect(page.locator("h1")).to_contain_text("is not in the cluster")
    first = page.locator(".cause").first
    await expect(first.locator(".tag.newt")).to_have_text("new")
    await expect(first.locator("details")).to_have_attribute("open", "")
    await expect(page.locator("#icon")).to_have_attribute("href", "icon-fail.svg")


async def test_what_somebody_folded_stays_folded(visit: Open, shown: Demo) -> None:
    page = await visit()
    first = page.locator(".cause").first.locator("details")
    await first.locator("summary").click()

    await run("out-of-sync", shown.api, at_once)

    await expect(page.locator("aside")).to_contain_text("is OutOfSync", timeout=SOON)
    await expect(first).not_to_have_attribute("open", "")


async def test_a_lost_node_is_found_where_one_filters_for_it(visit: Open) -> None:
    page = await visit("/?check=node_present&verdict=fail")

    await expect(page.locator(".cause.fail")).to_have_count(1)
    await expect(page.locator(".cause.fail")).to_contain_text("node_present")


async def test_the_name_of_a_node_is_never_run(visit: Open, shown: Demo) -> None:
    page = await visit("/?check=node_unexpected")
    node = shown.api.objects("nodes")[0]
    node["metadata"] = {"name": EVIL, "labels": {EVIL: EVIL}}

    shown.api.put(node)

    await expect(page.locator(".cause")).to_contain_text(EVIL, timeout=SOON)
    await expect(page.locator("img")).to_have_count(0)
    shown.api.delete("nodes", EVIL)


async def test_an_exporter_that_is_gone_is_noticed(browser: Browser, shown: Demo) -> None:
    async with await browser.new_context() as context:
        page = await context.new_page()
        await page.goto(shown.url)
        await expect(page.locator("#live")).to_be_hidden()

        shown.exporter.terminate()

        await expect(page.locator("#live")).to_contain_text("does not answer", timeout=SOON)
        line = await page.evaluate(
            "getComputedStyle(document.querySelector('h1')).textDecorationLine"
        )
        assert line == "line-through"
        assert await page.locator(".cause").count() > 0
