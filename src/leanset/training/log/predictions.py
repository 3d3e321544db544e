"""What networks say of samples, and the numbers that scores are made of."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from leanset.training.log.sums import total

SCALARS = ("doubt", "least_confidence", "margin", "el2n", "entropy", "loss", "correct")
"""The properties of predictions that are one number for each sample."""


class Predictions:
    """Logits z ``float [C, ..., N]``, classes first, with the labels y ``int64 [N]`` of N samples.

    Everything is computed when it is first asked for, and then kept; p is the softmax of z. Each
    scalar is ``float [..., N]``. Classes come first because sums over them are then sums of whole
    arrays. 1 − p is never computed as such: soon after training begins most p are 1 in single
    precision, while the sum of the others still tells such samples apart.
    """

    def __init__(self, logits: Tensor, labels: Tensor) -> None:
        self.logits = logits
        self._label = labels.expand(1, *logits.shape[1:])

    @cached_property
    def p(self) -> Tensor:
        """p, ``[C, ..., N]``."""
        # torch's own softmax may give identical samples values that differ in the last bit
        return self._powers / self._sum_of_powers

    @cached_property
    def log_p(self) -> Tensor:
        """The logarithm of p, ``[C, ..., N]``."""
        return self._lowered - self._sum_of_powers.log()

    @cached_property
    def errors(self) -> Tensor:
        """P − y with y one-hot, ``[C, ..., N]``: the loss's gradient on the logits."""
        return self.p.scatter(0, self._label, -self.doubt[None])

    @cached_property
    def predicted(self) -> Tensor:
        """The class with the largest logit, ``int64 [..., N]``; of equals the first."""
        highest = self.logits.amax(0)
        classes = self._label.new_zeros(highest.shape)
        # class by class, because argmax over the first dimension is ten times slower
        for index in reversed(range(len(self.logits))):
            classes.masked_fill_(self.logits[index] == highest, index)
        return classes

    @cached_property
    def doubt(self) -> Tensor:
        """1 − p_y, what is left of the probability for other classes than the label."""
        return total(self.p.scatter(0, self._label, 0))

    @cached_property
    def least_confidence(self) -> Tensor:
        """1 − max p, what is left for other classes than the most likely one."""
        highest, rest = self.p[0], torch.zeros_like(self.p[0])
        for p in self.p[1:]:
            rest = rest + highest.minimum(p)
            highest = highest.maximum(p)
        return rest

    @cached_property
    def second(self) -> Tensor:
        """The second largest p; equal to the largest where two classes tie."""
        highest, second = self.p[0], torch.zeros_like(self.p[0])
        for p in self.p[1:]:
            second = second.maximum(highest.minimum(p))
            highest = highest.maximum(p)
        return second

    @cached_property
    def margin(self) -> Tensor:
        """z_y − max_{k≠y} z_k, on logits (Pleiss et al. 2020, equation 1)."""
        others = self.logits.scatter(0, self._label, float("-inf"))
        return self._of_label(self.logits) - others.amax(0)

    @cached_property
    def el2n(self) -> Tensor:
        """‖p − y‖₂ (Paul et al. 2021, definition 2.2)."""
        return total(error.square() for error in self.errors).sqrt()

    @cached_property
    def entropy(self) -> Tensor:
        """−Σ p log p, in nats."""
        return -total(p * log_p for p, log_p in zip(self.p, self.log_p, strict=True))

    @cached_property
    def loss(self) -> Tensor:
        """Cross-entropy, −log p_y."""
        # each form is exact where the other is not
        unlikely = self._sum_of_powers.log() - self._of_label(self._lowered)
        return torch.where(self.doubt < 0.5, -torch.log1p(-self.doubt), unlikely)

    @cached_property
    def correct(self) -> Tensor:
        """1 where no other class is as likely as the label, otherwise 0; a tie is 0."""
        return (self.margin > 0).to(self.logits.dtype)

    @cached_property
    def _lowered(self) -> Tensor:
        """The logits less their largest, so that no power of e is too large a number."""
        return self.logits - self.logits.amax(0)

    @cached_property
    def _powers(self) -> Tensor:
        return self._lowered.exp()

    @cached_property
    def _sum_of_powers(self) -> Tensor:
        return total(self._powers)

    def _of_label(self, values: Tensor) -> Tensor:
        return values.gather(0, self._label)[0]
