"""What a sweep says of itself while it runs: the core announces, whoever listens draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class RunFinished:
    """One training came to its end.

    Attributes:
        accuracy: on the test split, or None where the run failed.
        failure: why it failed, or None.
        from_record: whether an earlier sweep trained it.
    """

    variant: str
    budget: str
    run: int
    kept: int
    samples_seen: int
    seconds_train: float
    concurrency: int
    accuracy: float | None
    failure: str | None
    from_record: bool = False


Listener = Callable[[RunFinished], None]

_listeners: list[Listener] = []


def announce(event: RunFinished) -> None:
    """Tell everyone who listens."""
    for listener in _listeners:
        listener(event)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let ``listener`` hear what is announced meanwhile."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
