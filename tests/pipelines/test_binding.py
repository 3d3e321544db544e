from leanset.pipelines.binding import bound


def add(first: int, second: int, *, name: str) -> str:
    """Add, and say who did."""
    return f"{name}: {first + second}"


def test_a_bound_function_lacks_only_what_it_was_given() -> None:
    assert bound(add, name="mine")(1, second=2) == "mine: 3"
    assert bound(add, second=5, name="mine")(1) == "mine: 6"


def test_a_bound_function_is_named_documented_and_typed_as_itself() -> None:
    mine = bound(add, name="mine")
    assert (mine.__name__, mine.__doc__) == ("add", "Add, and say who did.")
    assert mine.__annotations__ == add.__annotations__


def test_binding_leaves_the_function_and_other_bindings_alone() -> None:
    first, second = bound(add, name="first"), bound(add, name="second")
    assert (first(1, 1), second(1, 1), add(1, 1, name="third")) == (
        "first: 2", "second: 2", "third: 2",
    )  # fmt: skip
