import torch

from leanset.models.scale import Scale


def test_values_are_multiplied_and_their_type_is_kept() -> None:
    scaled = Scale(0.125)(torch.tensor([[8.0, -2.0]], dtype=torch.float64))
    assert scaled.tolist() == [[1.0, -0.25]]
    assert scaled.dtype == torch.float64


def test_the_factor_is_no_parameter_and_is_shown() -> None:
    assert list(Scale(0.125).state_dict()) == []
    assert str(Scale(0.125)) == "Scale(0.125)"
