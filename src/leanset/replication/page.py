"""The comparison and the claims as a document a person can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from leanset.budgets import label
from leanset.claims.cells import CONFIDENCE
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


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
    each = list(enumerate(rows_of(claims.drop_duplicates("claim")), start=1))
    said = [f"{n}. {row['claim']}: **{row['overall']}**{_in_brackets(row)}" for n, row in each]
    numbered = claims.assign(number=claims["claim"].map({row["claim"]: n for n, row in each}))
    return ["\n".join(said), _HOW_CLAIMS_ARE_READ, _table(_CLAIM_COLUMNS, numbered)]


def _in_brackets(row: _Row) -> str:
    return f" ({row['source']})" if row["source"] else ""


def _table(columns: Sequence[_Column], table: pd.DataFrame) -> str:
    """A table in Markdown."""
    lines = [[column.heading for column in columns], [column.rule for column in columns]]
    lines += [[column.show(row) for column in columns] for row in rows_of(table)]
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
