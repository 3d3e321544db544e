"""Variants are told apart, and the page opens with the few that matter."""

from itertools import pairwise

from leanset.report.looks import looks
from tests.findings.examples import around, cell
from tests.report.made_up import content, runs_of


def test_baselines_come_first_then_the_best() -> None:
    seen = looks(content())
    assert list(seen) == ["full", "random", "furthest", "hardest"]
    assert all(look.at_first for look in seen.values())


def test_no_two_of_many_variants_look_the_same() -> None:
    many = [cell(f"rule_{number}", 100, around(0.5 + number / 1000)) for number in range(100)]
    seen = looks(content(runs_of(cell("full", 1000, around(0.9)), *many)))
    assert len({(look.colour, look.symbol, look.dash) for look in seen.values()}) == 101
    assert sum(look.at_first for look in seen.values()) == 8


def test_neighbours_differ_in_colour_and_shape() -> None:
    many = [cell(f"rule_{number}", 100, around(0.5 + number / 1000)) for number in range(20)]
    seen = list(looks(content(runs_of(*many))).values())
    for one, other in pairwise(seen):
        assert one.colour != other.colour
        assert one.symbol != other.symbol
        assert one.dash != other.dash


def test_a_variant_without_a_finished_run_has_no_look() -> None:
    runs = runs_of(cell("full", 1000, around(0.9)), cell("broken", 100, [None]))
    assert list(looks(content(runs))) == ["full"]
