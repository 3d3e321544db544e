"""Parts of the suite that need something not every machine has."""

import os

import pytest


def require(present: bool, what: str) -> None:
    """Skip the test where ``what`` is missing, or fail where LEANSET_REQUIRE_OPTIONAL is set."""
    if present:
        return
    if os.environ.get("LEANSET_REQUIRE_OPTIONAL"):
        pytest.fail(f"{what} is missing, and LEANSET_REQUIRE_OPTIONAL is set")
    pytest.skip(f"{what} is missing")


def only_where_all_is_required(what: str) -> None:
    """Skip what takes minutes, except where LEANSET_REQUIRE_OPTIONAL is set."""
    if not os.environ.get("LEANSET_REQUIRE_OPTIONAL"):
        pytest.skip(f"{what} takes minutes, and LEANSET_REQUIRE_OPTIONAL is not set")
