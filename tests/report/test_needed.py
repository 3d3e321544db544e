"""What each rule needs for a target, beside random."""

import pandas as pd

from leanset.report.tables.needed import Needs, needs_of
from tests.report.made_up import content

NAN = float("nan")


def needs(*rows: tuple[str, float, float, float]) -> Needs:
    """For the target of 95 %: variant, kept, low and high, with budgets from 100 to 10,000."""
    table = pd.DataFrame(
        [
            {
                "variant": variant,
                "recipe": "lenet5",
                "target": "95 %",
                "accuracy": 0.95,
                "kept": kept,
                "low": low,
                "high": high,
                "smallest": 100,
                "largest": 10_000,
            }
            for variant, kept, low, high in rows
        ]
    )
    (made,) = needs_of(content(needed=table))
    return made


def test_a_saving_is_sure_where_intervals_have_nothing_in_common() -> None:
    made = needs(
        ("random", 1000, 900, 1100), ("furthest", 500, 450, 899), ("hardest", 1200, 1000, 1400)
    )
    furthest, random = made.free
    assert (furthest.saving, furthest.is_sure) == ("50 % fewer", True)
    assert random.saving == ""
    (hardest,) = made.labelled
    assert (hardest.saving, hardest.is_sure) == ("20 % more", False)


def test_labels_are_paid_for_what_is_kept_or_for_all() -> None:
    made = needs(("furthest", 500, 450, 900), ("hardest", 400, 300, 500))
    assert made.free[0].labels == "500"
    assert made.labelled[0].labels == "10,000"


def test_the_least_data_comes_first_and_what_never_reaches_it_last() -> None:
    made = needs(("furthest", NAN, 5000, NAN), ("random", 1000, 900, 1100))
    assert [row.variant for row in made.free] == ["random", "furthest"]
    never = made.free[1]
    assert (never.kept, never.interval) == ("not reached", "5,000 to more than there are")
    assert never.is_open
    assert never.at is None


def test_the_smallest_budget_is_an_upper_bound() -> None:
    (furthest,) = needs(("furthest", 100, 100, 120)).free
    assert (furthest.kept, furthest.interval) == ("≤ 100", "fewer to 120")


def test_an_interval_that_leaves_nothing_out_is_not_known() -> None:
    (furthest,) = needs(("furthest", 1000, 100, 10_000)).free
    assert furthest.interval == "not known"


def test_a_target_that_is_excluded_has_no_range() -> None:
    (furthest,) = needs(("furthest", NAN, NAN, NAN)).free
    assert furthest.interval == "excluded at every size"
    assert furthest.start is None


def test_ranges_stand_on_a_logarithmic_scale() -> None:
    made = needs(("random", 1000, 100, 10_000))
    # 1,000 is half way from 100 to 10,000
    (random,) = made.free
    assert (random.start, random.at, random.end, made.random) == (0, 50, 100, 50)
    assert made.ticks == ((0, "100"), (50, "1,000"), (100, "10,000"))


def test_within_the_margin_of_full_is_asked_first() -> None:
    assert [need.name for need in needs_of(content())] == [
        "within 0.5 points of full", "90 %", "95 %",
    ]  # fmt: skip
