"""Lists, numbers of things and measurements in a sentence."""

from leanset.words import counted, listed, percent, points, span_of_points


def test_a_list_is_read_aloud() -> None:
    assert (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "and")) == (
        "a", "a or b", "a, b and c",
    )  # fmt: skip


def test_a_number_stands_with_its_noun() -> None:
    assert (counted(1, "run"), counted(1200, "run")) == ("1 run", "1,200 runs")
    assert (counted(1, "entry", "entries"), counted(0, "entry", "entries")) == (
        "1 entry", "0 entries",
    )  # fmt: skip


def test_an_accuracy_is_in_percent_and_a_difference_in_points_with_its_sign() -> None:
    assert percent(0.98019) == "98.02 %"
    assert (points(0.0085), points(-0.011)) == ("+0.85", "−1.10")
    assert span_of_points(-0.005, 0.0023) == "−0.50 to +0.23"
