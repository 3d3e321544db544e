"""From the ledger to one row per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

CELL = ["variant", "recipe", "budget", "kept"]


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """Medians and spread of every cell, ordered by variant and samples kept.

    ``difference_to_random`` is the median, over runs that both finished, of the accuracy minus
    that of the random arm at the same recipe, number kept and run; NaN where there is no such arm.
    Accuracies are fractions; failed runs count in ``failed`` only.
    """
    finished = runs[runs["status"] == "ok"].copy()
    random = finished.loc[
        finished["variant"] == "random", ["recipe", "kept", "run", "accuracy"]
    ].rename(columns={"accuracy": "random_accuracy"})
    paired = finished.merge(random, how="left", on=["recipe", "kept", "run"])
    paired["difference"] = paired["accuracy"] - paired["random_accuracy"]
    cells = paired.groupby(CELL)
    accuracy = cells["accuracy"]
    medians = accuracy.agg(
        runs="count", accuracy_median="median", accuracy_minimum="min", accuracy_maximum="max"
    )
    medians.insert(2, "accuracy_lower_quartile", accuracy.quantile(0.25))
    medians.insert(3, "accuracy_upper_quartile", accuracy.quantile(0.75))
    medians["difference_to_random"] = cells["difference"].median()
    medians["seconds_train"] = cells["seconds_train"].median()
    medians["worst_class_recall"] = cells["worst_class_recall"].median()
    medians["least_class_count"] = cells["least_class_count"].min()

    asked = runs.groupby(CELL)["status"].agg(failed=lambda status: (status != "ok").sum())
    summary = asked.join(medians).reset_index()
    summary["runs"] = summary["runs"].fillna(0).astype("int64")
    summary["failed"] = summary["failed"].astype("int64")
    summary["least_class_count"] = summary["least_class_count"].astype("Int64")
    ordered: pd.DataFrame = summary.sort_values(["kept", "variant", "recipe"], ignore_index=True)
    return ordered
