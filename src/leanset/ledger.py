"""The ledger: one row per run. Every figure and every sentence is computed from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from leanset.choices import Choice
from leanset.images import ImageSet
from leanset.provenance import Work
from leanset.seeds import training_seed
from leanset.store import Key
from leanset.subsets import Subset, effective_samples, subset_hash, weights_of
from leanset.sweep import Cell
from leanset.tables import rows_of
from leanset.training import Fresh, Job, Order, Recipe, RunResult, Shuffled, Weighted
from leanset.training.engine import ENGINE_VERSION

if TYPE_CHECKING:
    import pandas as pd


def subset_row(
    cell: Cell,
    run: int,
    subset: Subset,
    image_set_hash: str,
    behind: Work,
    wrong: NDArray[np.bool_] | None,
    choice: Choice | None = None,
) -> dict[str, Any]:
    """One row of the table of subsets.

    Args:
        cell: the cell it is of.
        run: the run it is for.
        subset: what was selected.
        image_set_hash: what it was selected from.
        behind: the work of making all that the selection was made from.
        wrong: ``bool [N]``, which labels were made wrong on purpose, if that was done.
        choice: what was decided on the validation split, if the rule left something to decide.
    """
    return {
        "variant": cell.variant,
        "recipe": cell.recipe,
        "budget": cell.budget,
        "requested": cell.kept,
        "kept": subset.kept,
        "selected": len(subset.indices),
        "run": run,
        "selection_seed": subset.selection_seed,
        "image_set_hash": image_set_hash,
        "subset_hash": subset.hash,
        "seconds_select": subset.seconds,
        "chosen": choice.alternative if choice else None,
        "seconds_artifacts": behind.seconds + (choice.seconds if choice else 0.0),
        "proxy_epochs": behind.proxy_epochs,
        "wrong_labels": None if wrong is None else int(wrong[subset.indices].sum()),
        "class_histogram": subset.class_histogram,
        "indices": subset.indices,
        "weights": subset.weights,
        "weight_total": subset.total,
        "weighting": subset.weighting,
    }


def missing_classes(subsets: pd.DataFrame, class_names: Sequence[str]) -> Iterator[str]:
    """For each cell with a subset that lacks a class: how many do, and which classes."""
    for (variant, budget), cell in subsets.groupby(["variant", "budget"], sort=False):
        absent = np.stack(cell["class_histogram"].to_list()) == 0
        if absent.any():
            names = ", ".join(np.array(class_names)[absent.any(axis=0)])
            yield (
                f"{variant} at {budget}: {int(absent.any(axis=1).sum())} of {len(cell)} subsets "
                f"have no sample of some class (missing somewhere: {names})."
            )


def run_key(row: Mapping[str, Any], recipe: Recipe, seed: int) -> str:
    """A digest of all that determines a run: images, subset, recipe, training seed, engine."""
    return Key.of(
        "run",
        image_set=row["image_set_hash"],
        subset=row["subset_hash"],
        recipe=recipe.model_dump(),
        training_seed=seed,
        engine=ENGINE_VERSION,
    ).digest


def jobs(subsets: pd.DataFrame, recipe: Recipe, sweep_seed: int, keep_state: bool) -> list[Job]:
    """The training of every row of a table of subsets.

    Raises:
        ValueError: a row's indices or weights are not those its hash was made of.
    """
    return [
        job_of(row, recipe, training_seed(sweep_seed, int(row["run"])), keep_state)
        for row in rows_of(subsets)
    ]


def job_of(row: Mapping[str, Any], recipe: Recipe, seed: int, keep_state: bool) -> Job:
    """The training of one row of a table of subsets, from one training seed.

    Raises:
        ValueError: the row's indices or weights are not those its hash was made of.
    """
    indices = np.asarray(row["indices"], dtype=np.int64)
    kept, weights = int(row["kept"]), weights_of(row)
    # a missing word of a column with none is not the same kind of nothing in every table
    weighting = None if weights is None else row["weighting"]
    if subset_hash(indices, kept, weights, weighting) != row["subset_hash"]:
        raise ValueError(f"subset {row['subset_hash']} does not match its indices and weights")
    order: Order = Shuffled() if kept == len(indices) else Fresh(kept)
    if weights is not None and weighting == "sampler":
        order = Weighted(weights, kept)
    return Job(
        run_key(row, recipe, seed),
        indices,
        recipe,
        seed,
        order,
        loss_weights=weights if weighting == "loss" else None,
        keep_state=keep_state,
    )


def ledger_table(
    subsets: pd.DataFrame,
    results: Sequence[RunResult],
    images: ImageSet,
    recipe: Recipe,
    sweep_seed: int,
) -> pd.DataFrame:
    """The ledger rows of one variant, in the order of its subsets."""
    import pandas as pd

    by_key = {result.key: result for result in results}
    rows = []
    for row in rows_of(subsets):
        seed = training_seed(sweep_seed, int(row["run"]))
        result = by_key[run_key(row, recipe, seed)]
        rows.append(_what_was_asked(row, recipe, seed) | _what_came(result, images))
    return pd.DataFrame(rows)


def _what_was_asked(row: Mapping[str, Any], recipe: Recipe, seed: int) -> dict[str, Any]:
    taken = ("variant", "recipe", "budget", "requested", "kept", "selected", "run",
             "selection_seed", "image_set_hash", "subset_hash", "seconds_select",
             "seconds_artifacts", "proxy_epochs", "wrong_labels", "chosen")  # fmt: skip
    weights = weights_of(row)
    return {name: row[name] for name in taken} | {
        "weighting": None if weights is None else row["weighting"],
        "effective_samples": np.nan if weights is None else effective_samples(weights),
        "greatest_weight": np.nan if weights is None else float(weights.max()),
        "training_seed": seed,
        "epochs": recipe.epochs,
        "batch_size": recipe.batch_size,
        "least_class_count": int(np.min(row["class_histogram"])),
    }


def _what_came(result: RunResult, images: ImageSet) -> dict[str, Any]:
    recall = class_recall(result.predicted, images.test.labels, images.classes)
    return {
        "run_key": result.key,
        "status": "failed" if result.failure else "ok",
        "reason": result.failure,
        "steps": result.steps,
        "samples_seen": result.samples_seen,
        "unique_samples": result.unique_samples,
        "accuracy": accuracy(result.predicted, images.test.labels),
        "loss": result.loss,
        "worst_class_recall": float(np.nanmin(recall)) if len(result.predicted) else np.nan,
        "seconds_train": result.seconds_train,
        "seconds_evaluate": result.seconds_evaluate,
        "device": result.device,
        "threads": result.threads,
        "concurrency": result.concurrency,
    }


def accuracy(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """The share of test samples that are right, an exact count over N; NaN for a failed run."""
    if len(predicted) == 0:
        return float("nan")
    return int((predicted == labels).sum()) / len(labels)


def class_recall(
    predicted: NDArray[np.int64], labels: NDArray[np.int64], classes: int
) -> NDArray[np.float64]:
    """The share of each class that is right, ``[classes]``; NaN for a class without samples."""
    if len(predicted) == 0:
        return np.full(classes, np.nan)
    of_class = np.bincount(labels, minlength=classes)
    right = np.bincount(labels[predicted == labels], minlength=classes)
    recall = np.full(classes, np.nan)
    np.divide(right, of_class, out=recall, where=of_class > 0)
    return recall


def runs_to_keep(runs: pd.DataFrame, keep: Literal["none", "median", "all"]) -> set[str]:
    """The keys of the runs whose models are kept; of an even number, the lower median run."""
    finished = runs[runs["status"] == "ok"].sort_values(["accuracy", "run"])
    in_cell = finished.groupby(["recipe", "kept"]).cumcount()
    middle = (finished.groupby(["recipe", "kept"])["run"].transform("count") - 1) // 2
    chosen = {"none": in_cell < 0, "median": in_cell == middle, "all": in_cell >= 0}
    return set(finished.loc[chosen[keep], "run_key"])


def evaluation_table(results: Sequence[RunResult], images: ImageSet) -> pd.DataFrame:
    """Per run: which test samples were right, as bits, and the recall of each class.

    ``numpy.unpackbits(numpy.frombuffer(correct, uint8), count=N_test)`` gives the bits back.
    """
    import pandas as pd

    finished = [result for result in results if not result.failure]
    labels = images.test.labels
    return pd.DataFrame(
        {
            "run_key": [result.key for result in finished],
            "correct": [np.packbits(result.predicted == labels).tobytes() for result in finished],
            "class_recall": [
                class_recall(result.predicted, labels, images.classes) for result in finished
            ],
        }
    )


def history_table(results: Iterable[RunResult]) -> pd.DataFrame:
    """Per run and epoch: the training loss and accuracy."""
    import pandas as pd

    return pd.DataFrame(
        [
            (result.key, record.epoch, record.loss, record.accuracy)
            for result in results
            for record in result.history
        ],
        columns=["run_key", "epoch", "loss", "accuracy"],
    )
