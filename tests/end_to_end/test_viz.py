"""What kedro-viz shows, read from the data of a built site."""

import json
from typing import Any

import pytest

from tests.end_to_end.project import Project

VARIANTS = {"full", "random", "stratified_random", "rs2", "closest_k50", "furthest_k500"}


@pytest.fixture(scope="module")
def site(swept: Project) -> Project:
    """The swept project with its site built."""
    built = swept.kedro("viz", "build", "--include-previews")
    assert built.returncode == 0, built.stderr
    return swept


def api(site: Project, page: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((site.folder / "build/api" / page).read_text())
    return content


def preview_of(site: Project, dataset: str) -> Any:
    (node,) = (node for node in api(site, "main")["nodes"] if node["name"] == dataset)
    return api(site, f"nodes/{node['id']}")["preview"]


def test_each_active_variant_is_one_box(site: Project) -> None:
    boxes = set(api(site, "main")["modular_pipelines"])
    assert boxes == {"__root__", "ingestion", "reporting", *VARIANTS}


def test_the_nodes_of_a_variant_are_inside_its_box(site: Project) -> None:
    for variant in VARIANTS:
        inside = {
            node["name"]
            for node in api(site, "main")["nodes"]
            if node["type"] == "task" and variant in (node["modular_pipelines"] or ())
        }
        assert inside == {"select", "train", "evaluate", "keep_models"}


def test_layers_run_from_raw_data_to_the_report(site: Project) -> None:
    graph = api(site, "main")
    # kedro-viz lists the layers of all pipelines, and those of others in any place
    used = {node.get("layer") for node in graph["nodes"]}
    assert [layer for layer in graph["layers"] if layer in used] == [
        "raw", "images", "embeddings", "clusterings", "subsets", "runs", "ledger", "report",
    ]  # fmt: skip


@pytest.mark.parametrize("table", ["summary", "runs", "costs", "plan"])
def test_tables_have_a_preview_with_rows(site: Project, table: str) -> None:
    preview = preview_of(site, table)
    assert preview["data"]
    assert len(preview["data"][0]) == len(preview["columns"])


@pytest.mark.parametrize("figure", ["accuracy_figure", "time_figure"])
def test_figures_have_a_preview_with_a_curve_for_each_variant(site: Project, figure: str) -> None:
    assert {trace["name"] for trace in preview_of(site, figure)["data"]} == VARIANTS


def test_the_boxes_follow_the_environment(project: Project) -> None:
    project.write(
        "tiny/parameters/variants/mine.yml",
        {"mine": {"description": "Of this environment", "selector": {"method": "random"}}},
    )
    project.write("tiny/parameters/sweep.yml", {"sweep": {"variants": ["mine", "random"]}})
    built = project.kedro("viz", "build")
    assert built.returncode == 0, built.stderr
    boxes = set(api(project, "main")["modular_pipelines"])
    assert boxes == {"__root__", "ingestion", "reporting", "mine", "random"}
