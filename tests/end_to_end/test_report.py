"""The report in a browser: drawn whole, silent, closed to the outside, and within reach of keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leanset.report import report_page
from tests.end_to_end.browser import DESK, PHONE, Opened
from tests.findings.examples import around, cell
from tests.report.made_up import RUNS, content, runs_of, whole

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_page(whole()), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Opened]:
    desk = Opened(browser, report, DESK, "light")
    yield desk
    desk.page.close()


def test_the_browser_has_nothing_to_say_and_asks_for_nothing_else(
    opened: Opened, report: Path
) -> None:
    opened.page.mouse.wheel(0, 20_000)
    opened.page.wait_for_timeout(200)
    assert opened.said == []
    assert [url for url in opened.asked_for if not url.startswith("data:")] == [report.as_uri()]


def test_every_figure_is_drawn(opened: Opened) -> None:
    figures = opened.count(".figure")
    # accuracy, a panel for each of three sizes, time, and the heat map of scores
    assert figures == 6
    assert opened.count(".figure > .plot-container") == figures
    for place in range(figures):
        figure = opened.page.locator(".figure").nth(place)
        assert figure.locator("svg.main-svg").count()
        assert figure.locator(".scatterlayer .trace, .heatmaplayer .hm").count()


def test_the_hero_says_the_finding(opened: Opened) -> None:
    said = content().findings
    (recommended,) = said.loc[said["kind"] == "recommendation", "text"]
    assert opened.page.locator("h1").text_content() == recommended
    assert opened.page.locator("h1").is_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_keys_reach_the_buttons_of_variants_and_hide_their_traces(opened: Opened, key: str) -> None:
    for _ in range(80):
        opened.page.keyboard.press("Tab")
        if opened.page.evaluate("document.activeElement.dataset.toggle") == "furthest":
            break
    assert opened.page.evaluate("document.activeElement.matches(':focus-visible')")
    # a curve in two figures and a point in each of three panels
    assert opened.traces("furthest") == [True] * 5
    opened.page.keyboard.press(key)
    assert opened.traces("furthest") == [False] * 5
    assert set(opened.traces("random")) == {True}
    pressed = opened.page.locator('[data-toggle="furthest"]').get_attribute("aria-pressed")
    assert pressed == "false"
    assert not opened.page.locator('.target:not([hidden]) [data-variant="furthest"]').is_visible()
    opened.page.keyboard.press(key)
    assert opened.traces("furthest") == [True] * 5


def test_the_first_tab_leads_to_the_skip_link(opened: Opened) -> None:
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "Skip to the verdict"


def test_presets_switch_all_variants_together(opened: Opened) -> None:
    opened.page.click('[data-preset="none"]')
    assert not any(opened.traces("random") + opened.traces("full"))
    opened.page.click('[data-preset="all"]')
    assert all(opened.traces("random") + opened.traces("full"))


def test_the_head_of_a_column_sorts_up_then_down(opened: Opened) -> None:
    kept = opened.page.locator("#cells tbody td:nth-child(2)")
    head = opened.page.locator("#cells thead th:nth-child(2)")

    def sizes() -> list[int]:
        return [int(re.sub(r"\D", "", text.split("\n")[0])) for text in kept.all_inner_texts()]

    head.locator("button").focus()
    opened.page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert sizes() == sorted(sizes())
    opened.page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert sizes() == sorted(sizes(), reverse=True)
    assert sizes()[0] == 10_000


def test_a_target_is_shown_at_a_time(opened: Opened) -> None:
    target = opened.page.locator(".target:visible h3")
    assert target.all_inner_texts() == ["within 0.5 points of full"]
    opened.page.get_by_role("button", name="95 %").click()
    assert target.all_inner_texts() == ["95 %"]


def test_light_and_dark_are_told_apart_and_the_button_changes_them(
    browser: Browser, report: Path, screenshots: Path
) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        desk = Opened(browser, report, DESK, scheme)
        colours[scheme] = desk.colours()
        desk.page.screenshot(path=screenshots / f"report_{scheme}.png", full_page=True)
        desk.page.click(".theme")
        other = desk.colours()
        assert other != colours[scheme]
        desk.page.click(".theme")
        assert desk.colours() == colours[scheme]
        desk.page.close()
    assert colours["light"][0] != colours["dark"][0]
    assert colours["light"][1] != colours["dark"][1]


@pytest.mark.parametrize("name", ["whole", "one run", "many variants"])
def test_a_phone_shows_the_page_without_scrolling_sideways(
    browser: Browser, tmp_path: Path, screenshots: Path, name: str
) -> None:
    many = [cell(f"a_rule_with_a_long_name_{n}", 100, around(0.8 + n / 1000)) for n in range(30)]
    made = {
        "whole": whole,
        "one run": lambda: content(RUNS[RUNS["run"] == 0].reset_index(drop=True)),
        "many variants": lambda: content(
            runs_of(cell("full", 1000, around(0.9)), cell("random", 100, around(0.8)), *many)
        ),
    }
    file = tmp_path / "report.html"
    file.write_text(report_page(made[name]()), encoding="utf-8")
    phone = Opened(browser, file, PHONE, "light")
    assert phone.width() <= PHONE[0]
    phone.page.screenshot(path=screenshots / f"report_phone_{name.replace(' ', '_')}.png")
    assert phone.said == []
    phone.page.close()


def test_paper_is_light_and_holds_whole_figures(
    browser: Browser, report: Path, screenshots: Path
) -> None:
    dark = Opened(browser, report, (688, 1000), "dark")
    dark.page.emulate_media(media="print", color_scheme="dark")
    dark.page.wait_for_timeout(200)
    assert dark.colours()[0] == "rgb(255, 255, 255)"
    assert not dark.page.locator(".toggle").first.is_visible()
    assert dark.width() <= 688
    assert dark.page.locator(".target:visible").count() == dark.count(".target")
    dark.page.screenshot(path=screenshots / "report_print.png", full_page=True)
    dark.page.emulate_media(media="screen")
    paper = dark.page.pdf(path=screenshots / "report.pdf", format="A4")
    assert paper.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) > 1
    dark.page.close()


def test_words_of_data_are_not_run(browser: Browser, tmp_path: Path) -> None:
    evil = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
    recipes = RUNS.assign(recipe=[evil if kept == 100 else "lenet5" for kept in RUNS["kept"]])
    made = content(recipes, title=evil)
    file = tmp_path / "report.html"
    file.write_text(report_page(made), encoding="utf-8")
    desk = Opened(browser, file, DESK, "light")
    assert desk.page.title().startswith("<img src=x")
    assert desk.page.locator(".subject b").text_content() == evil
    assert desk.count("img") == 0
    assert [url for url in desk.asked_for if not url.startswith("data:")] == [file.as_uri()]
    desk.page.close()
