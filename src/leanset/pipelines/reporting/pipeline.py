"""Wiring of reporting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kedro.pipeline import Node, Pipeline

from leanset.config import Arm
from leanset.pipelines.binding import bound
from leanset.pipelines.reporting.comparing import compare_with_last, write_changes
from leanset.pipelines.reporting.judging import find_least_data, judge_cells, state_findings
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
from leanset.pipelines.reporting.page import write_report
from leanset.pipelines.reporting.provenance import note_provenance


@dataclass(frozen=True)
class Reported:
    """What there is to report on: variants, names of datasets, and what else was asked for.

    Attributes:
        arms: the variants.
        choices: the datasets of the choices that variants left to the validation split.
        matched: the variants whose subsets were held against the gradient of all samples.
        difficulty: the score that says which samples are hard, if there is one.
        difficulty_log: the dataset of the log that it is read from, if it is.
    """

    arms: Sequence[Arm]
    choices: Sequence[str] = ()
    matched: Sequence[str] = ()
    artifacts: Sequence[str] = ()
    scores: Sequence[str] = ()
    difficulty: str | None = None
    difficulty_log: str | None = None
    has_noise: bool = False
    has_hypotheses: bool = False
    has_published: bool = False

    @property
    def variants(self) -> list[str]:
        """The names of the variants."""
        return [arm.name for arm in self.arms]


def create_pipeline(reported: Reported) -> Pipeline:
    """Collect runs and costs, and report them, in a namespace: one box, and one Airflow task."""
    nodes = [
        *_ledger(reported),
        *_findings(reported),
        *_provenance(),
        *(_gradient_matches(reported.matched) if reported.matched else []),
        *(_scores(reported.scores) if reported.scores else []),
        *(_hypotheses() if reported.has_hypotheses else []),
        *(_detectors(reported.scores) if reported.has_noise and reported.scores else []),
        _report(reported),
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
        Node(
            summarise_runs,
            ["runs", "params:report"],
            ["summary", "summary_csv"],
            name="summarise_runs",
        ),
        Node(
            draw_curves,
            "runs",
            ["accuracy_figure", "accuracy_page", "time_figure", "time_page"],
            name="draw_curves",
        ),
    ]


def _findings(reported: Reported) -> list[Node]:
    evaluations = {f"evaluations_{name}": f"evaluations_{name}" for name in reported.variants}
    judged = {"runs": "runs", "image_set": "image_set", "report": "params:report"}
    return [
        Node(judge_cells, {**judged, **evaluations}, "comparisons", name="judge_cells"),
        Node(
            find_least_data,
            ["runs", "params:report"],
            ["data_needed", "areas"],
            name="find_least_data",
        ),
        Node(
            bound(state_findings, arms=reported.arms),
            {
                **judged,
                "comparisons": "comparisons",
                "data_needed": "data_needed",
                "sweep": "params:sweep",
                **evaluations,
            },
            "findings",
            name="state_findings",
        ),
    ]


def _provenance() -> list[Node]:
    held = {"runs": "runs", "provenance": "provenance", "earlier": "earlier"}
    return [
        Node(
            note_provenance,
            {"runs": "runs", "image_set": "image_set", "parameters": "parameters"},
            "provenance",
            name="note_provenance",
        ),
        Node(compare_with_last, held, "changes", name="compare_with_last"),
        Node(write_changes, held, "changes_page", name="write_changes"),
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


def _report(reported: Reported) -> Node:
    tables = ("runs", "summary", "comparisons", "data_needed", "areas", "costs", "findings")
    inputs = {name: name for name in (*tables, "provenance", "changes", "image_set")}
    inputs |= {name: name for name in _shown(reported)}
    inputs |= {"report": "params:report", "sweep": "params:sweep"}
    write = bound(write_report, arms=reported.arms, difficulty=reported.difficulty)
    return Node(write, inputs, "report", name="write_report")


def _shown(reported: Reported) -> Iterator[str]:
    """What the report shows of samples, and what else there is to show."""
    yield from (f"subsets_{name}" for name in reported.variants)
    yield from (name for name in reported.artifacts if name.startswith("clustering_"))
    if reported.difficulty is not None:
        yield f"score_{reported.difficulty}"
    if reported.difficulty_log is not None:
        yield reported.difficulty_log
    if reported.scores:
        yield from ("scores", "agreement")
    if reported.has_noise:
        yield "label_noise"
        if reported.scores:
            yield "detectors"
    if reported.has_hypotheses:
        yield "verdicts"


def _conclude(reported: Reported) -> Node:
    # it may end the sweep with an error, and by then the report must have been written
    read = ("runs", "summary", "comparisons", "findings", "report")
    inputs = {name: name for name in read}
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
