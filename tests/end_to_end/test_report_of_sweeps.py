"""The report that a real sweep leaves: with little, with much, and with runs that failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click import ClickException

from tests.end_to_end.browser import DESK, Opened
from tests.end_to_end.copies import copy_of
from tests.end_to_end.project import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EVIL = "<script>alert(1)</script>"


def place_of(project: Project) -> Path:
    """The newest report."""
    return max((project.root / "report.html").glob("*/report.html"))


def opened(browser: Browser, project: Project) -> Opened:
    return Opened(browser, place_of(project), DESK, "light")


def words(page: Opened, selector: str = "body") -> str:
    return " ".join(page.page.locator(selector).first.inner_text().split())


def settings(project: Project, **sweep: Any) -> None:
    project.write("tiny/parameters/sweep.yml", {"sweep": {"budgets": [100], "runs": 2, **sweep}})


def test_a_sweep_ends_with_its_report_whose_verdict_is_that_of_its_findings(
    swept: Project, browser: Browser
) -> None:
    findings = swept.load("findings")
    page = opened(browser, swept)
    (recommended,) = findings.loc[findings["kind"] == "recommendation", "text"]
    assert recommended.replace(":", "") in words(page).replace(":", "")
    for text in findings["text"]:
        assert text in words(page)
    assert page.said == []
    assert [url for url in page.asked_for if not url.startswith("data:")] == [
        place_of(swept).as_uri()
    ]
    # a card for each variant with its pictures, and no score to look at samples by
    assert page.count(".card") >= 6
    assert page.page.locator(".card img").count() > 24
    assert "sweep.scores" in words(page)
    page.page.close()


def test_the_place_of_the_report_is_the_last_line(swept: Project, tmp_path: Path) -> None:
    again = copy_of(swept, tmp_path / "again")
    ended = again.kedro("run", "--params=report.gallery=0")
    assert ended.returncode == 0, ended.stderr
    last = ended.stdout.strip().splitlines()[-1]
    assert last == f"The report: {place_of(again).relative_to(again.folder)}"


def test_scores_bring_suspects_with_probabilities_and_how_far_they_agree(
    project: Project, browser: Browser
) -> None:
    settings(project, variants=["full", "random"], scores=["aum", "el2n"])
    project.write("tiny/parameters/dataset_noise.yml", {
        "dataset": {"noise": {"kind": "symmetric", "rate": 0.1}}
    })  # fmt: skip
    project.run()
    page = opened(browser, project)
    said = words(page)
    assert page.said == []
    for part in ("Suspected of a wrong label", "Hardest kept", "Hardest dropped", "truly "):
        assert part in said
    assert page.count(".heatmaplayer .hm") == 1
    page.page.close()


def test_the_report_of_one_run_of_one_cell_says_what_is_missing_and_shows_names_as_they_are(
    project: Project, browser: Browser
) -> None:
    settings(project, variants=["random"], runs=1)
    names = [EVIL, *"123456789"]
    project.write("tiny/parameters/names.yml", {"dataset": {"class_names": names}})
    project.write("tiny/parameters/variants/random.yml", {
        "random": {"description": EVIL, "budgets": [100]}
    })  # fmt: skip
    project.run()
    page = opened(browser, project)
    said = words(page)
    assert page.said == []
    assert EVIL in said
    for missing in ("has no full arm", "a single finished run", "a single budget"):
        assert missing in said
    assert "Nothing is recommended" in said
    page.page.close()


def test_a_sweep_with_failed_runs_has_a_report_all_the_same(
    project: Project, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(project, variants=["full", "random"])
    project.write("tiny/parameters/exploding.yml", {
        "recipes": {"exploding": {"model": "lenet5", "epochs": 1, "batch_size": 64,
                                  "optimizer": {"name": "sgd", "learning_rate": 1e30}}}
    })  # fmt: skip
    project.write("tiny/parameters/variants/full.yml", {"full": {"recipe": "exploding"}})
    with pytest.raises(ClickException, match="2 of 6 runs failed"):
        project.run()
    assert f"The report: {place_of(project)}" in capsys.readouterr().out.replace("\n", "")
    page = opened(browser, project)
    said = words(page)
    assert page.said == []
    assert "2 runs of 6 failed" in said
    assert "No run of full finished" in said
    page.page.close()
