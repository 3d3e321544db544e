"""How little data reaches each target, and areas below curves."""

import math

import numpy as np
import pandas as pd
import pytest

from leanset.findings.cells import finished_cells
from leanset.findings.needed import areas, data_needed
from tests.findings.examples import around, cell, ledger

CELLS = (
    cell("full", 10_000, around(0.95)),
    cell("near", 100, around(0.85)),
    cell("near", 1000, around(0.94)),
    cell("random", 100, around(0.80)),
    cell("random", 1000, around(0.90)),
)


def needed(*cells: pd.DataFrame) -> pd.DataFrame:
    table = data_needed(finished_cells(ledger(*cells)), [0.85, 0.90], 0.01, 0.95)
    return table.set_index(["variant", "target"])


def test_every_rule_ends_at_all_samples() -> None:
    table = needed(*CELLS)
    # 0.94 is within 0.01 of full's 0.95: reached at 1,000 by near; by random 0.8 of the way from
    # 0.90 at 1,000 to 0.95 at 10,000
    assert table.loc[("near", "full"), "kept"] == pytest.approx(1000)
    assert table.loc[("random", "full"), "kept"] == pytest.approx(1000 * 10**0.8)
    assert table.loc[("random", "85 %"), "kept"] == pytest.approx(100 * 10**0.5)
    assert table.loc[("near", "full"), "accuracy"] == pytest.approx(0.94)
    assert table["largest"].tolist() == [10_000] * 6


def test_what_the_smallest_budget_reaches_is_marked_by_it() -> None:
    row = needed(*CELLS).loc[("near", "85 %")]
    assert row["kept"] == row["smallest"] == 100


def test_without_full_there_are_only_accuracies_to_reach() -> None:
    table = needed(*CELLS[1:])
    assert set(table.index.get_level_values("target")) == {"85 %", "90 %"}
    assert table.loc[("random", "90 %"), "kept"] == pytest.approx(1000)


def test_what_is_not_reached_is_missing() -> None:
    table = needed(cell("near", 100, around(0.5)), cell("near", 200, around(0.6)))
    assert table["kept"].isna().all()


def test_the_area_is_over_the_budgets_that_all_share() -> None:
    extra = cell("random", 5000, around(0.93))
    table = areas(finished_cells(ledger(*CELLS, extra)), 0.95).set_index("variant")
    assert table[["from_kept", "to_kept"]].to_numpy().tolist() == [[100, 1000]] * 2
    near, random = table.loc["near"], table.loc["random"]
    assert near["area"] == pytest.approx((0.85 + 0.94) / 2)
    assert near["difference_to_random"] == pytest.approx(0.895 - 0.85)
    # each cell deviates by 0.001: a half of two means of five runs each
    error = 0.001 * math.sqrt(2 * 0.25 / 5)
    assert near["high"] - near["area"] == pytest.approx(2.306 * error, rel=1e-3)
    assert np.isnan(random["difference_to_random"])


def test_with_one_budget_in_common_there_is_no_area() -> None:
    cells = finished_cells(ledger(CELLS[1], CELLS[3], CELLS[4]))
    assert areas(cells, 0.95).empty
