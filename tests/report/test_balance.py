"""Class balance: medians over runs beside the class's share, and missing classes loudly."""

import numpy as np
import pandas as pd
import pytest

from leanset.report.balance import balance_of

# 50 %, 30 % and 20 % of ten samples
LABELS = np.repeat([0, 1, 2], [5, 3, 2])
NAMES = ("cat", "dog", "owl")


def subsets(*rows: tuple[str, int, list[int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"budget": budget, "kept": kept, "class_histogram": np.array(histogram)}
            for budget, kept, histogram in rows
        ]
    )


def test_counts_are_medians_over_runs_at_each_budget_in_order() -> None:
    table = subsets(
        ("60 %", 6, [3, 2, 1]),
        ("40 %", 4, [1, 1, 2]), ("40 %", 4, [3, 1, 0]), ("40 %", 4, [2, 2, 0]),
        ("60 %", 6, [2, 3, 1]),
    )  # fmt: skip
    balance = balance_of(table, LABELS, NAMES)
    assert balance.budgets == ("40 %", "60 %")
    counts = [[count.median for count in row.counts] for row in balance.rows]
    # (1, 3, 2) → 2 and (3, 2) → 2.5 of cats
    assert counts == [["2", "2.5"], ["1", "2.5"], ["0", "1"]]
    assert [(row.name, row.share) for row in balance.rows] == [
        ("cat", "50.0 %"), ("dog", "30.0 %"), ("owl", "20.0 %"),
    ]  # fmt: skip


def test_bars_are_as_long_as_the_longest_lets_them_beside_what_would_be_fair() -> None:
    (cat, dog, owl) = balance_of(subsets(("40 %", 4, [1, 3, 0])), LABELS, NAMES).rows
    # fair are 2, 1.2 and 0.8 of 4; the longest bar is the 3 dogs
    assert [(row.counts[0].bar, row.counts[0].fair) for row in (cat, dog, owl)] == [
        (33.3, 66.7), (100.0, 40.0), (0.0, 26.7),
    ]  # fmt: skip


def test_a_class_that_some_subset_lacks_is_told() -> None:
    table = subsets(("20 %", 2, [2, 0, 0]), ("20 %", 2, [1, 0, 1]), ("40 %", 4, [2, 1, 1]))
    balance = balance_of(table, LABELS, NAMES)
    assert balance.lacking == ("At 20 %, 2 of 2 subsets lack a class: dog and owl.",)
    assert [[count.lacking for count in row.counts] for row in balance.rows] == [
        [0, 0], [2, 0], [1, 0],
    ]  # fmt: skip


def test_of_many_missing_classes_some_are_named_and_the_others_counted() -> None:
    labels = np.arange(9)
    balance = balance_of(
        subsets(("1", 1, [0, 0, 0, 0, 0, 0, 0, 0, 1])), labels, [f"c{label}" for label in labels]
    )
    assert balance.lacking == ("At 1, 1 of 1 subsets lack a class: c0, c1, c2, c3, c4 and 3 more.",)


@pytest.mark.parametrize(("classes", "listed"), [(20, 20), (21, 20), (1000, 20)])
def test_of_many_classes_the_scarcest_and_the_most_frequent_are_listed(
    classes: int, listed: int
) -> None:
    names = [f"class {label}" for label in range(classes)]
    histogram = np.full(classes, 50)
    histogram[7], histogram[3] = 1, 99
    balance = balance_of(
        subsets(("50", 50 * classes, histogram.tolist())), np.repeat(np.arange(classes), 100), names
    )
    assert (len(balance.rows), balance.unlisted) == (listed, classes - listed)
    shown = [row.name for row in balance.rows]
    assert {"class 3", "class 7"} <= set(shown)
    assert shown == sorted(shown, key=names.index)


def test_a_class_without_a_training_sample_divides_by_nothing() -> None:
    names = [f"class {label}" for label in range(21)]
    labels = np.arange(20)
    balance = balance_of(subsets(("20", 20, [*[1] * 20, 0])), labels, names)
    assert len(balance.rows) == 20
