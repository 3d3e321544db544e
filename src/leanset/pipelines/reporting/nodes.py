"""Nodes of reporting."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from leanset.errors import LeansetError
from leanset.replication import Published
from leanset.store import Entry
from leanset.tables import Table, rows_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

logger = logging.getLogger(__name__)


def collect_runs(*runs: Table) -> Table:
    """Join the runs of all variants into the ledger."""
    import pandas as pd

    return pd.concat(runs, ignore_index=True)


def collect_costs(runs: Table, **artifacts: list[Entry]) -> Table:
    """Say what each stage took, artifact by artifact and run by run."""
    from leanset.costs import costs_of_artifacts, costs_of_runs, costs_table

    return costs_table([*costs_of_artifacts(artifacts.items()), *costs_of_runs(runs)])


def summarise_runs(runs: Table) -> tuple[Table, Table]:
    """Median and spread of every cell, once for machines and once for spreadsheets."""
    from leanset.summary import summarise

    summary = summarise(runs)
    return summary, summary


def draw_curves(runs: Table) -> tuple[Any, Any, Any, Any]:
    """Draw accuracy and time against samples kept, each as data and as a page."""
    from leanset.figures.curves import accuracy_against_kept, time_against_kept

    accuracy: go.Figure = accuracy_against_kept(runs)
    time: go.Figure = time_against_kept(runs)
    return accuracy, accuracy, time, time


def compare_with_published(runs: Table, published: Published) -> tuple[Table, Table, str]:
    """Put the published results beside ours and judge each published claim."""
    from leanset.replication import compare, judge_claims, markdown

    comparison, claims = compare(runs, published), judge_claims(runs, published)
    return comparison, claims, markdown(comparison, claims, published.source, published.differences)


def conclude(runs: Table, summary: Table) -> None:
    """Print the summary; then, if runs failed, end the sweep with an error that lists them."""
    from leanset.terminal import print_summary

    print_summary(summary)
    failed = [
        f"  {row['variant']} at {row['budget']}, run {row['run']}: {row['reason']}"
        for row in rows_of(runs[runs["status"] == "failed"])
    ]
    if failed:
        count = f"{len(failed)} of {len(runs)} runs failed; the others are reported."
        raise LeansetError("\n".join([count, *failed]))
