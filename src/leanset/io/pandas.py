"""Tables as files that are whole or absent."""

from kedro_datasets import pandas

from leanset.io.whole import Whole


class ParquetDataset(Whole, pandas.ParquetDataset):  # type: ignore[misc]
    """A table in a parquet file."""


class CSVDataset(Whole, pandas.CSVDataset):  # type: ignore[misc]
    """A table in a file for spreadsheets."""
