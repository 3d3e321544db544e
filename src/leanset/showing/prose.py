"""Texts out of docstrings and files, as a terminal shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import get_console
from rich.text import Text

from leanset.terminal import say, table_of


def plain(text: str) -> str:
    """A docstring with single marks around code."""
    return text.replace("``", "`")


def show(text: str) -> None:
    """Print paragraphs, wrapped to the terminal and with nothing in them taken for markup."""
    for paragraph in plain(text).split("\n\n"):
        get_console().print(Text(" ".join(paragraph.split())))


def print_words(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    narrow: Mapping[str, int] | None = None,
) -> None:
    """Print a table of words as they are, after an empty line; its first column is never broken.

    Args:
        title: of the table.
        columns: their names.
        rows: with a text for each column.
        narrow: columns that are to be no wider than that, so that others have more room.
    """
    table = table_of(title, columns[:1], ())
    for column in columns[1:]:
        table.add_column(column, overflow="fold", max_width=(narrow or {}).get(column))
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    say("")
    get_console().print(table)
