"""How little a network that never saw a sample believes its label, as cleanlab has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import EpochScore, Fault

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log import LogSettings
    from leanset.training.log.dynamics import Dynamics


class ConfidentLearning(EpochScore):
    """How little a proxy that was trained without the sample believes its label.

    −q of p̂ after one epoch, p̂ from the proxy that never saw the sample, which takes a log with
    ``folds: true``. q is cleanlab's label quality (Northcutt et al. 2021, section 3.2): p̂_y by
    ``self_confidence``, (p̂_y − max_{k≠y} p̂_k + 1) / 2 by ``normalized_margin``. Negated rather
    than taken from 1, which single precision would round to 1 for all the worst labels.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    needs_logits: ClassVar[bool] = True
    method: Literal["confident_learning"]
    proxies: Literal["shared"] = "shared"
    quality: Literal["self_confidence", "normalized_margin"] = "self_confidence"

    def faults(self, log: LogSettings) -> Iterator[Fault]:
        """Besides those of every log: each of its proxies was trained on all samples."""
        yield from super().faults(log)
        if not log.folds:
            yield Fault(
                "log",
                f"it needs folds: true in logs.{self.log}, so that each sample has a proxy that "
                "was trained without it.",
            )

    def score(self, dynamics: Dynamics) -> Tensor:
        """Label quality, negated, ``float64 [B]``, in [−1, 0].

        Raises:
            LeansetError: the log holds no folds or no logits.
        """
        import torch
        from cleanlab.rank import get_label_quality_scores

        quality = get_label_quality_scores(
            dynamics.labels.numpy(), self._out_of_fold(dynamics).numpy(), method=self.quality
        )
        return -torch.from_numpy(quality)

    def _out_of_fold(self, dynamics: Dynamics) -> Tensor:
        """p̂, ``float64 [B, C]``."""
        logits = self.after_epoch(dynamics).predictions.logits[:, :, 0]
        own = dynamics.fold.expand(len(logits), 1, -1)
        # a row for each sample, so that torch treats all samples alike to the last bit
        return logits.gather(1, own)[:, 0].T.double().contiguous().softmax(1)
