"""Nodes of reporting."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.config import ReportSettings, SweepSettings
from leanset.errors import LeansetError
from leanset.pipelines.failures import lines_of
from leanset.replication import Published
from leanset.seeds import numpy_generator, reporting_seed
from leanset.store import Entry
from leanset.sweep import cells_of
from leanset.tables import Table, rows_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

logger = logging.getLogger(__name__)


def collect_runs(*runs: Table) -> Table:
    """Join the runs of all variants into the ledger."""
    import pandas as pd

    return pd.concat(runs, ignore_index=True)


def collect_gradient_matches(*matches: Table) -> Table:
    """Join what was measured of the gradients of all variants that select at proxies."""
    import pandas as pd

    return pd.concat(matches, ignore_index=True)


def collect_costs(runs: Table, **made: Any) -> Table:
    """Say what each stage took, artifact by artifact, choice by choice and run by run."""
    from leanset.costs import (
        costs_of_artifacts,
        costs_of_choices,
        costs_of_runs,
        costs_table,
    )

    choices = [table for name, table in made.items() if name.startswith("choices_")]
    artifacts = {name: made[name] for name in made if not name.startswith("choices_")}
    costs = [*costs_of_artifacts(artifacts.items()), *costs_of_choices(choices)]
    return costs_table([*costs, *costs_of_runs(runs)])


def summarise_runs(runs: Table, report: ReportSettings) -> tuple[Table, Table]:
    """Mean, median and spread of every cell, once for machines and once for spreadsheets."""
    from leanset.summary import summarise

    summary = summarise(runs, report.confidence)
    return summary, summary


def draw_curves(runs: Table) -> tuple[Any, Any, Any, Any]:
    """Draw accuracy and time against samples kept, each as data and as a page."""
    from leanset.figures.curves import accuracy_against_kept, time_against_kept

    accuracy: go.Figure = accuracy_against_kept(runs)
    time: go.Figure = time_against_kept(runs)
    return accuracy, accuracy, time, time


def compare_with_published(runs: Table, published: Published) -> tuple[Table, Table, str]:
    """Put the published results beside ours and judge each published claim."""
    from leanset.claims import judge_claims
    from leanset.replication import compare, markdown

    comparison, claims = compare(runs, published), judge_claims(runs, published.claims)
    return comparison, claims, markdown(comparison, claims, published.source, published.differences)


def describe_scores(**scores: list[Entry]) -> Table:
    """What each score of the sweep is, and what a replicate of it took."""
    from leanset.costs import score_table

    return score_table({name.removeprefix("score_"): scores[name] for name in scores})


def compare_scores(plan: Table, sweep: SweepSettings, **scores: list[Entry]) -> tuple[Any, ...]:
    """How far scores agree with each other, and each with itself between sets of proxies."""
    from leanset.agreement import agreement_table
    from leanset.figures.heat_map import agreement_heat_map

    kept = sorted({cell.kept for cell in cells_of(plan)})
    available = len(next(iter(scores.values()))[0]["values"])
    agreement = agreement_table(
        _values(scores),
        [keep for keep in kept if keep < available],
        numpy_generator(reporting_seed(sweep.seed)),
    )
    figure: go.Figure = agreement_heat_map(agreement)
    return agreement, figure, figure


def judge_detectors(label_noise: list[Entry], **scores: list[Entry]) -> Table:
    """How well each score finds the labels that were made wrong on purpose."""
    from leanset.noise import detection_table

    return detection_table(_values(scores), label_noise[0]["wrong"])


def _values(scores: Mapping[str, list[Entry]]) -> dict[str, list[NDArray[np.float32]]]:
    """The replicates of every score, by the name of the score."""
    return {
        dataset.removeprefix("score_"): [entry["values"] for entry in entries]
        for dataset, entries in scores.items()
    }


def judge_hypotheses(runs: Table, hypotheses: list[dict[str, Any]]) -> Table:
    """Say of every hypothesis whether the runs bear it out."""
    from leanset.claims import Claim, judge_claims

    return judge_claims(runs, [Claim.model_validate(block) for block in hypotheses])


def conclude(
    runs: Table,
    summary: Table,
    comparisons: Table,
    findings: Table,
    report: str,  # noqa: ARG001
    matches: Table | None = None,
    detectors: Table | None = None,
    verdicts: Table | None = None,
) -> None:
    """Print what came out; then, if runs failed, end the sweep with an error that lists them."""
    from leanset.terminal import (
        print_costs,
        print_detectors,
        print_findings,
        print_gradient_match,
        print_summary,
        print_verdicts,
    )

    print_summary(summary, comparisons)
    print_costs(summary)
    if matches is not None:
        print_gradient_match(matches, summary)
    if detectors is not None:
        print_detectors(detectors)
    if verdicts is not None:
        print_verdicts(verdicts)
    print_findings(findings)
    failed = rows_of(runs[runs["status"] == "failed"])
    if failed:
        count = f"{len(failed)} of {len(runs)} runs failed; the others are reported."
        listed = lines_of((row, row["reason"]) for row in failed)
        raise LeansetError(
            f"{count}\n{listed}",
            remedy="Their rows are in the table runs, with status failed. The same command tries "
            "them again, and no others.",
        )
