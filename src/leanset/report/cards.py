"""A card for every variant: what it does, what came out, and what it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from leanset.clustering import Clustering
from leanset.config import Arm
from leanset.methods import Method, named
from leanset.methods.words import written
from leanset.report.balance import Balance, balance_of
from leanset.report.galleries import Album, Gallery
from leanset.report.subset_galleries import shown_subset, subset_galleries
from leanset.report.words import accuracy, between, difference, known
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

_VERDICTS: Mapping[str, tuple[Literal["good", "bad", "open"], str]] = {
    "better": ("good", "better"),
    "worse": ("bad", "worse"),
    "within": ("good", "within the margin"),
    "below": ("bad", "below the margin"),
    "not shown": ("open", "not shown"),
    "too few runs": ("open", "too few runs"),
}


@dataclass(frozen=True)
class Verdict:
    """A cell against another.

    Attributes:
        difference: in percent points, with its sign.
        interval: in percent points; "" where there are too few runs for one.
        mood: whether this speaks for the variant, against it, or is open.
        words: the verdict.
    """

    difference: str
    interval: str
    mood: Literal["good", "bad", "open"]
    words: str


@dataclass(frozen=True)
class Result:
    """What came out at one budget.

    Attributes:
        accuracy: the mean, in percent; "" where no run finished.
        interval: of the mean; "" where a single run finished.
        runs: those that finished.
        against_random: None for the random arm itself, and where there is none.
        against_full: None for all samples themselves, and where those were not trained on.
    """

    budget: str
    kept: str
    accuracy: str
    interval: str
    runs: int
    failed: int
    against_random: Verdict | None
    against_full: Verdict | None


@dataclass(frozen=True)
class Card:
    """One variant.

    Attributes:
        settings: the keys of its selector and what they are set to.
        results: a line for each budget, ascending.
        balance: None where nothing was selected.
        subset: which subset the galleries are of; a sentence.
        galleries: of that subset.
        key: how to read what stands under a picture.
    """

    arm: Arm
    method: Method
    settings: tuple[tuple[str, str], ...]
    results: tuple[Result, ...]
    balance: Balance | None
    subset: str
    galleries: tuple[Gallery, ...]
    key: str


def cards_of(
    arms: Sequence[Arm],
    summary: pd.DataFrame,
    comparisons: pd.DataFrame,
    subsets: Mapping[str, pd.DataFrame],
    album: Album,
    clusterings: Mapping[str, Clustering],
    count: int,
) -> tuple[Card, ...]:
    """A card for every variant, in the order given.

    Args:
        arms: the variants.
        summary: from ``summarise``, all variants.
        comparisons: from ``compare_cells``, all variants.
        subsets: the table of subsets of each variant that has one, by name.
        album: what the pictures are chosen from.
        clusterings: by dataset, the replicate of each clustering that belongs to the first run.
        count: pictures in each gallery; 0 for none.
    """
    return tuple(
        _card(arm, summary, comparisons, subsets.get(arm.name), album, clusterings, count)
        for arm in arms
    )


def _card(
    arm: Arm,
    summary: pd.DataFrame,
    comparisons: pd.DataFrame,
    subsets: pd.DataFrame | None,
    album: Album,
    clusterings: Mapping[str, Clustering],
    count: int,
) -> Card:
    (method,) = (method for method in named(arm.method) if method.family == "selector")
    told, balance = "Nothing was selected.", None
    galleries: tuple[Gallery, ...] = ()
    if subsets is not None and len(subsets):
        row = shown_subset(subsets)
        told = _told(row, len(album))
        balance = balance_of(subsets, album.labels, album.class_names)
        galleries = subset_galleries(arm, row, album, clusterings, count)
    return Card(
        arm=arm,
        method=method,
        settings=tuple(
            (key, written(value)) for key, value in arm.settings.items() if key != "method"
        ),
        results=_results(arm.name, summary, comparisons),
        balance=balance,
        subset=told,
        galleries=galleries,
        key=album.key if galleries else "",
    )


def _told(row: Mapping[str, Any], available: int) -> str:
    where = f"Run {row['run']} at {row['budget']}"
    if row["selected"] != row["kept"]:
        pool = f"{row['selected']:,} of {available:,}" if row["selected"] < available else "all"
        return f"{where}: each epoch draws {row['kept']:,} anew from {pool} samples."
    return f"{where}: {row['kept']:,} of {available:,} samples are kept."


def _results(variant: str, summary: pd.DataFrame, comparisons: pd.DataFrame) -> tuple[Result, ...]:
    verdicts = {
        (row["kept"], row["against"]): _verdict(row)
        for row in rows_of(comparisons[comparisons["variant"] == variant])
    }
    cells = summary[summary["variant"] == variant].sort_values("kept")
    return tuple(
        Result(
            budget=str(cell["budget"]),
            kept=f"{cell['kept']:,}",
            accuracy=f"{accuracy(cell['accuracy_mean'])} %" if cell["runs"] else "",
            interval=_interval(cell["accuracy_low"], cell["accuracy_high"]),
            runs=int(cell["runs"]),
            failed=int(cell["failed"]),
            against_random=verdicts.get((cell["kept"], "random")),
            against_full=verdicts.get((cell["kept"], "full")),
        )
        for cell in rows_of(cells)
    )


def _interval(low: float, high: float) -> str:
    return f"{accuracy(low)} to {accuracy(high)}" if known(low) and known(high) else ""


def _verdict(row: Mapping[str, Any]) -> Verdict:
    mood, words = _VERDICTS[row["verdict"]]
    low, high = row["low"], row["high"]
    apart = between(low, high) if known(low) and known(high) else ""
    return Verdict(difference(row["difference"]), apart, mood, words)
