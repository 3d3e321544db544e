"""What a selection will take: sums over its parts, and seconds by the speed of a machine."""

import pytest

from leanset.coverage.demand import Demand, Speed, one_after_another


def test_seconds_are_products_and_passes_at_the_speed_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Speed, "of_this_machine", lambda: Speed(products=1e9, passes=1e6))
    # 3e9 multiplications take 3 s, and 5e5 numbers half a second
    assert Demand(memory=0, products=3e9, passes=5e5).seconds() == 3.5
    assert Demand(memory=10**9).seconds() == 0


def test_the_speed_of_this_machine_is_measured_once() -> None:
    first = Speed.of_this_machine()
    assert first.products > 0
    assert first.passes > 0
    assert Speed.of_this_machine() is first


def test_selections_one_after_another_share_memory_and_add_up_their_work() -> None:
    both = one_after_another(
        [Demand(100, products=1, passes=10, remedy="lower k"), Demand(300, products=2, passes=20)]
    )
    assert both == Demand(300, products=3, passes=30, remedy="lower k")
    assert one_after_another([]) == Demand(0)


def test_what_is_done_as_well_has_its_arrays_beside_the_others() -> None:
    assert Demand(100, 1, 10, "lower k").also(memory=50, products=2, passes=20) == Demand(
        150, 3, 30, "lower k"
    )


def test_what_is_repeated_takes_its_time_again_and_its_memory_once() -> None:
    assert Demand(100, 1, 10, "lower k").repeated(3) == Demand(100, 3, 30, "lower k")
