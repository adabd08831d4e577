"""What people do with the page: look, filter, search, follow; with mouse, keyboard or phone."""

import gzip
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Open
from tests.browser.demo import Demo
from tests.browser.layout import BROKEN, OPEN, WIDE

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

HIDDEN = [
    pytest.param("7 nodes carry a taint that no code declares", "domain=*:NoSchedule", id="taints"),
    pytest.param("phase is disputed", "ansible/playbooks/label-nodes.yml:19", id="phase"),
    pytest.param("domain is disputed", "terraform/main.tf:213", id="domain"),
    pytest.param("Prometheus keeps samples", "retention: 15d", id="retention"),
]


@pytest.mark.parametrize(("title", "text"), HIDDEN)
async def test_what_the_owners_missed_is_seen_at_once(visit: Open, title: str, text: str) -> None:
    page = await visit()

    cause = page.locator(".cause.warn").filter(has=page.get_by_role("heading", name=title))

    await expect(page.locator("h1")).to_contain_text("10 warnings, none critical")
    await expect(cause.locator("dl.is")).to_contain_text(text)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_findings_are_filtered(visit: Open, *, scripts: bool) -> None:
    page = await visit(java_script_enabled=scripts)

    await page.locator(".fold summary").click()
    await page.get_by_label("Result", exact=True).select_option("waived")
    await page.get_by_label("Layer", exact=True).select_option("gitops")
    await page.get_by_role("button", name="Filter").click()

    await expect(page.locator("#found")).to_contain_text("1 cause, 7 findings")
    await expect(page.locator(".cause")).to_have_count(1)
    await expect(page.get_by_label("Result", exact=True)).to_have_value("waived")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_search_finds_everything_of_that_name(visit: Open, *, scripts: bool) -> None:
    page = await visit(java_script_enabled=scripts)

    await page.locator(".fold summary").click()
    await page.get_by_label("Search", exact=True).fill("chat")
    await page.keyboard.press("Enter")

    subjects = page.get_by_role("list", name="Subjects of that name")
    await expect(subjects.get_by_role("link", name="Node k8s-api-chat")).to_have_count(1)
    await expect(subjects).not_to_contain_text("k8s-redis")


async def test_a_count_leads_to_what_was_counted(visit: Open) -> None:
    page = await visit()

    counts = page.get_by_role("list", name="Findings by verdict; each is a filter")
    await counts.get_by_role("link", name="Warnings").click()

    await expect(page.locator("#found")).to_contain_text("4 causes, 10 findings")


async def test_counts_add_up_to_all_findings(visit: Open) -> None:
    page = await visit()

    told = await page.locator(".counts li").all_inner_texts()

    numbers = {lines[1]: lines[0] for lines in (one.split("\n") for one in told)}
    total = int(next(one.split("\n")[-1] for one in told if "Conform" in one).split()[-1])
    del numbers["New in 24 h"]
    assert sum(map(int, numbers.values())) == total


async def test_provenance_leads_to_the_line(browser: Browser, shown: Demo) -> None:
    async with await browser.new_context() as context:
        page = await context.new_page()
        await page.route("https://git.example/**", lambda route: route.fulfill(body="the line"))
        await page.goto(f"{shown.url}/?q=k8s-worker-ai")

        await page.locator(".cause").get_by_role("link", name="main.tf:213").first.click()

        await expect(page.locator("body")).to_have_text("the line")
        assert re.fullmatch(
            r"https://git\.example/iac/blob/[0-9a-f]{40}/terraform/main\.tf#L213", page.url
        )


async def test_a_cause_is_told_with_what_follows_from_it(visit: Open) -> None:
    page = await visit()
    accepted = page.locator(".cause.acc")

    await accepted.locator("summary").click()

    await expect(accepted.locator("h3")).to_have_text(
        "The images of 7 Deployments cannot be pulled"
    )
    await expect(accepted.locator(".tree")).to_contain_text("7 Applications are not Healthy")
    await expect(accepted).to_contain_text("platform team")


async def test_the_language_is_that_of_the_reader_and_can_be_changed(visit: Open) -> None:
    page = await visit(locale="ko-KR")
    await expect(page.locator("h1")).to_contain_text("경고 10건")

    await page.get_by_role("link", name="English").click()

    await expect(page.locator("h1")).to_contain_text("10 warnings")
    await expect(page.locator("html")).to_have_attribute("lang", "en")


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
    assert page.url.endswith("#main")
    await expect(page.locator("#q")).to_have_value("a/b")


async def test_a_cause_opens_by_key(visit: Open) -> None:
    page = await visit()
    cause = page.locator(".cause details").first

    await cause.locator("summary").focus()
    await page.keyboard.press("Enter")

    await expect(cause).to_have_attribute("open", "")


async def test_what_has_the_focus_can_be_seen(visit: Open) -> None:
    page = await visit()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")

    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert outline == "solid"


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [390, 768, 1400, 1600])
async def test_no_width_makes_the_page_or_a_table_scroll_sideways(
    visit: Open, width: int, lang: str
) -> None:
    page = await visit(viewport={"width": width, "height": 800}, locale=lang)

    await page.evaluate(OPEN)

    assert await page.evaluate(WIDE) == []
    assert await page.evaluate(BROKEN) == []


@pytest.mark.parametrize(
    ("width", "most"), [pytest.param(1400, 420, id="screen"), pytest.param(390, 800, id="phone")]
)
async def test_the_first_cause_is_seen_without_scrolling(
    visit: Open, width: int, most: int
) -> None:
    page = await visit(viewport={"width": width, "height": 900})

    box: Any = await page.locator(".cause").first.bounding_box()

    assert box["y"] <= most


async def test_the_page_is_small(visit: Open) -> None:
    page = await visit()

    plain = await (await page.request.get(page.url, headers={"Accept": "text/html"})).body()

    assert len(plain) <= 60_000
    assert len(gzip.compress(plain, 1)) <= 15_000


async def test_a_cause_leads_to_its_subject_and_back(visit: Open) -> None:
    page = await visit()

    await page.get_by_role("link", name="Node k8s-worker-ai: domain is disputed").click()
    await expect(page.locator("h1")).to_contain_text("Node k8s-worker-ai: 1 warning")
    await page.locator(".crumbs a").click()

    await expect(page.locator("h1")).to_contain_text("10 warnings")


async def test_a_conflict_has_a_patch(visit: Open) -> None:
    page = await visit("/?q=k8s-worker-ai")

    await page.locator(".cause.warn summary").first.click()

    await expect(page.locator(".patch .p").last).to_contain_text('"ai"')


async def test_paper_shows_what_is_folded_and_no_controls(visit: Open) -> None:
    page = await visit()
    waiver = page.locator(".cause.acc table").last
    hidden = await waiver.is_visible()

    await page.emulate_media(media="print")

    assert not hidden
    await expect(waiver).to_be_visible()
    await expect(page.get_by_role("search")).to_be_hidden()
    assert (await page.pdf()).startswith(b"%PDF")
