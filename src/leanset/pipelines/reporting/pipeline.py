"""Wiring of reporting."""

from collections.abc import Sequence
from dataclasses import dataclass

from kedro.pipeline import Node, Pipeline

from leanset.pipelines.reporting.nodes import (
    collect_costs,
    collect_gradient_matches,
    collect_runs,
    compare_scores,
    compare_with_published,
    conclude,
    describe_scores,
    draw_curves,
    judge_detectors,
    judge_hypotheses,
    summarise_runs,
)


@dataclass(frozen=True)
class Reported:
    """What there is to report on: names of variants and datasets, and what else was asked for.

    Attributes:
        choices: the datasets of the choices that variants left to the validation split.
        matched: the variants whose subsets were held against the gradient of all samples.
    """

    variants: Sequence[str]
    choices: Sequence[str] = ()
    matched: Sequence[str] = ()
    artifacts: Sequence[str] = ()
    scores: Sequence[str] = ()
    has_noise: bool = False
    has_hypotheses: bool = False
    has_published: bool = False


def create_pipeline(reported: Reported) -> Pipeline:
    """Collect runs and costs, and report them, in a namespace: one box, and one Airflow task."""
    nodes = [
        *_ledger(reported),
        *(_gradient_matches(reported.matched) if reported.matched else []),
        *(_scores(reported.scores) if reported.scores else []),
        *(_hypotheses() if reported.has_hypotheses else []),
        *(_detectors(reported.scores) if reported.has_noise and reported.scores else []),
        _conclude(reported),
        *(_published() if reported.has_published else []),
    ]
    return Pipeline(
        nodes, namespace="reporting", prefix_datasets_with_namespace=False, tags="reporting"
    )


def _ledger(reported: Reported) -> list[Node]:
    made = [*reported.artifacts, *reported.choices]
    return [
        Node(
            collect_runs,
            [f"runs_{name}" for name in reported.variants],
            "runs",
            name="collect_runs",
        ),
        Node(
            collect_costs,
            {"runs": "runs", **{name: name for name in made}},
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
    ]


def _gradient_matches(variants: Sequence[str]) -> list[Node]:
    inputs = [f"gradient_match_{name}" for name in variants]
    return [
        Node(collect_gradient_matches, inputs, "gradient_match", name="collect_gradient_matches")
    ]


def _scores(scores: Sequence[str]) -> list[Node]:
    by_name = {score: score for score in scores}
    return [
        Node(describe_scores, by_name, "scores", name="describe_scores"),
        Node(
            compare_scores,
            {"plan": "plan", "sweep": "params:sweep", **by_name},
            ["agreement", "agreement_figure", "agreement_page"],
            name="compare_scores",
        ),
    ]


def _detectors(scores: Sequence[str]) -> list[Node]:
    inputs = {"label_noise": "label_noise", **{score: score for score in scores}}
    return [Node(judge_detectors, inputs, "detectors", name="judge_detectors")]


def _hypotheses() -> list[Node]:
    inputs = {"runs": "runs", "hypotheses": "params:hypotheses"}
    return [Node(judge_hypotheses, inputs, "verdicts", name="judge_hypotheses")]


def _conclude(reported: Reported) -> Node:
    inputs = {"runs": "runs", "summary": "summary"}
    if reported.matched:
        inputs["matches"] = "gradient_match"
    if reported.has_noise and reported.scores:
        inputs["detectors"] = "detectors"
    if reported.has_hypotheses:
        inputs["verdicts"] = "verdicts"
    return Node(conclude, inputs, None, name="conclude")


def _published() -> list[Node]:
    return [
        Node(
            compare_with_published,
            ["runs", "params:published"],
            ["published_comparison", "published_claims", "published_page"],
            name="compare_with_published",
        )
    ]
