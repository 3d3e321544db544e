"""The numbers that scores are made of: one for each sample, from its logits and its label.

Each takes logits ``float [N, C]`` and labels ``int64 [N]`` and gives ``float [N]``; p is the
softmax of the logits z, and y the label, one-hot where a vector is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor
from torch.nn.functional import cross_entropy, log_softmax, one_hot


def errors(logits: Tensor, labels: Tensor) -> Tensor:
    """Softmax minus one-hot, p − y, ``[N, C]``: the loss's gradient on the logits."""
    return logits.softmax(1) - one_hot(labels, logits.shape[1])


def p_true(logits: Tensor, labels: Tensor) -> Tensor:
    """p_y, the probability of the label."""
    return _of_label(logits.softmax(1), labels)


def confidence(logits: Tensor, labels: Tensor) -> Tensor:  # noqa: ARG001
    """The largest probability, whoever's it is."""
    return logits.softmax(1).amax(1)


def margin(logits: Tensor, labels: Tensor) -> Tensor:
    """z_y − max_{k≠y} z_k, on logits (Pleiss et al. 2020, equation 1)."""
    others = logits.scatter(1, labels[:, None], float("-inf"))
    return _of_label(logits, labels) - others.amax(1)


def el2n(logits: Tensor, labels: Tensor) -> Tensor:
    """‖p − y‖₂ (Paul et al. 2021, definition 2.2)."""
    lengths: Tensor = errors(logits, labels).norm(dim=1)
    return lengths


def entropy(logits: Tensor, labels: Tensor) -> Tensor:  # noqa: ARG001
    """−Σ p log p, in nats."""
    log_p = log_softmax(logits, 1)
    return -(log_p.exp() * log_p).sum(1)


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy, −log p_y."""
    return cross_entropy(logits, labels, reduction="none")


def correct(logits: Tensor, labels: Tensor) -> Tensor:
    """1 where no other class is as likely as the label, otherwise 0; a tie is 0."""
    return (margin(logits, labels) > 0).to(logits.dtype)


SCALARS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "p_true": p_true,
    "confidence": confidence,
    "margin": margin,
    "el2n": el2n,
    "entropy": entropy,
    "loss": loss,
    "correct": correct,
}


def _of_label(values: Tensor, labels: Tensor) -> Tensor:
    return values.gather(1, labels[:, None])[:, 0]
