"""Principal components of the pixels."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from leanset.embeddings.base import ImageEmbedding
from leanset.errors import LeansetError


class Pca(ImageEmbedding):
    """The first principal components of the raw pixels, centred, neither scaled nor whitened.

    The decomposition is exact (eigenvectors of the covariance), so it needs no seed.
    """

    method: Literal["pca"]
    components: PositiveInt

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Project ``uint8 [N, C, H, W]`` to ``float32 [N, components]``.

        Raises:
            LeansetError: more components than samples or pixels.
        """
        from sklearn.decomposition import PCA

        pixels = images.reshape(len(images), -1).astype(np.float32)
        if self.components > min(pixels.shape):
            raise LeansetError(
                f"{self.components} components asked of {len(pixels)} samples of "
                f"{pixels.shape[1]} values.",
                where="embeddings, method pca",
                remedy=f"Set components to at most {min(pixels.shape)}.",
            )
        pca = PCA(self.components, svd_solver="covariance_eigh")
        components: NDArray[np.float32] = pca.fit_transform(pixels).astype(np.float32)
        return components
