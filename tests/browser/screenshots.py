"""Pictures of the status page for the documentation: `make screenshots`."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from exporter.foreign.command import find_tool
from tests.browser.demo import demo
from tests.browser.driver import driven

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
    advice = "make screenshots fetches it"
    chromium, node = (find_tool(one, advice=advice) for one in ("chromium", "playwright-node"))
    with tempfile.TemporaryDirectory() as folder:
        async with demo(Path(folder)) as shown, driven(chromium=chromium, node=node) as browser:
            for name, window in PICTURES.items():
                page = await browser.new_page(**window)
                await page.goto(shown.url)
                await expect(page.locator("#age")).not_to_be_empty()
                await page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
