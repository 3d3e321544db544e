"""Where the training of a proxy is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.training.log.training_log import AT_CHOSEN_EPOCHS

if TYPE_CHECKING:
    from leanset.models.base import Network
    from leanset.training.evaluation import Forward
    from leanset.training.prepared import PreparedImages


@dataclass(frozen=True)
class Recording:
    """The row of a training log that one proxy fills, epoch by epoch.

    Attributes:
        folder: holds an ``.npy`` file for each array of the log; their names say what is recorded.
        proxy: the row.
        features_at: the chosen epochs, from 1, at which more is recorded.
    """

    folder: str
    proxy: int
    features_at: tuple[int, ...] = ()

    def write(self, epoch: int, model: Network, forward: Forward, images: PreparedImages) -> None:
        """Write what ``model`` says of every training sample after epoch ``epoch`` (from 1).

        The images are shown as they are, not augmented, to the model in evaluation mode.
        """
        import torch

        from leanset.training.evaluation import evaluation_batch
        from leanset.training.log.measures import MEASURES, Shown

        rows = dict(self._rows(epoch))
        size = evaluation_batch(images.device)
        for start in range(0, len(images.train_labels), size):
            batch = slice(start, start + size)
            with torch.no_grad():
                pixels = images.normalised(images.train_images[batch])
                # forward may compute in bfloat16, whose range half precision does not hold
                logits = forward(pixels).float()
                shown = Shown(model, pixels, images.train_labels[batch], logits)
                for name, row in rows.items():
                    row[batch] = MEASURES[name](shown).cpu().numpy()

    def _rows(self, epoch: int) -> Iterator[tuple[str, NDArray[Any]]]:
        """The part of each array that this epoch fills, ``[N, ...]``, mapped for writing."""
        for file in sorted(Path(self.folder).glob("*.npy")):
            array: NDArray[Any] = np.load(file, mmap_mode="r+", allow_pickle=False)
            if file.stem not in AT_CHOSEN_EPOCHS:
                yield file.stem, array[self.proxy, epoch - 1]
            elif epoch in self.features_at:
                yield file.stem, array[self.proxy, self.features_at.index(epoch)]
