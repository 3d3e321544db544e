"""The site that ``make site`` builds: kedro-viz of a sweep, readable, and silent on the machine."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from tests.end_to_end.project import REPOSITORY, Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

VARIANTS = {"full", "random", "stratified_random", "rs2", "closest_k50", "furthest_k500"}
FLOW = ["raw", "images", "embeddings", "clusterings", "subsets", "runs", "ledger", "report"]


def start(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """Begin to build the site, as ``make site`` does, or ``make viz`` with ``--open``."""
    return subprocess.Popen(
        [sys.executable, REPOSITORY / "docs/static_site.py", *arguments],
        cwd=project.folder,
        # the command that is to open a page does nothing
        env=os.environ | {"KEDRO_ENV": "tiny", "BROWSER": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def site(swept: Project) -> Iterator[Path]:
    """The site of a swept project, in which kedro-viz has noted a run that failed."""
    notes = swept.folder / ".viz"
    notes.mkdir()
    error = {"message": f"{swept.raw}: there is no such folder", "traceback": "..."}
    failed = {"event": "on_pipeline_error", "error": error}
    (notes / "kedro_pipeline_events.json").write_text(json.dumps([failed]))
    (notes / "stats.json").write_text(json.dumps({"summary": {"rows": 1, "columns": 1}}))
    built = start(swept)
    said, _ = built.communicate(timeout=100)
    shutil.rmtree(notes)
    assert said.endswith("written: build/site\n"), said
    yield swept.folder / "build/site"
    shutil.rmtree(swept.folder / "build/site")


def api(site: Path, page: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((site / "api" / page).read_text())
    return content


def nodes_named(site: Path, name: str) -> list[dict[str, Any]]:
    """What kedro-viz tells of the nodes of that name."""
    found = [node["id"] for node in api(site, "main")["nodes"] if node["name"] == name]
    return [api(site, f"nodes/{node}") for node in found]


def told_of(site: Path, name: str) -> dict[str, Any]:
    (node,) = nodes_named(site, name)
    return node


def texts_of(site: Path) -> Iterator[tuple[Path, str]]:
    """Every file of the site that was written for it; kedro-viz's own program knows no machine."""
    for file in (path for path in site.rglob("*") if path.is_file() and path.suffix != ".ico"):
        if "assets" not in file.relative_to(site).parts:
            yield file, file.read_text()


def test_no_file_names_a_folder_of_this_machine(site: Path, swept: Project) -> None:
    folders = [str(swept.folder), str(REPOSITORY), sys.prefix]
    for file, text in texts_of(site):
        assert not [folder for folder in folders if folder in text], file


def test_files_and_code_are_told_by_their_place_in_the_project(site: Path) -> None:
    assert told_of(site, "summary")["filepath"] == "tiny/summary.parquet"
    assert told_of(site, "collect_runs")["filepath"] == ("src/leanset/pipelines/reporting/nodes.py")


def test_nothing_is_told_of_earlier_runs(site: Path) -> None:
    assert api(site, "run-status") == {"nodes": {}, "datasets": {}, "pipeline": {}}
    assert told_of(site, "summary")["stats"] is None


@pytest.mark.parametrize("table", ["summary", "summary_csv", "runs", "costs", "plan"])
def test_tables_have_a_preview_with_rows(site: Path, table: str) -> None:
    told = told_of(site, table)
    assert told["preview_type"] == "TablePreview"
    assert {len(row) for row in told["preview"]["data"]} == {len(told["preview"]["columns"])}


@pytest.mark.parametrize("figure", ["accuracy_figure", "time_figure"])
def test_figures_have_a_preview_with_a_curve_for_each_variant(site: Path, figure: str) -> None:
    told = told_of(site, figure)
    assert told["preview_type"] == "PlotlyPreview"
    assert {trace["name"] for trace in told["preview"]["data"]} == VARIANTS


def test_every_node_shows_its_code_with_what_it_is_for(site: Path) -> None:
    tasks = [node for node in api(site, "main")["nodes"] if node["type"] == "task"]
    for task in tasks:
        told = api(site, f"nodes/{task['id']}")
        assert '"""' in told["code"], task["name"]
        assert told["filepath"].startswith("src/leanset/pipelines/"), task["name"]
    assert all(told["code"].startswith("def select(") for told in nodes_named(site, "select"))


def test_layers_are_in_the_order_of_the_flow(site: Path) -> None:
    assert api(site, "main")["layers"] == FLOW


def test_every_dataset_has_a_layer(site: Path) -> None:
    nodes = api(site, "main")["nodes"]
    assert not [n["name"] for n in nodes if n["type"] == "data" and not n["layer"]]


def test_beside_each_variant_stand_its_runs_and_the_rest_is_inside(site: Path) -> None:
    graph = api(site, "main")
    names = {node["id"]: node["name"] for node in graph["nodes"]}
    for variant in VARIANTS:
        box = graph["modular_pipelines"][variant]
        assert [names[dataset] for dataset in box["outputs"]] == [f"runs_{variant}"]
        inside = {names[child["id"]] for child in box["children"]}
        assert {f"subsets_{variant}", f"evaluations_{variant}", f"models_{variant}"} <= inside


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, str]]:
    """A project with images elsewhere and two reports, in which nothing else was ever saved.

    Its site is open, at the address that is told.
    """
    project = Project.create(tmp_path_factory.mktemp("without") / "project")
    report = {"type": "leanset.io.text.TextDataset", "versioned": True}
    report["filepath"] = str(project.root / "report.html")
    project.write("tiny/catalog/report.yml", {"report": report})
    for version, text in (("2026-01-01T00.00.00.000Z", "old"), ("2026-01-02T00.00.00.000Z", "new")):
        file = project.root / f"report.html/{version}/report.html"
        file.parent.mkdir(parents=True)
        file.write_text(f"<p>{text}: {project.raw}/labels in {project.folder}-other.")
    project.write("tiny/globals.yml", {"raw": "/mnt/images/of_ours", "root": str(project.root)})
    with start(project, "--open") as opening:
        assert opening.stdout is not None
        told = next(line for line in opening.stdout if line.startswith("open at http:"))
        yield project, told.split()[2]
        opening.send_signal(signal.SIGINT)
        rest, _ = opening.communicate(timeout=20)
    assert (rest.strip(), opening.returncode) == ("", 0)


def test_it_is_open_until_interrupted(opened: tuple[Project, str]) -> None:
    with urlopen(opened[1]) as answer:  # noqa: S310
        assert b"<title>Kedro-Viz</title>" in answer.read()


def test_what_was_never_saved_has_no_preview(opened: tuple[Project, str]) -> None:
    assert told_of(opened[0].folder / "build/site", "summary")["preview"] is None


def test_files_that_lie_elsewhere_are_told_by_name(opened: tuple[Project, str]) -> None:
    assert told_of(opened[0].folder / "build/site", "raw_folder")["filepath"] == "of_ours"


def test_the_newest_report_is_beside_it_without_our_folders(opened: tuple[Project, str]) -> None:
    project, address = opened
    with urlopen(f"{address}report.html") as answer:  # noqa: S310
        assert answer.read().decode() == f"<p>new: raw/labels in {project.folder}-other."


class Served(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def page(site: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The site in Chromium, served from a folder below the root; ``said`` and ``asked`` of it."""
    root = tmp_path_factory.mktemp("server")
    (root / "of/ours").mkdir(parents=True)
    (root / "of/ours/site").symlink_to(site)
    handler = functools.partial(Served, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        opened: Any = browser.new_page(viewport={"width": 1440, "height": 900})
        opened.said, opened.asked = [], []
        opened.on("console", lambda told: opened.said.append((told.type, told.text)))
        opened.on("pageerror", lambda error: opened.said.append(("error", str(error))))
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.goto(f"http://127.0.0.1:{server.server_port}/of/ours/site/")
        opened.wait_for_selector(".pipeline-node")
        # it moves its nodes to their places
        opened.wait_for_timeout(2000)
        yield opened
        opened.close()
        server.shutdown()
        thread.join()


def test_it_opens_without_an_error_and_asks_nobody_else(page: Any) -> None:
    assert not [text for kind, text in page.said if kind in {"error", "warning"}]
    asked = [url.removeprefix("blob:") for url in page.asked]
    assert not [url for url in asked if not url.startswith("http://127.0.0.1:")]


def test_the_sweep_is_one_screen_with_its_variants_closed(page: Any, screenshots: Path) -> None:
    page.screenshot(path=screenshots / "kedro_viz.png")
    shown = page.locator(".pipeline-node")
    names = shown.evaluate_all("nodes => nodes.map(node => node.dataset.nodeFullname)")
    looked_at = {"report", "findings", "data_needed", "accuracy_figure"}
    assert {"ingestion", "reporting", *VARIANTS, *looked_at} <= set(names)
    assert not {"store", "earlier"} & set(names)
    assert not [name for name in names if name.startswith(("subsets_", "evaluations_"))]
    boxes = [node.bounding_box() for node in shown.all()]
    chart = page.locator(".pipeline-flowchart").bounding_box()
    assert all(
        chart["x"] < box["x"]
        and box["x"] + box["width"] < chart["x"] + chart["width"]
        and chart["y"] < box["y"]
        and box["y"] + box["height"] < chart["y"] + chart["height"]
        for box in boxes
    )


def test_its_labels_can_be_read(page: Any) -> None:
    # 16 units at the scale of the chart; with kedro-viz's own spaces they would be 6 pixels
    scale = page.locator(".pipeline-node").first.evaluate("node => node.getScreenCTM().a")
    assert scale * 16 > 8.5


def test_layers_are_named_from_the_top_down(page: Any) -> None:
    names = page.locator(".pipeline-layer-name")
    placed = sorted((name.bounding_box()["y"], name.text_content()) for name in names.all())
    shown = [name for _, name in placed]
    assert shown == [layer for layer in FLOW if layer in shown]
    assert {"raw", "images", "embeddings", "clusterings", "runs", "report"} <= set(shown)


def test_a_table_is_shown_where_its_dataset_is_chosen(page: Any) -> None:
    page.locator('.pipeline-node[data-node-fullname="summary_csv"]').click()
    table = page.locator(".pipeline-metadata .preview-table")
    table.wait_for()
    assert "stratified_random" in table.text_content()
    page.keyboard.press("Escape")
