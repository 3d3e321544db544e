import inspect

import pytest

from leanset.pipelines.binding import bound


def add(first: int, second: int, *, name: str, sign: str = ":") -> str:
    """Add, and say who did."""
    return f"{name}{sign} {first + second}"


def test_a_bound_function_lacks_only_what_it_was_given() -> None:
    assert bound(add, name="mine")(1, second=2) == "mine: 3"
    assert bound(add, name="mine", sign=" =")(1, 5) == "mine = 6"


def test_a_bound_function_is_named_documented_and_typed_as_itself() -> None:
    mine = bound(add, name="mine")
    assert (mine.__name__, mine.__doc__) == ("add", "Add, and say who did.")
    assert mine.__annotations__ == add.__annotations__


def test_a_bound_function_shows_its_code_where_it_was_written() -> None:
    mine = bound(add, name="mine")
    # what kedro-viz asks of the function of a node
    assert inspect.isfunction(mine)
    assert inspect.getsource(mine) == inspect.getsource(add)
    assert inspect.getfile(mine) == __file__


def test_binding_leaves_the_function_and_other_bindings_alone() -> None:
    first, second = bound(add, name="first"), bound(add, name="second")
    assert (first(1, 1), second(1, 1), add(1, 1, name="third")) == (
        "first: 2", "second: 2", "third: 2",
    )  # fmt: skip


@pytest.mark.parametrize("given", [{"second": 5}, {"third": 5}])
def test_only_keyword_only_arguments_are_bound(given: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="add has no keyword-only"):
        bound(add, **given)


def test_only_functions_are_bound() -> None:
    with pytest.raises(TypeError, match="is not a function"):
        bound(int, base=2)
