"""Pictures of the status page for the documentation: `make screenshots`."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright, expect

from exporter.foreign.command import find_tool
from tests.browser.demo import demo

FOLDER = Path(__file__).parents[2] / "docs" / "img"
PICTURES: dict[str, dict[str, Any]] = {
    "status-light": {"viewport": {"width": 1180, "height": 900}, "color_scheme": "light"},
    "status-dark": {"viewport": {"width": 1180, "height": 900}, "color_scheme": "dark"},
    "status-phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
"""Each picture by its name, and the browser's window for it."""


async def main() -> None:
    """Write all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = find_tool("chromium", advice="make screenshots fetches it")
    with tempfile.TemporaryDirectory() as folder:
        async with demo(Path(folder)) as shown, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium)
            for name, window in PICTURES.items():
                page = await browser.new_page(**window)
                await page.goto(shown.url)
                await expect(page.locator("#age")).not_to_be_empty()
                await page.screenshot(path=FOLDER / f"{name}.png")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
