"""The node that measures how well subsets match the gradient of all samples."""

from leanset.config import VariantSettings
from leanset.matching import match_table
from leanset.pipelines.blocks import blocks_of
from leanset.store import Entry
from leanset.sweep import cells_of, replicates
from leanset.tables import Table


def match_gradients(
    subsets: Table, plan: Table, variant: VariantSettings, **logs: list[Entry]
) -> Table:
    """The relative error of every subset's gradient, at each moment the rule selects at."""
    import pandas as pd

    cells, tables = cells_of(plan), []
    for moment in variant.selector.needs().moments:
        log = f"log_{moment.log}"
        (recorded,) = logs[log]
        blocks = blocks_of(recorded, replicates(cells, log), "own")
        tables.append(match_table(subsets, [block.log for block in blocks], moment))
    return pd.concat(tables, ignore_index=True)
