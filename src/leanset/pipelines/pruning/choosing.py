"""The node that chooses between the alternatives of a rule."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from leanset.choices import Trial, best, trials_table
from leanset.config import SweepSettings, VariantSettings
from leanset.errors import LeansetError
from leanset.ledger import accuracy, job_of, subset_row
from leanset.pipelines.materials import sources_of_runs
from leanset.pipelines.pruning.drawing import Drawing
from leanset.pipelines.stored import hash_of, images_of
from leanset.provenance import total
from leanset.records import RunRecords, results_of
from leanset.seeds import choice_seed, selection_seed
from leanset.store import Entry, Store
from leanset.sweep import Cell, cells_of
from leanset.tables import Table
from leanset.training import Job, Recipe, RunResult, TrainingSettings
from leanset.words import percent

logger = logging.getLogger(__name__)


def choose(
    image_set: list[Entry],
    plan: Table,
    variant: VariantSettings,
    recipe: Recipe,
    training: TrainingSettings,
    sweep: SweepSettings,
    store: Store,
    *,
    name: str,
    **artifacts: list[Entry],
) -> Table:
    """Train each alternative of the rule once at each budget, and compare on the validation split.

    The subsets are those of the first run; the test split is not looked at.
    """
    images = images_of(image_set).judged_on_validation()
    cells, needs = cells_of(plan), variant.selector.needs()
    (source,) = sources_of_runs(images.train.labels, needs, artifacts, cells, 1, sweep.memory_limit)
    seed = selection_seed(sweep.seed, 0)
    asked: list[tuple[Cell, str, Drawing, Job]] = []
    for cell in (cell for cell in cells if cell.variant == name):
        for alternative, selector in variant.selector.alternatives().items():
            drawing = Drawing(selector, cell.kept, seed, source, hash_of(image_set))
            subset = drawing.subset(store, images.classes)
            row = subset_row(cell, 0, subset, hash_of(image_set), total(source.works), source.wrong)
            job = job_of(row, recipe, choice_seed(sweep.seed), keep_state=False)
            asked.append((cell, alternative, drawing, job))
    jobs = {job.key: job for *_, job in asked}
    results = {
        result.key: _finished(result, name)
        for result, _ in results_of(list(jobs.values()), images, RunRecords(store), training)
    }
    trials = _trials(asked, results, images.test.labels)
    for chosen in best(trials):
        measured = ", ".join(
            f"{trial.alternative} {percent(trial.accuracy)}"
            for trial in trials
            if trial.budget == chosen.budget
        )
        logger.info(
            "%s at %s: %s is used; on the validation split %s.",
            name, chosen.budget, chosen.alternative, measured,
        )  # fmt: skip
    return trials_table(trials)


def _trials(
    asked: Sequence[tuple[Cell, str, Drawing, Job]],
    results: Mapping[str, RunResult],
    labels: NDArray[np.int64],
) -> list[Trial]:
    # alternatives that keep the same samples are one training, and share what it took
    trained_for = Counter(job.key for *_, job in asked)
    return [
        Trial(
            variant=cell.variant,
            budget=cell.budget,
            kept=cell.kept,
            alternative=alternative,
            selection=drawing.key.digest,
            run_key=job.key,
            accuracy=accuracy(results[job.key].predicted, labels),
            validation_samples=len(labels),
            seconds=results[job.key].seconds_train / trained_for[job.key],
            device=results[job.key].device,
        )
        for cell, alternative, drawing, job in asked
    ]


def _finished(result: RunResult, name: str) -> RunResult:
    if result.failure:
        raise LeansetError(
            f"a training that the choice depends on failed ({result.failure}).",
            where=f"variant {name}",
            remedy="Mend the cause, or name the end to keep instead of auto.",
        )
    return result
