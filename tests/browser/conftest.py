"""One browser for all tests, the demo that it opens, and pages that must behave."""

import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request

from tests.browser.demo import Demo, demo
from tests.browser.driver import driven
from tests.programs import missing, tool

ROOT = Path(__file__).parents[2]
Open = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is."""
    return tool("chromium")


@pytest.fixture(scope="session")
def node() -> str:
    """Where Playwright's node is, or what runs it with the libraries that it needs."""
    return tool("playwright-node")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    fetched = subprocess.run(
        [ROOT / "tools" / "unpack-axe"], capture_output=True, text=True, check=False
    )
    if fetched.returncode:
        missing(f"axe-core is missing: {fetched.stderr}")
    return Path(fetched.stdout.strip()).read_text()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str, node: str) -> AsyncIterator[Browser]:
    async with driven(chromium=chromium, node=node) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shown(kustomize: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    assert kustomize
    async with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, shown: Demo) -> AsyncIterator[Open]:
    """Open pages of the demo; in the end none of them may have complained or asked elsewhere."""
    complaints: list[str] = []
    async with AsyncExitStack() as stack:

        async def opened(path: str = "/", **options: Any) -> Page:
            context = await stack.enter_async_context(await browser.new_context(**options))
            page = await context.new_page()
            watch(page, complaints, home=shown.url)
            await page.goto(f"{shown.url}{path}")
            return page

        yield opened
    assert complaints == []


def watch(page: Page, complaints: list[str], *, home: str) -> None:
    """Note what a page complains of: errors, violated policies, requests to elsewhere."""

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def requested(request: Request) -> None:
        if not request.url.startswith(f"{home}/"):
            complaints.append(request.url)

    page.on("console", logged)
    page.on("request", requested)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
