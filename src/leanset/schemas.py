"""What the tables of a sweep must look like; the catalog checks what it saves and loads."""

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series


def _fraction() -> Any:
    return pa.Field(nullable=True, ge=0, le=1)


class Runs(pa.DataFrameModel):
    """The ledger, one row per run; what a run measured is missing where it failed."""

    variant: Series[str] = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$")
    recipe: Series[str]
    budget: Series[str]
    requested: Series[int] = pa.Field(ge=1)
    kept: Series[int] = pa.Field(ge=1)
    selected: Series[int] = pa.Field(ge=1)
    run: Series[int] = pa.Field(ge=0)
    status: Series[str] = pa.Field(isin=["ok", "failed"])
    reason: Series[str] = pa.Field(nullable=True, coerce=True)
    image_set_hash: Series[str]
    selection_seed: Series[int]
    training_seed: Series[int]
    epochs: Series[int] = pa.Field(ge=1)
    steps: Series[int] = pa.Field(ge=0)
    samples_seen: Series[int] = pa.Field(ge=0)
    unique_samples: Series[int] = pa.Field(ge=0)
    batch_size: Series[int] = pa.Field(ge=1)
    accuracy: Series[float] = _fraction()
    loss: Series[float] = pa.Field(nullable=True, ge=0)
    worst_class_recall: Series[float] = _fraction()
    least_class_count: Series[int] = pa.Field(ge=0)
    chosen: Series[str] = pa.Field(nullable=True, coerce=True)
    weighting: Series[str] = pa.Field(nullable=True, coerce=True, isin=["loss", "sampler"])
    effective_samples: Series[float] = pa.Field(nullable=True, gt=0)
    greatest_weight: Series[float] = pa.Field(nullable=True, gt=0)
    wrong_labels: Series[pd.Int64Dtype] = pa.Field(nullable=True, ge=0, coerce=True)
    seconds_artifacts: Series[float] = pa.Field(ge=0)
    proxy_epochs: Series[int] = pa.Field(ge=0)
    seconds_select: Series[float] = pa.Field(ge=0)
    seconds_train: Series[float] = pa.Field(nullable=True, ge=0)
    seconds_evaluate: Series[float] = pa.Field(nullable=True, ge=0)
    device: Series[str]
    threads: Series[int] = pa.Field(ge=1)
    concurrency: Series[int] = pa.Field(ge=1)
    subset_hash: Series[str] = pa.Field(str_length=32)
    run_key: Series[str] = pa.Field(str_length=32)

    class Config:
        """No other columns, and no run twice."""

        strict = True
        unique = ("variant", "recipe", "kept", "run")

    @pa.dataframe_check
    @classmethod
    def budget_is_exact(cls, runs: pd.DataFrame) -> "pd.Series[bool]":
        """As many samples were kept as were asked for."""
        return runs["kept"] == runs["requested"]

    @pa.dataframe_check
    @classmethod
    def what_is_kept_was_selected(cls, runs: pd.DataFrame) -> "pd.Series[bool]":
        """An epoch shows no more than was selected; a pool that it draws from is larger."""
        return runs["kept"] <= runs["selected"]

    @pa.dataframe_check
    @classmethod
    def wrong_labels_are_of_selected_samples(cls, runs: pd.DataFrame) -> "pd.Series[bool]":
        """No more labels are wrong than samples were selected."""
        return runs["wrong_labels"].fillna(0) <= runs["selected"]

    @pa.dataframe_check
    @classmethod
    def weights_are_of_weighted_runs(cls, runs: pd.DataFrame) -> "pd.Series[bool]":
        """What weights come to is said exactly where samples have weights."""
        weighted = runs["weighting"].notna()
        said = runs[["effective_samples", "greatest_weight"]].notna()
        return said.eq(weighted, axis=0).all(axis=1)

    @pa.dataframe_check
    @classmethod
    def no_more_samples_count_than_were_selected(cls, runs: pd.DataFrame) -> "pd.Series[bool]":
        """The effective samples are at most all."""
        return runs["effective_samples"].fillna(0) <= runs["selected"]

    @pa.dataframe_check
    @classmethod
    def failed_runs_have_a_reason(cls, runs: pd.DataFrame) -> "pd.Series[bool]":
        """A reason is given exactly where a run failed."""
        return runs["reason"].notna() == (runs["status"] == "failed")

    @pa.dataframe_check
    @classmethod
    def finished_runs_have_an_accuracy(cls, runs: pd.DataFrame) -> "pd.Series[bool]":
        """Accuracy is missing exactly where a run failed."""
        return runs["accuracy"].notna() == (runs["status"] == "ok")


class Summary(pa.DataFrameModel):
    """One row per cell; the statistics are missing where every run failed."""

    variant: Series[str]
    recipe: Series[str]
    budget: Series[str]
    kept: Series[int] = pa.Field(ge=1)
    runs: Series[int] = pa.Field(ge=0)
    failed: Series[int] = pa.Field(ge=0)
    accuracy_mean: Series[float] = _fraction()
    accuracy_low: Series[float] = _fraction()
    accuracy_high: Series[float] = _fraction()
    accuracy_median: Series[float] = _fraction()
    accuracy_lower_quartile: Series[float] = _fraction()
    accuracy_upper_quartile: Series[float] = _fraction()
    accuracy_minimum: Series[float] = _fraction()
    accuracy_maximum: Series[float] = _fraction()
    difference_to_random: Series[float] = pa.Field(nullable=True, ge=-1, le=1)
    seconds_train: Series[float] = pa.Field(nullable=True, ge=0)
    worst_class_recall: Series[float] = _fraction()
    least_class_count: Series[pd.Int64Dtype] = pa.Field(nullable=True, ge=0)
    wrong_share: Series[float] = _fraction()
    weighting: Series[str] = pa.Field(nullable=True, coerce=True, isin=["loss", "sampler"])
    effective_share: Series[float] = _fraction()
    greatest_weight: Series[float] = pa.Field(nullable=True, gt=0)
    seconds_selection: Series[float] = pa.Field(nullable=True, ge=0)
    proxy_epochs: Series[float] = pa.Field(nullable=True, ge=0)
    pays_after: Series[pd.Int64Dtype] = pa.Field(nullable=True, ge=0)

    class Config:
        """No other columns, and no cell twice."""

        strict = True
        unique = ("variant", "recipe", "kept")
