"""Lists, numbers of things and measurements, as they stand in a sentence."""

from collections.abc import Iterable


def listed(words: Iterable[str], last: str = "or") -> str:
    """Words, at least one, as a list that is read aloud: ``a, b or c``."""
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final


def counted(count: int, one: str, more: str | None = None) -> str:
    """``1 run``, ``1,200 runs``; ``more`` where it does not end in s."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def percent(fraction: float) -> str:
    """An accuracy: ``98.02 %``."""
    return f"{fraction * 100:.2f} %"


def points(fraction: float) -> str:
    """A difference of accuracies in percent points, with its sign: ``+0.85``, ``−1.10``."""
    return f"{fraction * 100:+.2f}".replace("-", "−")


def span_of_points(low: float, high: float) -> str:
    """An interval of differences in percent points: ``−0.50 to +0.23``."""
    return f"{points(low)} to {points(high)}"
