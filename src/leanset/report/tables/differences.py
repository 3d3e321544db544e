"""The numbers of the figures of differences to random."""

from leanset.report.content import Content
from leanset.report.tables.accuracy import kept_of, name_of
from leanset.report.tables.shown import Column, Datum, Grid, Row
from leanset.report.words import between, difference


def difference_table(content: Content) -> Grid:
    """Every comparison with random."""
    rows = tuple(
        Row(
            (
                name_of(row, content),
                kept_of(row),
                Datum.number(row["difference"], difference(row["difference"])),
                Datum(between(row["low"], row["high"])),
                Datum.number(row["p"], _chance(row["p"])),
                Datum.word(row["verdict"]),
            ),
            row["variant"],
        )
        for row in sorted(content.against("random"), key=lambda row: (row["variant"], row["kept"]))
    )
    columns = (
        Column("variant", is_number=False),
        Column("kept"),
        Column("difference", about="percent points"),
        Column("interval", about="for all comparisons together"),
        Column("p", about="corrected for all comparisons"),
        Column("verdict", is_number=False),
    )
    return Grid("Differences to random", columns, rows)


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
