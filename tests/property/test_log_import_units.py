"""Properties of durations, times and spreads of imported logs."""

import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.servinglog.importing.calls import UnusableLine
from core.servinglog.importing.durations import (
    DurationUnit,
    duration_ms,
    plain_number,
    to_ms,
    value_ms,
)
from core.servinglog.importing.spread import Spread
from core.servinglog.importing.times import EARLIEST, in_utc, parse_time
from core.servinglog.record import MAX_MS

PER_MS = {DurationUnit.NS: 10**6, DurationUnit.US: 10**3, DurationUnit.MS: 1}
BERLIN = ZoneInfo("Europe/Berlin")
moments = st.datetimes(datetime(2001, 9, 10), datetime(2040, 1, 1))


@given(
    st.integers(0, 86_400_000), st.sampled_from([DurationUnit.NS, DurationUnit.US, DurationUnit.MS])
)
def test_whole_durations_are_the_same_in_each_unit(ms: int, unit: DurationUnit) -> None:
    assert to_ms(float(ms * PER_MS[unit]), unit) == float(ms)
    assert duration_ms(f"{ms * PER_MS[unit]}{unit}") == float(ms)


@given(st.floats(0, MAX_MS / 1000))
def test_seconds_are_a_thousand_ms(seconds: float) -> None:
    assert to_ms(seconds, DurationUnit.S) == pytest.approx(to_ms(seconds * 1000, DurationUnit.MS))


@given(st.integers(0, 2**40), st.sampled_from(["ns", "us", "µs", "μs", "ms", "s"]))
def test_what_a_value_says_counts_before_the_unit_of_its_column(number: int, unit: str) -> None:
    def read(text: str, told: DurationUnit) -> float | str:
        try:
            return value_ms(text, told)
        except UnusableLine as error:
            return str(error)

    assert read(f"{number}{unit}", DurationUnit.S) == read(f"{number}{unit}", DurationUnit.NS)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans(), st.binary()))
def test_a_duration_is_usable_or_refused_and_never_a_guess(given: object) -> None:
    for unit in DurationUnit:
        try:
            ms = value_ms(given, unit)
        except UnusableLine:
            continue
        assert 0 <= ms <= MAX_MS
        assert math.isfinite(ms)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_they_are_written(number: float) -> None:
    assert plain_number(repr(number)) == number
    assert plain_number(number) == number


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_a_time_with_an_offset_is_that_time(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    for text in (aware.isoformat(), aware.isoformat(sep=" ")):
        assert in_utc(parse_time(text), BERLIN) == aware.astimezone(UTC)


@given(moments)
def test_a_time_since_1970_is_the_same_in_s_ms_us_and_ns(moment: datetime) -> None:
    whole = moment.replace(tzinfo=UTC, microsecond=0)
    seconds = int(whole.timestamp())
    for per_second in (1, 10**3, 10**6, 10**9):
        assert parse_time(seconds * per_second) == whole
        assert parse_time(str(seconds * per_second)) == whole


@given(moments)
def test_a_time_of_a_place_is_its_only_moment_or_refused(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    candidates = {
        utc
        for hours in (1, 2)
        if (utc := (moment - timedelta(hours=hours)).replace(tzinfo=UTC))
        .astimezone(BERLIN)
        .replace(tzinfo=None)
        == moment
    }
    try:
        found = in_utc(moment, BERLIN)
    except UnusableLine:
        assert len(candidates) != 1
    else:
        assert candidates == {found}


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none()))
def test_no_time_is_read_before_2000(given: object) -> None:
    with suppress(UnusableLine):
        assert in_utc(parse_time(given), UTC) >= EARLIEST


@given(st.lists(st.floats(0.001, MAX_MS), min_size=1), st.sampled_from([0.5, 0.95, 0.99]))
def test_quantiles_of_a_spread_are_within_three_percent(values: list[float], share: float) -> None:
    spread = Spread()
    for value in values:
        spread.add(value)
    exact = sorted(values)[math.ceil(share * len(values)) - 1]
    assert spread.quantile(share) == pytest.approx(exact, rel=0.03)
    assert spread.quantile(1) <= max(values)


@given(
    st.lists(st.floats(0.1, 0.9), min_size=10, max_size=40),
    st.lists(st.floats(0.1, 0.9), min_size=10, max_size=40),
)
def test_seconds_among_milliseconds_are_two_groups(one: list[float], other: list[float]) -> None:
    spread, alone = Spread(), Spread()
    for value in one:
        spread.add(value)
        alone.add(value)
    for value in other:
        spread.add(value * 1000)
    low = max(one) / min(one), max(other) / min(other)
    middles = sorted(other)[len(other) // 2] / sorted(one)[len(one) // 2]
    if max(low) < 3 and 0.4 < middles < 2.5:
        assert spread.two_groups() is not None
    assert alone.two_groups() is None
