"""A table as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leanset.report.words import known


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        is_number: so that it stands to the right.
        about: what the title does not say.
    """

    title: str
    is_number: bool = True
    about: str = ""


@dataclass(frozen=True)
class Datum:
    """What a cell of the table shows.

    Attributes:
        sort: by which rows are ordered; empty comes last.
        note: a second, quieter line.
        mood: good, bad or open, which gives it a colour and a mark beside its words.
    """

    text: str
    sort: str = ""
    note: str = ""
    mood: str = ""

    @classmethod
    def number(cls, value: Any, text: str, note: str = "", mood: str = "") -> Datum:
        """A number, which may be missing, and what is written for it."""
        return cls(text, repr(float(value)) if known(value) else "", note, mood)

    @classmethod
    def word(cls, text: str, note: str = "", mood: str = "") -> Datum:
        """A word, ordered by itself."""
        return cls(text, text, note, mood)


@dataclass(frozen=True)
class Row:
    """A row; its first cell names it.

    Attributes:
        variant: whose it is, so that it can be switched off with its variant; "" if of none.
    """

    cells: tuple[Datum, ...]
    variant: str = ""


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        caption: what it holds, for those who jump from table to table.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
