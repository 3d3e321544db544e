"""Where the training of a proxy is written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.training.log.training_log import AT_CHOSEN_EPOCHS, OF_VALIDATION

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.models.base import Network
    from leanset.training.evaluation import Forward
    from leanset.training.prepared import PreparedImages


@dataclass(frozen=True)
class Recording:
    """The row of a training log that one proxy fills, epoch by epoch.

    Attributes:
        folder: holds an ``.npy`` file for each array of the log; their names say what is recorded.
        proxy: the row.
        features_at: the chosen epochs at which more is recorded; 0 is before the training.
    """

    folder: str
    proxy: int
    features_at: tuple[int, ...] = ()

    @property
    def at_start(self) -> bool:
        """Whether the network is recorded before its first step, too."""
        return 0 in self.features_at

    def write(self, epoch: int, model: Network, forward: Forward, images: PreparedImages) -> None:
        """Write what ``model`` says of every training sample after epoch ``epoch``.

        Before the training, which is epoch 0, that is only what is recorded at chosen epochs. Of
        the samples of the validation split it is what the folder has arrays for. The images are
        shown as they are, not augmented, to the model in evaluation mode.
        """
        from leanset.training.evaluation import evaluation_batch

        of_training, of_validation = {}, {}
        for name, row in self._rows(epoch):
            if name.startswith(OF_VALIDATION):
                of_validation[name.removeprefix(OF_VALIDATION)] = row
            else:
                of_training[name] = row
        size = evaluation_batch(images.device)
        for rows, batches in (
            (of_training, images.train_batches(size)),
            (of_validation, images.validation_batches(size)),
        ):
            if rows:
                shown = ((images.normalised(pixels), labels) for pixels, labels in batches)
                _fill(rows, shown, model, forward)

    def _rows(self, epoch: int) -> Iterator[tuple[str, NDArray[Any]]]:
        """The part of each array that this epoch fills, ``[N, ...]``, mapped for writing."""
        for file in sorted(Path(self.folder).glob("*.npy")):
            array: NDArray[Any] = np.load(file, mmap_mode="r+", allow_pickle=False)
            if file.stem in AT_CHOSEN_EPOCHS:
                if epoch in self.features_at:
                    yield file.stem, array[self.proxy, self.features_at.index(epoch)]
            elif epoch > 0:
                yield file.stem, array[self.proxy, epoch - 1]


def _fill(
    rows: Mapping[str, NDArray[Any]],
    batches: Iterable[tuple[Tensor, Tensor]],
    model: Network,
    forward: Forward,
) -> None:
    """Measure batches of normalised images and labels one after another, in the rows' order."""
    import torch

    from leanset.training.log.measures import MEASURES, Shown

    start = 0
    for pixels, labels in batches:
        batch = slice(start, start + len(labels))
        start = batch.stop
        with torch.no_grad():
            # forward may compute in bfloat16, whose range half precision does not hold
            shown = Shown(model, pixels, labels, forward(pixels).float())
            for name, row in rows.items():
                row[batch] = MEASURES[name](shown).cpu().numpy()
