"""Nodes of a variant."""

from __future__ import annotations

import logging
from functools import partial

from leanset.config import SweepSettings, VariantSettings
from leanset.ledger import (
    accuracy,
    evaluation_table,
    history_table,
    jobs,
    ledger_table,
    missing_classes,
    runs_to_keep,
    subset_row,
)
from leanset.pipelines.stored import clustering_of, hash_of, images_of
from leanset.progress import RunFinished, announce
from leanset.seeds import selection_seed
from leanset.store import Built, Entry, Key, Store
from leanset.subsets import draw_subset
from leanset.sweep import cells_of
from leanset.tables import Table, rows_of
from leanset.training import Recipe, RunResult, TrainingSettings, train_runs

logger = logging.getLogger(__name__)


def select(
    image_set: list[Entry],
    plan: Table,
    variant: VariantSettings,
    sweep: SweepSettings,
    *,
    name: str,
    **clusterings: list[Entry],
) -> Table:
    """Choose the samples of every run of the variant."""
    import pandas as pd

    images = images_of(image_set)
    rows = []
    for cell in cells_of(plan):
        for run in range(cell.runs if cell.variant == name else 0):
            replicate = {
                clustering: clustering_of(clusterings[f"clustering_{clustering}"][run])
                for clustering in cell.clusterings
            }
            subset = draw_subset(
                variant.selector,
                cell.kept,
                images.train.labels,
                replicate,
                selection_seed(sweep.seed, run),
                images.classes,
            )
            rows.append(subset_row(cell, run, subset, hash_of(image_set)))
    subsets = pd.DataFrame(rows)
    for warning in missing_classes(subsets, images.class_names):
        logger.warning(warning)
    return subsets


def train(
    image_set: list[Entry],
    subsets: Table,
    recipe: Recipe,
    training: TrainingSettings,
    sweep: SweepSettings,
) -> list[RunResult]:
    """Train a network on each subset, and have it classify the test split."""
    images = images_of(image_set)
    todo = jobs(subsets, recipe, sweep.seed, keep_state=training.keep_models != "none")
    row_of = dict(zip([job.key for job in todo], rows_of(subsets), strict=True))
    results = []
    for result in train_runs(images, todo, training):
        row = row_of[result.key]
        results.append(result)
        announce(
            RunFinished(
                variant=str(row["variant"]),
                budget=str(row["budget"]),
                run=int(row["run"]),
                kept=int(row["kept"]),
                samples_seen=result.samples_seen,
                seconds_train=result.seconds_train,
                concurrency=result.concurrency,
                accuracy=(
                    None if result.failure else accuracy(result.predicted, images.test.labels)
                ),
                failure=result.failure,
            )
        )
    return results


def evaluate(
    image_set: list[Entry],
    subsets: Table,
    results: list[RunResult],
    recipe: Recipe,
    sweep: SweepSettings,
) -> tuple[Table, Table, Table]:
    """Judge what each network said of the test split: ledger rows, correctness bits, history."""
    images = images_of(image_set)
    return (
        ledger_table(subsets, results, images, recipe, sweep.seed),
        evaluation_table(results, images),
        history_table(results),
    )


def keep_models(
    runs: Table, results: list[RunResult], store: Store, training: TrainingSettings
) -> list[Entry]:
    """Store the weights of the runs that ``training.keep_models`` asks for."""
    wanted = runs_to_keep(runs, training.keep_models)
    return [
        store.get_or_build(Key.of("model", run=result.key), partial(Built, result.state, {}))
        for result in results
        if result.key in wanted and result.state is not None
    ]
