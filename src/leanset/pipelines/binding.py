"""Telling a node which named artifact or variant it is the node of."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any


def bound(function: Callable[..., Any], **given: Any) -> Callable[..., Any]:
    """``function`` with some arguments given, still documented and typed as itself."""
    return update_wrapper(partial(function, **given), function)
