"""How the learning rate changes over a training, as a factor of the recipe's rate."""

from __future__ import annotations

from math import cos, pi
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field

from leanset.frozen import Frozen


class Constant(Frozen):
    """The same rate throughout."""

    name: Literal["constant"] = "constant"

    def factor(self, step: int, steps: int) -> float:  # noqa: ARG002
        """The factor of step ``step`` (from 0) of ``steps``."""
        return 1.0


class Cosine(Frozen):
    """Half a cosine from the full rate towards zero (Loshchilov and Hutter 2017, equation 5).

    ``warmup`` is the share of the steps, if any, over which the rate first rises from zero.
    """

    name: Literal["cosine"]
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.0

    def factor(self, step: int, steps: int) -> float:
        """The factor of step ``step`` (from 0) of ``steps``."""
        rising = round(self.warmup * steps)
        if step < rising:
            return (step + 1) / (rising + 1)
        return _half_cosine(1.0, 0.0, (step - rising) / (steps - rising))


class OneCycle(Frozen):
    """Up to the full rate and down to almost nothing (Smith and Topin 2018), cosine both ways.

    ``rise`` is the share of the steps on the way up, from 1/25 of the rate; the way down ends at
    1/250,000 of it. Momentum stays as it is.
    """

    name: Literal["one_cycle"]
    rise: Annotated[float, Field(gt=0, lt=1)] = 0.3

    def factor(self, step: int, steps: int) -> float:
        """The factor of step ``step`` (from 0) of ``steps``."""
        start, end = 1 / 25, 1 / 250_000
        top, last = self.rise * steps - 1, steps - 1
        if step <= top:
            return _half_cosine(start, 1.0, step / top if top > 0 else 1.0)
        return _half_cosine(1.0, end, (step - top) / (last - top))


Schedule: TypeAlias = Annotated[Constant | Cosine | OneCycle, Discriminator("name")]
"""Every schedule."""


def _half_cosine(first: float, last: float, progress: float) -> float:
    return last + (first - last) * (1 + cos(pi * progress)) / 2
