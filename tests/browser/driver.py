"""Chromium, driven by Playwright."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright


@asynccontextmanager
async def driven(*, chromium: str, node: str) -> AsyncIterator[Browser]:
    """Run the browser *chromium* and the driver's *node*, each with libraries of its own."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = node  # Playwright learns of it in no other way
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        yield browser
        await browser.close()
