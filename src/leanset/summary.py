"""From the ledger to one row per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from pandas.core.groupby import DataFrameGroupBy

CELL = ["variant", "recipe", "budget", "kept"]


def summarise(runs: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Means, medians and spread of every cell, ordered by variant and samples kept.

    ``accuracy_mean`` estimates the mean over selection and training seeds, and from
    ``accuracy_low`` to ``accuracy_high`` is Student's interval of it, for each cell on its own;
    missing where one run finished only, and no wider than accuracies are.
    ``difference_to_random`` is that mean minus the one of the random arm at the same recipe and
    number kept; NaN where there is no such arm.
    ``wrong_share`` is the part of the labels selected that were made wrong on purpose.
    ``effective_share`` is the effective samples over those selected, and ``greatest_weight`` the
    largest of weights of mean 1; both are missing, as ``weighting`` is, where all count alike.
    ``pays_after`` is the number of trainings whose time saved, against one on all samples, makes
    up for a selection and all it was made from; missing where nothing is saved, or where no run
    on all samples finished by the same recipe. Accuracies are fractions; failed runs count in
    ``failed`` only.

    Args:
        runs: the ledger.
        confidence: of the intervals, in (0, 1).
    """
    finished = runs[runs["status"] == "ok"].copy()
    finished["wrong_share"] = finished["wrong_labels"].astype("Float64") / finished["selected"]
    finished["effective_share"] = finished["effective_samples"] / finished["selected"]
    finished["seconds_selection"] = finished["seconds_artifacts"] + finished["seconds_select"]
    cells = finished.groupby(CELL)
    medians = _means(cells, confidence).join(_medians(cells))
    medians["pays_after"] = _pays_after(medians, finished)

    asked = runs.groupby(CELL)["status"].agg(failed=lambda status: (status != "ok").sum())
    summary = asked.join(medians).reset_index()
    summary["difference_to_random"] = _difference_to_random(summary)
    summary["runs"] = summary["runs"].fillna(0).astype("int64")
    summary["failed"] = summary["failed"].astype("int64")
    for counted in ("least_class_count", "pays_after"):
        summary[counted] = summary[counted].astype("Int64")
    summary["wrong_share"] = summary["wrong_share"].astype("float64")
    summary["weighting"] = summary["weighting"].astype("str")
    ordered: pd.DataFrame = summary.sort_values(["kept", "variant", "recipe"], ignore_index=True)
    return ordered


def _means(cells: DataFrameGroupBy[Any, Any], confidence: float) -> pd.DataFrame:
    import numpy as np
    import pandas as pd
    from scipy.special import stdtrit

    accuracy = cells["accuracy"]
    count, mean = accuracy.count(), accuracy.mean()
    freedom = (count - 1).where(count > 1)
    margin = stdtrit(freedom, (1 + confidence) / 2) * accuracy.std() / np.sqrt(count)
    return pd.DataFrame(
        {
            "runs": count,
            "accuracy_mean": mean,
            "accuracy_low": (mean - margin).clip(lower=0),
            "accuracy_high": (mean + margin).clip(upper=1),
        }
    )


def _difference_to_random(summary: pd.DataFrame) -> pd.Series[float]:
    means = summary.set_index(["recipe", "kept"])["accuracy_mean"]
    random = means[(summary["variant"] == "random").to_numpy()]
    of_cell = summary.set_index(["recipe", "kept"]).index
    difference: pd.Series[float] = summary["accuracy_mean"] - random.reindex(of_cell).to_numpy()
    return difference


def _medians(cells: DataFrameGroupBy[Any, Any]) -> pd.DataFrame:
    import pandas as pd

    accuracy = cells["accuracy"]
    return pd.DataFrame(
        {
            "accuracy_median": accuracy.median(),
            "accuracy_lower_quartile": accuracy.quantile(0.25),
            "accuracy_upper_quartile": accuracy.quantile(0.75),
            "accuracy_minimum": accuracy.min(),
            "accuracy_maximum": accuracy.max(),
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
