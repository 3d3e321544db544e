"""Lists and numbers of things, as they stand in a sentence."""

from collections.abc import Iterable


def listed(words: Iterable[str], last: str = "or") -> str:
    """Words, at least one, as a list that is read aloud: ``a, b or c``."""
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final


def counted(count: int, one: str, more: str | None = None) -> str:
    """``1 run``, ``1,200 runs``; ``more`` where it does not end in s."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"
