"""Telling a node which named artifact or variant it is the node of."""

from collections.abc import Callable
from functools import update_wrapper
from types import FunctionType
from typing import Any


def bound(function: Callable[..., Any], **given: Any) -> Callable[..., Any]:
    """``function`` with some of its keyword-only arguments given.

    It is a function like the one that it was made from, with its name, documentation, types and
    code: kedro-viz would show nothing of a ``functools.partial``.

    Raises:
        TypeError: an argument is not keyword-only.
    """
    if not isinstance(function, FunctionType):
        raise TypeError(f"{function!r} is not a function")
    code = function.__code__
    named = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    if unknown := given.keys() - set(named):
        raise TypeError(f"{function.__name__} has no keyword-only {', '.join(sorted(unknown))}")
    copy = FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = {**(function.__kwdefaults__ or {}), **given}
    return update_wrapper(copy, function)
