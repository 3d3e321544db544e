"""What a sweep lacks for its report to say all it could."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leanset.words import counted

if TYPE_CHECKING:
    import pandas as pd


def what_is_missing(runs: pd.DataFrame) -> Iterator[str]:
    """A sentence for everything that keeps something from being said.

    Args:
        runs: the ledger.
    """
    finished = runs[runs["status"] == "ok"]
    if len(finished) < len(runs):
        failed = counted(len(runs) - len(finished), "run")
        yield f"{failed} of {len(runs):,} failed; what is said rests on the others."
    for arm, lost in (
        ("full", "how far a subset falls behind all samples cannot be said"),
        ("random", "whether a rule beats a random draw cannot be said"),
    ):
        if arm not in set(runs["variant"]):
            yield f"The sweep has no {arm} arm, so {lost}; add {arm} to sweep.variants."
        elif arm not in set(finished["variant"]):
            yield f"No run of {arm} finished, so {lost}; the same command tries again."
    counts = finished.groupby(["variant", "recipe", "kept"]).size()
    single = int((counts == 1).sum())
    if single:
        cells = "The only cell" if single == len(counts) == 1 else counted(single, "cell")
        yield (
            f"{cells} of {len(counts):,} {'has' if single == 1 else 'have'} a single finished run, "
            "and so no interval; sweep.runs sets how many there are."
        )
    others = finished[finished["variant"] != "full"]
    if len(others) and others.groupby(["variant", "recipe"])["kept"].nunique().max() == 1:
        yield (
            "Every rule has a single budget, so curves and areas have one point; sweep.budgets "
            "sets which there are."
        )
