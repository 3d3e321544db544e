"""Dividing a loop over columns or rows among the cores."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from leanset.hardware import usable_cores

_WORTH_A_THREAD = 200_000
"""Below so many numbers for each thread, handing them out takes longer than looking at them."""


def side_by_side(task: Callable[[int, int], None], length: int, numbers: int) -> None:
    """Do ``task(first, last)`` for ranges that together are all of ``length``, on all cores.

    Args:
        task: what to do for a range.
        length: of all ranges together.
        numbers: about how many numbers the task looks at for each place of a range.
    """
    parts = min(usable_cores(), length, length * numbers // _WORTH_A_THREAD)
    if parts < 2:
        task(0, length)
        return
    cuts = [length * part // parts for part in range(parts + 1)]
    list(_pool().map(task, cuts[:-1], cuts[1:]))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(usable_cores(), thread_name_prefix="coverage")
