"""Nodes of a variant."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from leanset.choices import Choice, choices_of
from leanset.config import SweepSettings, VariantSettings
from leanset.estimates import Estimate, estimates, remarks
from leanset.images import ImageSet
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
from leanset.pipelines.materials import materials_of_runs
from leanset.pipelines.stored import hash_of, images_of
from leanset.progress import RunFinished, announce
from leanset.provenance import total
from leanset.records import RunRecords, results_of
from leanset.seeds import selection_seed
from leanset.selectors import Materials, Selector
from leanset.store import Entry, Store
from leanset.subsets import draw_subset
from leanset.sweep import Cell, cells_of
from leanset.tables import Table, rows_of
from leanset.training import Recipe, RunResult, TrainingSettings

logger = logging.getLogger(__name__)


def select(
    image_set: list[Entry],
    plan: Table,
    variant: VariantSettings,
    sweep: SweepSettings,
    choices: Table | None = None,
    *,
    name: str,
    **artifacts: list[Entry],
) -> Table:
    """Select the samples of every run of the variant."""
    import pandas as pd

    images = images_of(image_set)
    chosen = {} if choices is None else choices_of(choices)
    cells = cells_of(plan)
    selectors = _rules([cell for cell in cells if cell.variant == name], variant, chosen)
    selected_from = materials_of_runs(
        images.train.labels,
        variant.selector.needs(),
        artifacts,
        cells,
        max(cell.runs for cell in selectors),
        sweep.memory_limit,
    )
    expected = _forewarn(selectors, selected_from[0][0])
    rows = []
    for cell, selector in selectors.items():
        choice = chosen.get(cell.budget)
        for run, (materials, works) in enumerate(selected_from[: cell.runs]):
            seed = selection_seed(sweep.seed, run)
            subset = draw_subset(selector, cell.kept, materials, seed, images.classes)
            rows.append(
                subset_row(
                    cell, run, subset, hash_of(image_set), total(works), materials.wrong, choice
                )
            )
        if cell in expected and expected[cell].is_worth_telling:
            took = [row["seconds_select"] for row in rows[-cell.runs :]]
            logger.info(expected[cell].outcome(took))
    subsets = pd.DataFrame(rows)
    for warning in missing_classes(subsets, images.class_names):
        logger.warning(warning)
    return subsets


def _rules(
    cells: Sequence[Cell], variant: VariantSettings, chosen: Mapping[str, Choice]
) -> dict[Cell, Selector]:
    """The rule of each cell: the variant's, or the alternative that was chosen at its budget."""
    return {
        cell: variant.selector.alternatives()[chosen[cell.budget].alternative]
        if cell.budget in chosen
        else variant.selector
        for cell in cells
    }


def _forewarn(selectors: Mapping[Cell, Selector], materials: Materials) -> dict[Cell, Estimate]:
    """Say what the selections will take and what to know of them; refuse what takes too much."""
    expected = estimates(selectors, materials)
    for estimate in expected.values():
        logger.info(estimate.sentence)
    for estimate in expected.values():
        estimate.check(materials.memory)
    for remark in remarks(selectors, materials):
        logger.warning(remark)
    return expected


def train(
    image_set: list[Entry],
    subsets: Table,
    recipe: Recipe,
    training: TrainingSettings,
    sweep: SweepSettings,
    store: Store,
) -> list[RunResult]:
    """Train a network on each subset, and have it classify the test split.

    A run that was finished before, by whichever sweep, is taken from its record.
    """
    images = images_of(image_set)
    wanted = jobs(subsets, recipe, sweep.seed, keep_state=training.keep_models != "none")
    row_of = dict(zip([job.key for job in wanted], rows_of(subsets), strict=True))
    results: list[RunResult] = []
    try:
        for result, from_record in results_of(wanted, images, RunRecords(store), training):
            results.append(result)
            announce(_event(result, row_of[result.key], images, from_record=from_record))
    except KeyboardInterrupt:
        logger.warning(
            "interrupted: %s of %s runs of this variant are done and kept; the same command "
            "goes on from there.", len(results), len(wanted),
        )  # fmt: skip
        raise
    return results


def _event(
    result: RunResult, row: Mapping[str, Any], images: ImageSet, *, from_record: bool
) -> RunFinished:
    return RunFinished(
        variant=str(row["variant"]),
        budget=str(row["budget"]),
        run=int(row["run"]),
        kept=int(row["kept"]),
        samples_seen=result.samples_seen,
        seconds_train=result.seconds_train,
        concurrency=result.concurrency,
        accuracy=None if result.failure else accuracy(result.predicted, images.test.labels),
        failure=result.failure,
        from_record=from_record,
    )


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


def keep_models(runs: Table, store: Store, training: TrainingSettings) -> list[Entry]:
    """Point to the weights of the runs that ``training.keep_models`` asks for."""
    records = RunRecords(store)
    return [records.model(key) for key in sorted(runs_to_keep(runs, training.keep_models))]
