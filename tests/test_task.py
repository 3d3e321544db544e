"""The version of a DAG run."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io.core import generate_timestamp

from leanset.task import version_of

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("run_after", "version"),
    [
        (datetime(2026, 11, 2, 3, 4, 5, 6789, UTC), "2026-11-02T03.04.05.006Z"),
        (datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC), "2026-11-02T03.04.05.000Z"),
        (datetime(2026, 11, 2, 23, 59, 59, 999999, UTC), "2026-11-02T23.59.59.999Z"),
        # 01:30 two hours east of Greenwich is 23:30 of the day before
        (
            datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))),
            "2025-12-31T23.30.00.000Z",
        ),
    ],
)
def test_a_version_is_the_moment_in_utc_to_the_millisecond(
    run_after: datetime, version: str
) -> None:
    assert version_of(run_after) == version


def test_a_version_is_written_as_kedro_writes_its_own() -> None:
    kedros = generate_timestamp()
    moment = datetime.strptime(kedros, "%Y-%m-%dT%H.%M.%S.%fZ").replace(tzinfo=UTC)
    assert version_of(moment) == kedros


@given(MOMENTS, MOMENTS)
def test_of_two_versions_the_later_comes_last_in_the_alphabet(
    one: datetime, other: datetime
) -> None:
    apart = abs(one - other) >= timedelta(milliseconds=1)
    if apart:
        assert (version_of(one) < version_of(other)) == (one < other)
