"""Nodes of a variant."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from leanset.choices import choices_of
from leanset.config import SweepSettings, VariantSettings
from leanset.errors import LeansetError
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
from leanset.pipelines.failures import lines_of
from leanset.pipelines.materials import Source, sources_of_runs
from leanset.pipelines.pruning.drawing import drawings_of, rules_of
from leanset.pipelines.stored import hash_of, images_of
from leanset.progress import RunFinished, announce
from leanset.provenance import total
from leanset.records import RunRecords, results_of
from leanset.selectors import Selector
from leanset.store import Entry, Store
from leanset.sweep import Cell, cells_of
from leanset.tables import Table, rows_of
from leanset.training import Recipe, RunResult, TrainingSettings

logger = logging.getLogger(__name__)


def select(
    image_set: list[Entry],
    plan: Table,
    variant: VariantSettings,
    sweep: SweepSettings,
    store: Store,
    choices: Table | None = None,
    *,
    name: str,
    **artifacts: list[Entry],
) -> Table:
    """Select the samples of every run of the variant, or take them from the store."""
    import pandas as pd

    images = images_of(image_set)
    chosen = {} if choices is None else choices_of(choices)
    cells = cells_of(plan)
    rules = rules_of([cell for cell in cells if cell.variant == name], variant, chosen)
    sources = sources_of_runs(
        images.train.labels,
        variant.selector.needs(),
        artifacts,
        cells,
        max(cell.runs for cell in rules),
        sweep.memory_limit,
    )
    drawings = drawings_of(rules, sources, sweep.seed, hash_of(image_set))
    unknown = {
        cell: rules[cell]
        for cell, drawn in drawings.items()
        if not all(drawing.is_known(store) for drawing in drawn)
    }
    expected = _forewarn(unknown, sources[0]) if unknown else {}
    rows = []
    for cell, drawn in drawings.items():
        for run, drawing in enumerate(drawn):
            subset, source = drawing.subset(store, images.classes), drawing.source
            work, choice = total(source.works), chosen.get(cell.budget)
            row = subset_row(cell, run, subset, hash_of(image_set), work, source.wrong, choice)
            rows.append(row | {"selection": drawing.key.digest})
        if cell in expected and expected[cell].is_worth_telling:
            took = [row["seconds_select"] for row in rows[-cell.runs :]]
            logger.info(expected[cell].outcome(took))
    subsets = pd.DataFrame(rows)
    for warning in missing_classes(subsets, images.class_names):
        logger.warning(warning)
    return subsets


def _forewarn(rules: Mapping[Cell, Selector], source: Source) -> dict[Cell, Estimate]:
    """Say what the selections will take and what to know of them; refuse what takes too much."""
    materials = source.materials
    expected = estimates(rules, materials)
    for estimate in expected.values():
        logger.info(estimate.sentence)
    for estimate in expected.values():
        estimate.check(materials.memory)
    for remark in remarks(rules, materials):
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

    Raises:
        LeansetError: runs failed, and ``sweep.on_failure`` is ``raise``; all were attempted.
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
    if sweep.on_failure == "raise":
        _require_success(results, row_of)
    return results


def _require_success(results: Sequence[RunResult], row_of: Mapping[str, Mapping[str, Any]]) -> None:
    reasons = {result.key: result.failure for result in results if result.failure}
    failed = [(row, reasons[key]) for key, row in row_of.items() if key in reasons]
    if failed:
        count = f"{len(failed)} of {len(results)} runs failed, so nothing of it is saved."
        raise LeansetError(
            f"{count}\n{lines_of(failed)}",
            where=f"variant {failed[0][0]['variant']}",
            remedy="Mend the cause and run it again, or clear its task: the others are recorded, "
            "and only these are trained.",
        )


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
