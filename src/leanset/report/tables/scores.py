"""What the scores of the sweep are, how far they agree, and how well they find wrong labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leanset.report.tables.shown import Column, Datum, Grid, Row
from leanset.report.words import NOTHING, count, duration, known
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


def score_table(scores: pd.DataFrame) -> Grid:
    """What each score is, and what a replicate of it took."""
    rows = tuple(
        Row(
            (
                Datum.word(row["score"]),
                Datum.word(row["kind"]),
                Datum.word("reads labels" if row["uses_labels"] else "label-free"),
                Datum.number(row["replicates"], count(row["replicates"])),
                Datum.number(row["proxy_epochs"], count(row["proxy_epochs"])),
                Datum.number(
                    row["seconds_before"] + row["seconds"],
                    duration(row["seconds_before"] + row["seconds"]),
                ),
            )
        )
        for row in rows_of(scores)
    )
    columns = (
        Column("score", is_number=False),
        Column("kind", is_number=False),
        Column("labels", is_number=False),
        Column("replicates"),
        Column("proxy epochs"),
        Column("time", about="of one replicate and all that it is made from"),
    )
    return Grid("The scores", columns, rows)


def agreement_table(agreement: pd.DataFrame) -> Grid:
    """The numbers of the heat map."""
    pairs = agreement.drop_duplicates(["score", "other"])
    rows = tuple(
        Row(
            (
                Datum.word(row["score"]),
                Datum.word(row["other"]),
                _two(row["spearman_median"]),
                _two(row["spearman_lowest"]),
                Datum.number(row["pairs"], count(row["pairs"])),
            )
        )
        for row in rows_of(pairs)
    )
    columns = (
        Column("score", is_number=False),
        Column("other", is_number=False),
        Column("ρ", about="median"),
        Column("lowest"),
        Column("pairs"),
    )
    return Grid("Spearman's correlation of all scores", columns, rows)


def detector_table(detectors: pd.DataFrame) -> Grid:
    """How well each score finds as many wrong labels as there are; medians over replicates."""
    at_wrong = detectors[detectors["k"] == detectors["wrong_labels"]]
    measures = ["roc_auc", "average_precision", "precision_at_k"]
    medians = at_wrong.groupby("detector")[measures].median().sort_values("roc_auc")
    rows = tuple(
        Row(
            (
                Datum.word(row["detector"]),
                Datum.number(row["roc_auc"], f"{row['roc_auc']:.4f}"),
                Datum.number(row["average_precision"], f"{row['average_precision']:.4f}"),
                Datum.number(row["precision_at_k"], f"{row['precision_at_k'] * 100:.1f} %"),
            )
        )
        for row in rows_of(medians[::-1].reset_index())
    )
    wrong = count(at_wrong["k"].iloc[0]) if len(at_wrong) else NOTHING
    columns = (
        Column("score", is_number=False),
        Column("ROC-AUC"),
        Column("average precision"),
        Column("wrong at the top", about=f"of the {wrong} samples most suspect"),
    )
    return Grid(f"Finding the {wrong} labels that were made wrong", columns, rows)


def _two(value: float) -> Datum:
    return Datum.number(value, f"{value:.2f}".replace("-", "−") if known(value) else NOTHING)
