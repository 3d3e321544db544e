"""From the ledger to one row per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from pandas.core.groupby import DataFrameGroupBy

CELL = ["variant", "recipe", "budget", "kept"]


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """Medians and spread of every cell, ordered by variant and samples kept.

    ``difference_to_random`` is the median, over runs that both finished, of the accuracy minus
    that of the random arm at the same recipe, number kept and run; NaN where there is no such arm.
    ``wrong_share`` is the part of the labels selected that were made wrong on purpose.
    ``effective_share`` is the effective samples over those selected, and ``greatest_weight`` the
    largest of weights of mean 1; both are missing, as ``weighting`` is, where all count alike.
    ``pays_after`` is the number of trainings whose time saved, against one on all samples, makes
    up for a selection and all it was made from; missing where nothing is saved, or where no run
    on all samples finished by the same recipe. Accuracies are fractions; failed runs count in
    ``failed`` only.
    """
    finished = runs[runs["status"] == "ok"].copy()
    random = finished.loc[
        finished["variant"] == "random", ["recipe", "kept", "run", "accuracy"]
    ].rename(columns={"accuracy": "random_accuracy"})
    paired = finished.merge(random, how="left", on=["recipe", "kept", "run"])
    paired["wrong_share"] = paired["wrong_labels"].astype("Float64") / paired["selected"]
    paired["effective_share"] = paired["effective_samples"] / paired["selected"]
    paired["seconds_selection"] = paired["seconds_artifacts"] + paired["seconds_select"]
    paired["difference"] = paired["accuracy"] - paired["random_accuracy"]
    medians = _medians(paired.groupby(CELL))
    medians["pays_after"] = _pays_after(medians, finished)

    asked = runs.groupby(CELL)["status"].agg(failed=lambda status: (status != "ok").sum())
    summary = asked.join(medians).reset_index()
    summary["runs"] = summary["runs"].fillna(0).astype("int64")
    summary["failed"] = summary["failed"].astype("int64")
    for counted in ("least_class_count", "pays_after"):
        summary[counted] = summary[counted].astype("Int64")
    summary["wrong_share"] = summary["wrong_share"].astype("float64")
    summary["weighting"] = summary["weighting"].astype("str")
    ordered: pd.DataFrame = summary.sort_values(["kept", "variant", "recipe"], ignore_index=True)
    return ordered


def _medians(cells: DataFrameGroupBy[Any, Any]) -> pd.DataFrame:
    import pandas as pd

    accuracy = cells["accuracy"]
    return pd.DataFrame(
        {
            "runs": accuracy.count(),
            "accuracy_median": accuracy.median(),
            "accuracy_lower_quartile": accuracy.quantile(0.25),
            "accuracy_upper_quartile": accuracy.quantile(0.75),
            "accuracy_minimum": accuracy.min(),
            "accuracy_maximum": accuracy.max(),
            "difference_to_random": cells["difference"].median(),
            "seconds_train": cells["seconds_train"].median(),
            "worst_class_recall": cells["worst_class_recall"].median(),
            "least_class_count": cells["least_class_count"].min(),
            "wrong_share": cells["wrong_share"].median(),
            "weighting": cells["weighting"].first(),
            "effective_share": cells["effective_share"].median(),
            "greatest_weight": cells["greatest_weight"].median(),
            "seconds_selection": cells["seconds_selection"].median(),
            "proxy_epochs": cells["proxy_epochs"].median(),
        }
    )


def _pays_after(medians: pd.DataFrame, finished: pd.DataFrame) -> pd.Series[float]:
    import numpy as np

    full = finished[finished["variant"] == "full"].groupby("recipe")["seconds_train"].median()
    of_full = full.reindex(medians.index.get_level_values("recipe")).to_numpy()
    saved = of_full - medians["seconds_train"]
    saves = (saved > 0) & (medians.index.get_level_values("variant") != "full")
    trainings: pd.Series[float] = np.ceil(medians["seconds_selection"] / saved.where(saves))
    return trainings
