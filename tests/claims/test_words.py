"""What was measured of a comparison, as a person reads it."""

from leanset.claims.words import measured, sides

NAN, INF = float("nan"), float("inf")


def row(difference: float, low: float, high: float) -> dict[str, float]:
    return {"difference": difference, "low": low, "high": high}


def test_both_sides_are_named_with_their_budgets() -> None:
    compared = {"better": "craig", "budget": "5 %", "than": "random", "than_budget": "10 %"}
    assert sides(compared) == "craig at 5 % minus random at 10 %"


def test_a_difference_in_percent_points_has_its_interval_or_the_reason_why_not() -> None:
    assert measured(row(-0.33, -0.54, 0.13)) == "−0.33 points (−0.54 to +0.13)"
    assert measured(row(8.0, -INF, INF)) == "+8.00 points, too few runs for an interval"
    assert measured(row(NAN, NAN, NAN)) == "no run of one side finished"
