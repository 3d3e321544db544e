"""A page in headless Chromium, and all that the browser said and asked for meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.optional import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESK, PHONE = (1280, 900), (390, 844)

# without the latter, Chromium asks its makers for news
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; the test is skipped where it or playwright is missing."""
    found = shutil.which("chromium")
    require(found is not None, "Chromium")
    require(find_spec("playwright") is not None, "playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=_QUIET)
        yield opened
        opened.close()


class Opened:
    """A page that was opened, and all that the browser said and asked for meanwhile."""

    def __init__(self, browser: Browser, file: Path, size: tuple[int, int], scheme: Any) -> None:
        self.page: Page = browser.new_page(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        self.said: list[str] = []
        self.asked_for: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked_for.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector(".figure svg.main-svg")

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()

    def traces(self, variant: str) -> list[bool]:
        """Whether each trace of a variant is drawn, in all figures."""
        drawn: list[bool] = self.page.evaluate(
            """variant => [...document.querySelectorAll(".figure")].flatMap(figure =>
                figure.data.filter(trace => trace.meta?.variant === variant)
                    .map(trace => trace.visible !== false))""",
            variant,
        )
        return drawn

    def width(self) -> int:
        width: int = self.page.evaluate("document.scrollingElement.scrollWidth")
        return width

    def colours(self) -> tuple[str, str]:
        """Of the paper, and of the first axis' numbers."""
        paper, numbers = self.page.evaluate(
            """() => [getComputedStyle(document.body).backgroundColor,
                getComputedStyle(document.querySelector(".figure .xtick text")).fill]"""
        )
        return paper, numbers
