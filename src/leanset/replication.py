"""Published results beside ours, and a verdict on each published claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeFloat, PositiveInt, model_validator

from leanset.budgets import Budget, label
from leanset.errors import nearest
from leanset.frozen import Frozen
from leanset.statistics import (
    Difference,
    Moments,
    welch_difference,
    welch_difference_of_moments,
)

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95
"""Of every interval: for each cell on its own, and for all comparisons of a claim together."""

_UNKNOWN = Difference(float("nan"), float("nan"), float("nan"))


class PublishedCell(Frozen):
    """One published cell, accuracies in percent, the deviation with ``runs - 1`` below the line.

    ``really_kept`` is the number of samples the published code kept, where the budget does not
    say it: because it is a fraction, or because another number was reported.
    """

    budget: Budget
    median: float
    mean: float
    deviation: NonNegativeFloat
    runs: PositiveInt
    really_kept: PositiveInt | None = None

    @model_validator(mode="after")
    def _says_how_many_were_kept(self) -> PublishedCell:
        if isinstance(self.budget, float) and self.really_kept is None:
            raise ValueError(
                f"the budget {label(self.budget)} does not say how many samples were kept; "
                "add really_kept"
            )
        return self

    @property
    def kept(self) -> int:
        """Samples kept by the published code."""
        return self.really_kept or int(self.budget)

    @property
    def moments(self) -> Moments:
        """The published runs as a sample."""
        return Moments(self.mean, self.deviation, self.runs)


class Claim(Frozen):
    """A published statement that one rule is better than another at some budgets.

    ``source`` says where it stands; ``than_budget`` is the other rule's budget where it is not
    the same.
    """

    text: str
    source: str
    better: str
    than: str
    budgets: Annotated[tuple[Budget, ...], Field(min_length=1)]
    than_budget: Budget | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """The budgets compared, by label: of the rule said to be better, and of the other."""
        return [(label(budget), label(self.than_budget or budget)) for budget in self.budgets]


class Published(Frozen):
    """A published experiment: where it stands, its cells by variant, and its claims.

    ``differences`` are the ways in which its protocol is not ours, a sentence each.
    """

    source: str
    cells: dict[str, tuple[PublishedCell, ...]]
    claims: tuple[Claim, ...] = ()
    differences: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _claims_are_about_cells(self) -> Published:
        known = [f"{name} at {label(cell.budget)}" for name, cell in self.each_cell()]
        for claim in self.claims:
            for budget, than_budget in claim.pairs():
                for named in (f"{claim.better} at {budget}", f"{claim.than} at {than_budget}"):
                    if named not in known:
                        raise ValueError(
                            f"the claim '{claim.text}' names {named}, which is not among the "
                            f"cells. {nearest(named, known)}"
                        )
        return self

    def each_cell(self) -> Iterator[tuple[str, PublishedCell]]:
        """Every cell with the name of its variant."""
        return ((name, cell) for name, cells in self.cells.items() for cell in cells)


@dataclass(frozen=True)
class _OurCell:
    """The finished runs of one cell, accuracies in percent."""

    kept: int
    accuracies: NDArray[np.float64]


_OurCells: TypeAlias = Mapping[tuple[str, str], _OurCell]


def compare(runs: pd.DataFrame, published: Published) -> pd.DataFrame:
    """One row per published cell: ours beside it, in percent and percent points.

    ``difference`` is ours minus published, of the means, with a 95 % Welch interval from ``low``
    to ``high``. The verdict is ``agrees`` where the interval holds zero, ``too few runs`` where
    either side has one only, and ``not run`` where the ledger has no finished run.

    Args:
        runs: the ledger, at least its variant, budget, kept, status and accuracy.
        published: what to compare it with.
    """
    import pandas as pd

    ours = _finished(runs)
    rows = [
        _compared(variant, cell, ours.get((variant, label(cell.budget))))
        for variant, cell in published.each_cell()
    ]
    columns = ["variant", "budget", "kept", "published_kept", "published_median", "our_median",
               "our_lowest", "our_highest", "our_runs", "difference", "low", "high",
               "verdict"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"kept": "Int64"})


def _compared(variant: str, cell: PublishedCell, ours: _OurCell | None) -> dict[str, Any]:
    published = {
        "variant": variant,
        "budget": label(cell.budget),
        "published_kept": cell.kept,
        "published_median": cell.median,
    }
    if ours is None:
        return {**published, **_columns(_UNKNOWN), "our_runs": 0, "verdict": "not run"}
    moments = Moments.of(ours.accuracies)
    difference = welch_difference_of_moments(moments, cell.moments, CONFIDENCE)
    unsure = "agrees" if np.isfinite(difference.low) else "too few runs"
    return {
        **published,
        **_columns(difference),
        "kept": ours.kept,
        "our_median": float(np.median(ours.accuracies)),
        "our_lowest": float(ours.accuracies.min()),
        "our_highest": float(ours.accuracies.max()),
        "our_runs": moments.count,
        "verdict": _in_words(difference, "ours is higher", "ours is lower", unsure),
    }


def judge_claims(runs: pd.DataFrame, published: Published) -> pd.DataFrame:
    """One row per comparison of each claim, judged on our runs alone, in percent points.

    ``difference`` is the mean of the rule said to be better minus that of the other. Its Welch
    interval is simultaneous over the claim's comparisons (Bonferroni, 95 % together), and takes
    the two arms as independent though their runs share seeds. A comparison ``holds`` or is
    ``contradicted`` where the interval is all on one side of zero, and is ``not shown`` or
    ``not run`` otherwise. ``overall`` is ``supported`` only if every comparison holds.

    Args:
        runs: the ledger, at least its variant, budget, kept, status and accuracy.
        published: the claims.
    """
    import pandas as pd

    ours = _finished(runs)
    rows = [row for claim in published.claims for row in _judged(claim, ours)]
    columns = ["claim", "source", "better", "than", "budget", "than_budget", "difference", "low",
               "high", "verdict", "overall"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _judged(claim: Claim, ours: _OurCells) -> list[dict[str, Any]]:
    confidence = 1 - (1 - CONFIDENCE) / len(claim.budgets)
    pairs = claim.pairs()
    outcomes = [
        _outcome(ours.get((claim.better, budget)), ours.get((claim.than, than_budget)), confidence)
        for budget, than_budget in pairs
    ]
    overall = _overall(
        [(budget, verdict) for (budget, _), (_, verdict) in zip(pairs, outcomes, strict=True)]
    )
    return [
        {
            "claim": claim.text,
            "source": claim.source,
            "better": claim.better,
            "than": claim.than,
            "budget": budget,
            "than_budget": than_budget,
            **_columns(difference),
            "verdict": verdict,
            "overall": overall,
        }
        for (budget, than_budget), (difference, verdict) in zip(pairs, outcomes, strict=True)
    ]


def _outcome(
    better: _OurCell | None, than: _OurCell | None, confidence: float
) -> tuple[Difference, str]:
    """The difference between two cells, and whether it bears out that the first is better."""
    if better is None or than is None:
        return _UNKNOWN, "not run"
    difference = welch_difference(better.accuracies, than.accuracies, confidence)
    return difference, _in_words(difference, "holds", "contradicted", "not shown")


def _overall(verdicts: Sequence[tuple[str, str]]) -> str:
    """The verdict on a claim, from the budget and the verdict of each comparison."""
    contradicted = [budget for budget, verdict in verdicts if verdict == "contradicted"]
    if contradicted:
        return f"contradicted at {', '.join(contradicted)}"
    unanimous = {frozenset({"holds"}): "supported", frozenset({"not run"}): "not run"}
    return unanimous.get(frozenset(verdict for _, verdict in verdicts), "not shown")


def _finished(runs: pd.DataFrame) -> _OurCells:
    """The cells of the ledger that have a finished run, by variant and label of the budget."""
    finished = runs[runs["status"] == "ok"]
    return {
        (str(variant), str(budget)): _OurCell(
            int(cell["kept"].iloc[0]), cell["accuracy"].to_numpy(dtype=np.float64) * 100
        )
        for (variant, budget), cell in finished.groupby(["variant", "budget"])
    }


def _in_words(difference: Difference, above: str, below: str, neither: str) -> str:
    """Which side of zero an interval lies on."""
    if difference.low > 0:
        return above
    return below if difference.high < 0 else neither


def _columns(difference: Difference) -> dict[str, float]:
    return {"difference": difference.estimate, "low": difference.low, "high": difference.high}


def markdown(
    comparison: pd.DataFrame, claims: pd.DataFrame, source: str, differences: Sequence[str] = ()
) -> str:
    """A document of both tables, with what their intervals mean.

    Args:
        comparison: from ``compare``.
        claims: from ``judge_claims``.
        source: where the published results stand.
        differences: the ways in which the published protocol is not ours, a sentence each.
    """
    parts = [
        "# Published results beside ours",
        source.strip(),
        "## Cells",
        _tally(comparison),
        _HOW_CELLS_ARE_READ,
        _table(_CELL_COLUMNS, comparison),
        "## Claims",
        *(_claims(claims) if len(claims) else ["No claim was published."]),
    ]
    if differences:
        parts += ["## What differs by design", "\n".join(f"- {each}" for each in differences)]
    return "\n\n".join(parts) + "\n"


_Row: TypeAlias = Mapping[Any, Any]


@dataclass(frozen=True)
class _Column:
    """A column of a table in Markdown: its heading, its rule, what it shows of a row."""

    heading: str
    rule: str
    show: Callable[[_Row], str]


_HOW_CELLS_ARE_READ = (
    f"Accuracies are in percent, the range of ours from the lowest run to the highest. "
    f"The difference is ours minus published, of the means, in percent points, with Welch's "
    f"{label(CONFIDENCE)} interval for each cell on its own: about one cell in "
    f"{1 / (1 - CONFIDENCE):.0f} differs by chance alone. A cell agrees where the interval holds "
    f"zero, which a wide interval does easily; it is not run where no run of it finished."
)

_HOW_CLAIMS_ARE_READ = (
    f"The difference is that of our means, in percent points. Its Welch intervals are "
    f"simultaneous over the comparisons of a claim (Bonferroni, {label(CONFIDENCE)} together). "
    f"A comparison holds where the interval is above zero and is contradicted where it is below; "
    f"a claim is supported only if every comparison holds."
)


def _tally(comparison: pd.DataFrame) -> str:
    count = comparison["verdict"].value_counts().to_dict()
    higher, lower = count.get("ours is higher", 0), count.get("ours is lower", 0)
    sentence = (
        f"Of {len(comparison)} published cells {count.get('agrees', 0)} agree and "
        f"{higher + lower} differ (ours is higher in {higher}, lower in {lower})"
    )
    left_out = [
        f"{count[verdict]} {words}"
        for verdict, words in (("not run", "not run"), ("too few runs", "with too few runs"))
        if verdict in count
    ]
    return f"{sentence}; {', '.join(left_out)}." if left_out else f"{sentence}."


def _claims(claims: pd.DataFrame) -> list[str]:
    """What was claimed and what became of it, then every comparison."""
    each = list(enumerate(claims.drop_duplicates("claim").to_dict("records"), start=1))
    said = [f"{n}. {row['claim']}: **{row['overall']}** ({row['source']})" for n, row in each]
    numbered = claims.assign(number=claims["claim"].map({row["claim"]: n for n, row in each}))
    return ["\n".join(said), _HOW_CLAIMS_ARE_READ, _table(_CLAIM_COLUMNS, numbered)]


def _table(columns: Sequence[_Column], table: pd.DataFrame) -> str:
    """A table in Markdown."""
    lines = [[column.heading for column in columns], [column.rule for column in columns]]
    lines += [[column.show(row) for column in columns] for row in table.to_dict("records")]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: Any, form: str) -> str:
    """A number as people write it, and a dash where there is none."""
    import pandas as pd

    return "–" if pd.isna(value) else format(value, form).replace("inf", "∞")


def _interval(row: _Row) -> str:
    ends = [_number(row[end], "+z.2f") for end in ("low", "high")]
    return "–" if "–" in ends else " to ".join(ends)


def _range(row: _Row) -> str:
    ends = [_number(row[end], ".2f") for end in ("our_lowest", "our_highest")]
    return "–" if "–" in ends else " to ".join(ends)


def _words(name: str) -> Callable[[_Row], str]:
    return lambda row: str(row[name])


def _figure(name: str, form: str) -> Callable[[_Row], str]:
    return lambda row: _number(row[name], form)


_CELL_COLUMNS = (
    _Column("variant", "---", _words("variant")),
    _Column("budget", "---:", _words("budget")),
    _Column("published kept", "---:", _figure("published_kept", "d")),
    _Column("our kept", "---:", _figure("kept", "d")),
    _Column("published median", "---:", _figure("published_median", ".2f")),
    _Column("our median", "---:", _figure("our_median", ".2f")),
    _Column("our range", "---:", _range),
    _Column("our runs", "---:", _figure("our_runs", "d")),
    _Column("difference", "---:", _figure("difference", "+z.2f")),
    _Column("interval", "---:", _interval),
    _Column("verdict", "---", _words("verdict")),
)

_CLAIM_COLUMNS = (
    _Column("claim", "---:", _figure("number", "d")),
    _Column("said to be better", "---", lambda row: f"{row['better']} at {row['budget']}"),
    _Column("than", "---", lambda row: f"{row['than']} at {row['than_budget']}"),
    _Column("difference", "---:", _figure("difference", "+z.2f")),
    _Column("interval", "---:", _interval),
    _Column("verdict", "---", _words("verdict")),
)
