"""Text as files that are whole or absent."""

from kedro_datasets import text

from leanset.io.whole import Whole


class TextDataset(Whole, text.TextDataset):  # type: ignore[misc]
    """A page of text."""
