"""Whether trainings are stacked. Known without importing torch, where the answer is no."""

from typing import Literal

from leanset.models import stackable

Width = Literal["auto"] | int
"""How many lanes a stack has; ``auto`` for as many as the device has room for."""


def is_stacked(model: str, width: Width, device: str) -> bool:
    """Whether many trainings of a network advance together.

    Args:
        model: the network; only small ones are stacked.
        width: how many lanes are asked for; ``auto`` stacks on a GPU only, for on a CPU
            processes are faster.
        device: ``cpu`` or ``cuda``.
    """
    asked_for = device == "cuda" if width == "auto" else width > 1
    return asked_for and stackable(model)
