"""JSON as files that are whole or absent."""

from kedro_datasets import json

from leanset.io.whole import Whole


class JSONDataset(Whole, json.JSONDataset):  # type: ignore[misc]
    """Plain values."""
