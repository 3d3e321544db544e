"""The optimisers for many networks at once: a row of parameters, a rate and a count for each.

Every formula is elementwise over ``[R, P]``, with what differs between lanes in columns
``[R, 1]``. A lane whose rate is zero stays where it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from leanset.training.recipe.optimizers import Adam, AdamW, Optimizer, Sgd

_BETAS = (0.9, 0.999)
_EPSILON = 1e-8


class StackedOptimizer(ABC):
    """An optimiser and its state.

    Attributes:
        state: what it remembers of each parameter, each ``[R, P]``; zero in a lane that starts.
    """

    def __init__(self, parameters: Tensor, remembered: int) -> None:
        self._parameters = parameters
        self.state = tuple(torch.zeros_like(parameters) for _ in range(remembered))

    def step(self, gradients: Tensor, rates: Tensor, steps: Tensor) -> None:
        """Move the parameters.

        Args:
            gradients: ``[R, P]``; overwritten.
            rates: ``float64 [R, 1]``, the learning rate of each lane.
            steps: ``int64 [R, 1]``, which step of its training each lane takes, from 1.
        """
        with torch.no_grad():
            self._move(self._parameters, gradients, rates, steps)

    def forget(self, lane: int) -> None:
        """Begin a lane anew."""
        for remembered in self.state:
            remembered[lane] = 0

    @abstractmethod
    def _move(self, parameters: Tensor, gradients: Tensor, rates: Tensor, steps: Tensor) -> None:
        """The formula."""


class StackedSgd(StackedOptimizer):
    """Gradient descent with momentum and weight decay, as in ``torch.optim.SGD``."""

    def __init__(self, parameters: Tensor, settings: Sgd) -> None:
        super().__init__(parameters, remembered=1 if settings.momentum > 0 else 0)
        self._settings = settings

    def _move(
        self,
        parameters: Tensor,
        gradients: Tensor,
        rates: Tensor,
        steps: Tensor,  # noqa: ARG002
    ) -> None:
        momentum = self._settings.momentum
        if self._settings.weight_decay > 0:
            gradients.add_(parameters, alpha=self._settings.weight_decay)
        way = gradients
        for velocity in self.state:
            # from zero, the first velocity is the gradient, as in torch
            velocity.mul_(momentum).add_(gradients)
            way = gradients.add_(velocity, alpha=momentum) if self._settings.nesterov else velocity
        parameters.addcmul_(way, -rates.to(parameters.dtype))


class StackedAdam(StackedOptimizer):
    """Adam with decoupled weight decay, as in ``torch.optim.AdamW``; without decay plain Adam."""

    def __init__(self, parameters: Tensor, decay: float = 0.0) -> None:
        super().__init__(parameters, remembered=2)
        self._decay = decay

    def _move(self, parameters: Tensor, gradients: Tensor, rates: Tensor, steps: Tensor) -> None:
        dtype = parameters.dtype
        first, second = self.state
        if self._decay > 0:
            parameters.mul_((1 - rates * self._decay).to(dtype))
        # a step is rate · (m / c₁) / (√v / c₂ + ε); times c₂ above and below, √v stays as it is
        c1 = 1 - torch.pow(_BETAS[0], steps.double())
        c2 = (1 - torch.pow(_BETAS[1], steps.double())).sqrt()
        first.lerp_(gradients, 1 - _BETAS[0])
        second.mul_(_BETAS[1]).addcmul_(gradients, gradients, value=1 - _BETAS[1])
        spread = torch.sqrt(second, out=gradients).add_((_EPSILON * c2).to(dtype))
        parameters.addcdiv_(first * (-rates * c2 / c1).to(dtype), spread)


STACKED: Mapping[type[Optimizer], Callable[[Tensor, Any], StackedOptimizer]] = {
    Sgd: StackedSgd,
    Adam: lambda parameters, settings: StackedAdam(parameters),  # noqa: ARG005
    AdamW: lambda parameters, settings: StackedAdam(parameters, settings.weight_decay),
}
"""The stacked form of every optimiser, from parameters ``[R, P]`` and the settings."""
