"""Tables, without importing pandas before it is needed."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

    Table: TypeAlias = pd.DataFrame
else:
    Table = Any


def rows_of(table: Table) -> list[dict[str, Any]]:
    """The rows of a table by column name, in order."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
