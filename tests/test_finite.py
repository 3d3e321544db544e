import numpy as np
import pytest

from leanset.errors import LeansetError
from leanset.finite import require_finite


def test_finite_values_of_any_shape_pass() -> None:
    require_finite(np.zeros(3), "score")
    require_finite(np.zeros((3, 2, 2), dtype=np.float32), "log")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused_with_the_first_sample_that_has_one(
    value: float,
) -> None:
    with pytest.raises(LeansetError, match=r"score: 1 of 3 samples .* the first is sample 2"):
        require_finite(np.array([0, 1, value]), "score")
    table = np.zeros((4, 2, 2))
    table[1, 0, 1] = table[1, 1, 1] = table[3, 0, 0] = value
    with pytest.raises(LeansetError, match=r"log: 2 of 4 samples .* the first is sample 1"):
        require_finite(table, "log")
