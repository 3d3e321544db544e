"""Multiplication by a constant, as a layer."""

from torch import Tensor, nn


class Scale(nn.Module):
    """Its input times a factor that is not learnt."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, values: Tensor) -> Tensor:
        """The values times the factor, in their own shape and dtype."""
        return values * self.factor

    def extra_repr(self) -> str:
        """The factor, for print."""
        return f"{self.factor}"
