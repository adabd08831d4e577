"""What people do with the page: look, filter, search, follow; with mouse, keyboard or phone."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Open
from tests.browser.demo import Demo

pytestmark = pytest.mark.asyncio(loop_scope="session")

HIDDEN = [
    pytest.param("node_taints", "k8s-api-scan", "domain=scan:NoSchedule", id="taint by hand"),
    pytest.param("declaration_conflict", "argocd/ecoeco-api-scan", "labels.phase", id="phase"),
    pytest.param("declaration_conflict", "k8s-worker-ai", "scan,chat", id="domain"),
    pytest.param("prometheus_retention", "prometheus", "15d", id="retention"),
]


@pytest.mark.parametrize(("check", "subject", "text"), HIDDEN)
async def test_what_the_owners_missed_is_seen_at_once(
    visit: Open, check: str, subject: str, text: str
) -> None:
    page = await visit()

    finding = page.locator("details.finding.fail").filter(has_text=check).filter(has_text=subject)

    await expect(page.locator("h1")).to_contain_text("10 findings fail")
    await expect(finding.get_by_role("table")).to_contain_text(text)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_findings_are_filtered(visit: Open, *, scripts: bool) -> None:
    page = await visit(java_script_enabled=scripts)

    await page.get_by_label("Verdict", exact=True).select_option("waived")
    await page.get_by_label("Layer", exact=True).select_option("gitops")
    await page.get_by_role("button", name="Show").click()

    await expect(page.locator("#found")).to_contain_text("7 findings")
    await expect(page.locator("details.finding")).to_have_count(7)
    await expect(page.get_by_label("Verdict", exact=True)).to_have_value("waived")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_search_goes_through_all_tables(visit: Open, *, scripts: bool) -> None:
    page = await visit(java_script_enabled=scripts)

    await page.get_by_label("Search everything").fill("chat")
    await page.keyboard.press("Enter")

    await expect(page.locator("#found")).to_contain_text("of what was asked for")
    nodes = page.get_by_role("region", name="Table: Nodes").get_by_role("row")
    await expect(nodes.filter(has_text="k8s-api-chat")).to_have_count(1)
    await expect(nodes.filter(has_text="k8s-redis")).to_have_count(0)


async def test_a_count_leads_to_what_was_counted(visit: Open) -> None:
    page = await visit()

    row = page.get_by_role("region", name="Table: Layers").get_by_role("row")
    await row.filter(has_text="configuration").get_by_role("link", name="9").click()

    await expect(page.locator("details.finding")).to_have_count(9)


async def test_provenance_leads_to_the_line(browser: Browser, shown: Demo) -> None:
    async with await browser.new_context() as context:
        page = await context.new_page()
        await page.route("https://git.example/**", lambda route: route.fulfill(body="the line"))
        await page.goto(f"{shown.url}/?q=k8s-worker-ai")

        await page.locator("details.fail").get_by_role("link", name="main.tf:213").click()

        await expect(page.locator("body")).to_have_text("the line")
        assert re.fullmatch(
            r"https://git\.example/iac/blob/[0-9a-f]{40}/terraform/main\.tf#L213", page.url
        )


async def test_a_cause_chain_goes_down_to_the_missing_image(visit: Open) -> None:
    page = await visit("/?check=application_healthy&q=auth")

    await page.locator("details.finding summary").click()

    steps = page.locator(".chain li")
    await expect(steps).to_have_count(2)
    await expect(steps.nth(0)).to_contain_text("workload_ready")
    await expect(steps.nth(1)).to_contain_text("ImagePullBackOff")
    await expect(page.locator(".waiver")).to_contain_text("platform team until 2029-12-31")


async def focused(page: Page) -> str:
    element: str = await page.evaluate(
        "document.activeElement.id || document.activeElement.className"
    )
    return element


async def test_the_keyboard_is_enough(visit: Open) -> None:
    page = await visit()

    await page.keyboard.press("Tab")
    first = await focused(page)
    await page.keyboard.press("Enter")
    await page.keyboard.press("/")
    search = await focused(page)
    await page.keyboard.type("a/b")

    assert (first, search) == ("skip", "q")
    assert page.url.endswith("#findings")
    await expect(page.locator("#q")).to_have_value("a/b")


async def test_a_finding_opens_by_key(visit: Open) -> None:
    page = await visit("/?verdict=waived")
    finding = page.locator("details.finding").first

    await finding.locator("summary").focus()
    await page.keyboard.press("Enter")

    await expect(finding).to_have_attribute("open", "")


async def test_what_has_the_focus_can_be_seen(visit: Open) -> None:
    page = await visit()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")

    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert outline == "solid"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
async def test_no_width_makes_the_page_scroll_sideways(visit: Open, width: int) -> None:
    page = await visit(viewport={"width": width, "height": 800})

    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")

    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


async def test_a_phone_shows_tables_without_scrolling_them(visit: Open) -> None:
    page = await visit(viewport={"width": 390, "height": 844})

    cut = await page.evaluate(
        "[...document.querySelectorAll('.scroll')]"
        ".filter((one) => one.scrollWidth > one.clientWidth)"
        ".map((one) => one.getAttribute('aria-label'))"
    )

    assert cut == []


async def test_paper_shows_what_is_folded_and_no_controls(visit: Open) -> None:
    page = await visit("/?verdict=waived&check=workload_ready&q=auth")
    waiver = page.locator(".waiver")
    hidden = await waiver.is_visible()

    await page.emulate_media(media="print")

    assert not hidden
    await expect(waiver).to_be_visible()
    await expect(page.get_by_role("search")).to_be_hidden()
    assert (await page.pdf()).startswith(b"%PDF")
