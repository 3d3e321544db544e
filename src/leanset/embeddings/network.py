"""What the classifiers of a training log's proxies see."""

from typing import Literal

from pydantic import NonNegativeInt

from leanset.embeddings.base import EmbeddingBase


class NetworkFeatures(EmbeddingBase):
    """The penultimate features of proxies, neither centred nor scaled.

    ``epoch`` is one of the log's ``features_at``, 0 for before the training, or the last of them.
    With ``proxies: own`` every run has the features of a block of proxies of its own, so that the
    spread between runs holds that of the proxies; with ``shared`` all runs share those of all.
    """

    method: Literal["network"]
    log: str
    epoch: NonNegativeInt | None = None
    proxies: Literal["own", "shared"] = "own"

    def source_log(self) -> str:
        """The log."""
        return self.log
