"""Values of flags."""

from datetime import UTC, datetime

import pytest

from core.cli.arguments import moment


@pytest.mark.parametrize(
    "text",
    ["2026-03-29T02:30", "2026-03-29T02:30Z", "2026-03-29T04:30+02:00", "2026-03-28T21:30-05:00"],
)
def test_a_time_is_in_utc_whatever_its_zone(text: str) -> None:
    found = moment(text)
    assert found.isoformat() == "2026-03-29T02:30:00+00:00"
    assert found.tzinfo is UTC


def test_a_day_begins_at_midnight_utc() -> None:
    assert moment("2026-03-29") == datetime(2026, 3, 29, tzinfo=UTC)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        moment("tomorrow")
