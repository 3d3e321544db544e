"""Runs that failed, as people are told of them."""

from collections.abc import Iterable, Mapping
from typing import Any


def lines_of(failed: Iterable[tuple[Mapping[str, Any], str | None]]) -> str:
    """A line for each failed run, from its row and the reason."""
    return "\n".join(
        f"  {row['variant']} at {row['budget']}, run {row['run']}: {reason}"
        for row, reason in failed
    )
