"""What the ledger says in plain words, each sentence with the numbers that carry it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leanset.config import Arm, ReportSettings
from leanset.findings.bits import CorrectBits
from leanset.findings.cells import Cells, FinishedCell, full_of
from leanset.findings.missing import what_is_missing
from leanset.findings.recommending import recommend
from leanset.findings.words import interval, measured, samples
from leanset.tables import rows_of
from leanset.words import counted, listed, percent, points

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("kind", "variant", "text")

_NORMAL = 1.96


@dataclass(frozen=True)
class Evidence:
    """All that the sentences rest on.

    Attributes:
        runs: the ledger.
        cells: its cells with a finished run.
        comparisons: from ``compare_cells``.
        needed: from ``data_needed``.
        arms: the variants by name.
        recipe: that of the sweep.
        available: the number of training samples.
    """

    runs: pd.DataFrame
    cells: Cells
    comparisons: pd.DataFrame
    needed: pd.DataFrame
    bits: CorrectBits
    arms: Mapping[str, Arm]
    recipe: str
    available: int
    settings: ReportSettings


Said = tuple[str, str, str]
"""What kind of sentence it is, of which variant ("" if of none), and the sentence."""


def findings(evidence: Evidence) -> pd.DataFrame:
    """The sentences, the most important first: ``kind``, ``variant`` and ``text`` of each.

    Kinds are ``recommendation`` and ``basis`` (one each), ``random`` (one for each variant),
    ``data``, ``labels``, ``noise``, ``test_set``, ``power`` and ``missing``.
    """
    import pandas as pd

    said = [
        *_recommended(evidence),
        *_against_random(evidence),
        *_data(evidence),
        *_noise(evidence),
        *_power(evidence),
        *(("missing", "", text) for text in what_is_missing(evidence.runs)),
    ]
    return pd.DataFrame(said, columns=list(COLUMNS))


def _recommended(evidence: Evidence) -> Iterator[Said]:
    recommendation = recommend(evidence.comparisons, evidence.recipe)
    within = f"within {evidence.settings.margin:g} points of full"
    chosen, nearest = recommendation.chosen, recommendation.nearest
    if full_of(evidence.cells, evidence.recipe) is None:
        text = "Nothing is recommended: no run on all samples finished, so nobody knows the level."
        yield "recommendation", "", text
        return
    if chosen is not None:
        kept = f"{_share(chosen, evidence)} of the data, {samples(chosen['kept'])} samples"
        text = f"Keep {kept}, by {chosen['variant']}: it is {within}, {measured(chosen)}."
        yield "recommendation", chosen["variant"], text
    elif nearest is not None:
        all_below = nearest["verdict"] == "below"
        instead = (
            f"every subset is shown to be more than {evidence.settings.margin:g} points below full"
            if all_below
            else f"no subset is shown to be {within}"
        )
        text = (
            f"Keep all samples{'' if all_below else ' for now'}: {instead}. Nearest comes "
            f"{nearest['variant']} at {nearest['budget']}, {measured(nearest)}."
        )
        yield "recommendation", "", text
    else:
        text = "Nothing is recommended: a single run of a cell does not show how much runs scatter."
        yield "recommendation", "", text
        return
    compared = int((evidence.comparisons["against"] == "full").sum())
    yield (
        "basis",
        "",
        f"This rests on test accuracy, not on a validation split, and so on intervals that hold "
        f"for all {counted(compared, 'comparison')} with full at once "
        f"({evidence.settings.confidence * 100:g} %).",
    )
    yield from _label_free(evidence)


def _label_free(evidence: Evidence) -> Iterator[Said]:
    """The same among rules that need no labels before they select."""
    free = {name for name, arm in evidence.arms.items() if arm.label_free and name != "full"}
    among = evidence.comparisons[evidence.comparisons["variant"].isin(free)]
    chosen = recommend(among, evidence.recipe).chosen
    if chosen is not None:
        saved = evidence.available - chosen["kept"]
        yield (
            "labels",
            chosen["variant"],
            f"{chosen['variant']} at {chosen['budget']} selects without labels: it would have "
            f"saved labelling {saved:,} of {evidence.available:,} samples. Rules that read labels, "
            "themselves or through a score, save training only.",
        )


def _share(row: Mapping[str, Any], evidence: Evidence) -> str:
    return f"{row['kept'] / evidence.available * 100:.3g} %"


def _against_random(evidence: Evidence) -> Iterator[Said]:
    """Of each variant at which budgets it is better than random, worse, or neither."""
    table = evidence.comparisons
    told = (table["against"] == "random") & (table["verdict"] != "too few runs")
    rows = rows_of(table[told])
    for name in dict.fromkeys(row["variant"] for row in rows):
        own = sorted((row for row in rows if row["variant"] == name), key=lambda row: row["kept"])
        parts = [
            f"{words} at {listed((_at(row) for row in group), 'and')}"
            for verdict, words in (
                ("better", "is better than random"),
                ("worse", "is worse than random"),
            )
            if (group := [row for row in own if row["verdict"] == verdict])
        ]
        if not parts:
            text = f"{name} is not shown to differ from random at any budget."
        else:
            rest = [row["budget"] for row in own if row["verdict"] == "not shown"]
            open_ = f"; at {listed(rest, 'and')} no difference is shown" if rest else ""
            text = f"{name} {'; it '.join(parts)}{open_}."
        yield "random", name, text


def _at(row: Mapping[str, Any]) -> str:
    return f"{row['budget']} ({points(row['difference'])} points, {interval(row)})"


def _data(evidence: Evidence) -> Iterator[Said]:
    """For each target the rule that reaches it with the least data, beside random."""
    for target, rows in evidence.needed.groupby("target", sort=False):
        known = (rows["high"] < rows["largest"]) | (rows["low"] > rows["smallest"])
        reached = rows[rows["kept"].notna() & known & (rows["recipe"] == evidence.recipe)]
        if reached.empty:
            continue
        best = rows_of(reached.sort_values("kept"))[0]
        name = f"To reach {target}" if target != "full" else "To be within the margin of full"
        beside = "".join(
            f", and at random {samples(row['kept'])} ({_range(row)})"
            for row in rows_of(reached[reached["variant"] == "random"])
            if best["variant"] != "random"
        )
        smallest = best["kept"] == best["smallest"]
        few = "at most " if smallest else ""
        yield (
            "data",
            best["variant"],
            f"{name} takes {few}{samples(best['kept'])} samples by {best['variant']} "
            f"({_range(best)}){beside}.",
        )


def _range(row: Mapping[str, Any]) -> str:
    low = "fewer" if row["low"] is None or row["low"] <= row["smallest"] else samples(row["low"])
    high = samples(row["high"]) if row["high"] == row["high"] else "more than there are"
    return f"{low} to {high}".replace("about ", "")


def _noise(evidence: Evidence) -> Iterator[Said]:
    """How much of a difference is chance, of training again and of another test set."""
    full = full_of(evidence.cells, evidence.recipe)
    if full is None:
        return
    if full.moments.count > 1:
        apart = _NORMAL * 2**0.5 * full.moments.deviation
        yield (
            "noise",
            "full",
            f"Two trainings on all samples differ by up to {apart * 100:.2f} points in 95 of 100 "
            "cases by chance alone, going by the scatter of "
            f"{counted(full.moments.count, 'run')} of full (mean {percent(full.moments.mean)}).",
        )
    yield from _test_set(evidence, full)


def _test_set(evidence: Evidence, full: FinishedCell) -> Iterator[Said]:
    alone = _NORMAL * evidence.bits.error_of(full)
    errors = evidence.comparisons["test_error"]
    beside = f", and a difference of two cells by ±{_NORMAL * errors.median() * 100:.2f}"
    yield (
        "test_set",
        "",
        f"Another test set of {evidence.bits.samples:,} images would move the accuracy of full by "
        f"±{alone * 100:.2f} points{beside if len(errors) else ''} (95 %); no interval here holds "
        "that: they are about this test set.",
    )


def _power(evidence: Evidence) -> Iterator[Said]:
    """How many runs would settle what is open, where so many are within reach."""
    table = evidence.comparisons
    chosen = recommend(table, evidence.recipe).chosen
    if chosen is not None:
        # what is larger than the subset to be taken need not be settled
        table = table[(table["against"] != "full") | (table["kept"] < chosen["kept"])]
    for against, what in (("full", "is within the margin of full"), ("random", "beats random")):
        open_ = table[(table["against"] == against) & (table["verdict"] == "not shown")]
        settled = open_[open_["runs_needed"].notna()].sort_values("runs_needed")
        if open_.empty:
            continue
        if settled.empty:
            text = f"No number of runs within reach would settle what {what} at {_where(open_)}."
            yield "power", "", text
            continue
        first = rows_of(settled)[0]
        runs = int(first["runs_needed"])
        yield (
            "power",
            first["variant"],
            f"Whether {first['variant']} at {first['budget']} {what} is still open; "
            f"{counted(runs, 'run')} of each cell would settle it in four cases of five, if the "
            f"truth is what it looks like now: kedro run --params=sweep.runs={runs} adds only the "
            f"missing ones.{_others(len(open_) - 1)}",
        )


def _others(count: int) -> str:
    if count == 0:
        return ""
    return f" {counted(count, 'other comparison')} {'is' if count == 1 else 'are'} open too."


def _where(rows: pd.DataFrame) -> str:
    return listed([f"{row['variant']} at {row['budget']}" for row in rows_of(rows)], "and")
