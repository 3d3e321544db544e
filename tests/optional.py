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
