"""Errors written for the person who has to mend them."""

from collections.abc import Iterable
from difflib import get_close_matches


class LeansetError(Exception):
    """Something a person can mend: what is wrong, where it is, and what to do next."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        message = f"{where}: {what}" if where else what
        # after a list, what to do stands on a line of its own
        super().__init__(("\n" if "\n" in what else " ").join(filter(None, [message, remedy])))


def nearest(name: object, known: Iterable[object]) -> str:
    """The sentence that leads from a misspelt name to the right one."""
    names = sorted(map(str, known))
    close = get_close_matches(str(name), names, n=1)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Known: {', '.join(names)}." if names else "None is defined."
