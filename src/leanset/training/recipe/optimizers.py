"""Optimisers by name: their settings, and torch's form of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, NonNegativeFloat, PositiveFloat, model_validator

from leanset.frozen import Frozen

if TYPE_CHECKING:
    import torch


class Sgd(Frozen):
    """Stochastic gradient descent with momentum; weight decay is added to the gradient."""

    name: Literal["sgd"]
    learning_rate: PositiveFloat
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    nesterov: bool = False
    weight_decay: NonNegativeFloat = 0.0

    @model_validator(mode="after")
    def _nesterov_looks_ahead_along_a_momentum(self) -> Sgd:
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov needs a momentum above 0, such as 0.9")
        return self

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Torch's fused form."""
        from torch.optim import SGD

        return SGD(
            parameters,
            lr=self.learning_rate,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
            fused=True,
        )


class Adam(Frozen):
    """Adam (Kingma and Ba 2015, algorithm 1) with β = (0.9, 0.999) and ε = 1e-8."""

    name: Literal["adam"]
    learning_rate: PositiveFloat

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Torch's fused form."""
        from torch.optim import Adam

        return Adam(parameters, lr=self.learning_rate, fused=True)


class AdamW(Frozen):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2)."""

    name: Literal["adamw"]
    learning_rate: PositiveFloat
    weight_decay: NonNegativeFloat = 0.01

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Torch's fused form."""
        from torch.optim import AdamW

        return AdamW(parameters, lr=self.learning_rate, weight_decay=self.weight_decay, fused=True)


Optimizer: TypeAlias = Annotated[Sgd | Adam | AdamW, Discriminator("name")]
"""Every optimiser."""
