"""Wiring of reporting."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from leanset.pipelines.reporting.nodes import (
    collect_costs,
    collect_runs,
    compare_with_published,
    conclude,
    draw_curves,
    summarise_runs,
)


def create_pipeline(
    variants: Sequence[str], artifacts: Sequence[str], has_published: bool
) -> Pipeline:
    """Collect the runs of ``variants`` and the costs of ``artifacts``, and report them."""
    nodes = [
        Node(collect_runs, [f"runs_{name}" for name in variants], "runs", name="collect_runs"),
        Node(
            collect_costs,
            {"runs": "runs", **{name: name for name in artifacts}},
            "costs",
            name="collect_costs",
        ),
        Node(summarise_runs, "runs", ["summary", "summary_csv"], name="summarise_runs"),
        Node(
            draw_curves,
            "runs",
            ["accuracy_figure", "accuracy_page", "time_figure", "time_page"],
            name="draw_curves",
        ),
        Node(conclude, ["runs", "summary"], None, name="conclude"),
    ]
    if has_published:
        nodes.append(
            Node(
                compare_with_published,
                ["runs", "params:published"],
                ["published_comparison", "published_claims", "published_page"],
                name="compare_with_published",
            )
        )
    return Pipeline(nodes, tags="reporting")
