"""What the comparison prints: the sentence, what moved, and every setting that changed."""

import contextlib
import io

from leanset.comparing import print_changes
from leanset.comparison import Sweep, compare_sweeps
from tests.comparison.examples import NEW, cell, ledger, settings, sweep

LOW, HIGH = [0.90, 0.91, 0.92], [0.95, 0.96, 0.97]


def printed(older: Sweep, newer: Sweep) -> list[str]:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        print_changes(compare_sweeps(older, newer))
    return [" ".join(line.split()) for line in said.getvalue().splitlines() if line.strip()]


def test_what_moved_is_a_table_and_what_did_not_is_left_out() -> None:
    older = sweep(ledger(cell("random", LOW), cell("full", LOW), cell("cal", LOW)))
    newer = ledger(cell("random", HIGH, made="there"), cell("full", LOW), cell("rs2", [None, 0.5]))
    said = printed(older, sweep(newer, NEW, settings=settings(recipes={"lenet5": {"epochs": 6}})))
    assert said[0] == "1 of 2 cells moved, 1 is new, 1 is gone; 1 setting changed."
    # the interval is that of a single cell: 5 ± 2.27 points
    assert "random 600 91.00 96.00 +5.00 (+2.73 to +7.27) moved up" in said
    assert "rs2 600 – 50.00 – new" in said
    assert "cal 600 91.00 – – gone" in said
    assert not any(line.startswith("full") for line in said)
    assert said[-1] == "recipes.lenet5.epochs: 5 → 6"


def test_where_nothing_changed_that_is_all_that_is_said() -> None:
    same = ledger(cell("random", LOW))
    assert printed(sweep(same), sweep(same, NEW)) == [
        "Nothing changed: the same images, settings and runs."
    ]
