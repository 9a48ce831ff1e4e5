"""Ids and times of plain rows, in the forms of sites, pandas and databases."""

from decimal import Decimal

import pytest

from core.moderation.comments import UNKNOWN_AUTHOR, IncomingComment
from tests.unit.source_rows import NOON, NOON_S, READ_AT, comment, message


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (101, "101"),
        (101.0, "101"),
        (-0.0, "0"),
        ("101.0", "101"),
        ("101.00", "101"),
        ("007", "007"),
        ("007.0", "007"),
        (Decimal("101.00"), "101"),
        (Decimal(10**30), "1" + "0" * 30),
        (Decimal("1E+3"), "1000"),
        (2**70, str(2**70)),
        (2.0**52, str(2**52)),
        ("18446744073709551616", "18446744073709551616"),
        ("1.5", "1.5"),
        ("12e5", "12e5"),
        ("1e5", "1e5"),
        ("100.", "100"),
        (" 101 ", "101"),
        ("\u00a0c-1\u00a0", "c-1"),
        ("c.1.0", "c.1.0"),
    ],
)
def test_an_id_keeps_its_digits(given: object, kept: str) -> None:
    assert comment({"id": given, "text": "a"}).source_id == kept
    assert comment({"id": 1, "text": "a", "parent_id": given}).parent_source_id == kept


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        "",
        " ",
        "nan",
        "NaN",
        "NULL",
        "null",
        "None",
        "<NA>",
        "NaT",
        "NA",
        "N/A",
        "\\N",
        "n/a",
        "-nan",
        "(null)",
        "undefined",
        float("nan"),
        Decimal("NaN"),
    ],
)
def test_no_id_in_whatever_words_is_none(nothing: object) -> None:
    assert comment({"id": 1, "text": "a", "parent_id": nothing}).parent_source_id is None
    if nothing not in ("", " "):
        assert "`id` is missing" in message({"id": nothing, "text": "a"})


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("1.23457E+12", "scientific notation, which drops digits; save that column as text"),
        ("1e+18", "scientific notation"),
        ("1,23457E+12", "scientific notation"),
        ("1.23457e12", "scientific notation"),
        (1e18, "too large to be exact"),
        (2.0**53, "too large to be exact"),
        (float("inf"), "too large to be exact"),
        (Decimal("Infinity"), "not an id"),
        (101.5, "not an id"),
        (Decimal("101.5"), "not an id"),
        (True, "true or false"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_an_id_that_lost_digits_is_refused(given: object, complaint: str) -> None:
    assert complaint in message({"id": given, "text": "a"})
    assert complaint in message({"id": 1, "text": "a", "parent_id": given})


@pytest.mark.parametrize(
    "given",
    [
        NOON_S,
        float(NOON_S),
        str(NOON_S),
        f"{NOON_S}.0",
        NOON_S * 1000,
        f"{NOON_S * 1000}",
        NOON_S * 10**6,
        NOON_S * 10**9,
        Decimal(NOON_S),
        NOON,
        "2026-01-31T13:00:00+01:00",
        "2026-01-31T12:00:00z",
        "2026-01-31 12:00:00 UTC",
        "2026-01-31 12:00:00+00",
    ],
)
def test_a_time_is_the_same_instant_in_every_unit(given: object) -> None:
    assert comment({"id": 1, "text": "a", "created_at": given}).created_at == NOON


@pytest.mark.parametrize("nothing", [None, "", "NaN", "NaT", "NULL"])
def test_no_time_is_the_time_of_reading(nothing: object) -> None:
    row = {"id": 1, "text": "a", "created_at": nothing or None}
    assert comment(row).created_at == READ_AT


@pytest.mark.parametrize(
    "given",
    [
        20260131,
        20260131.0,
        202601311200,
        20260131120000,
        "202601311200",
        "20260131120000",
        2026013112,  # with hours: 2034 in Unix seconds
        2601311200,  # without the century: 2052
        260131120000,  # 1978 in milliseconds
        3852705600,  # seconds from 1904: 2092
        134143344000000000,  # Windows file time: 1974 in nanoseconds
        639054000000000000,  # .NET ticks: 1990 in nanoseconds
        2026,
        46053,
        46053.5,
        0,
        -1,
        99999999,
        8000000000,
        10**13,
        10**30,
        1e300,
    ],
)
def test_a_number_that_is_no_unix_time_is_refused_with_the_fix(given: object) -> None:
    row = {"id": 1, "text": "a", "Timestamp": given}
    assert "`Timestamp` is " in message(row)
    assert "write 2026-01-31T12:00:00Z or Unix seconds" in message(row)


def test_a_date_as_a_number_is_refused_in_hacker_news_rows_too() -> None:
    row = {"id": 1, "type": "comment", "by": "ann", "time": 20260131, "text": "a"}
    assert "`time` is a date written as a number" in message(row)


def test_columns_by_and_time_are_a_sites_own_where_ids_are_no_numbers() -> None:
    row = {"id": "c-1", "by": "ann", "time": NOON_S, "text": "a", "parent": "c-0"}
    assert comment(row) == IncomingComment("site", "c-1", "a", "ann", NOON, "c-0")
    assert comment(row | {"id": 7, "parent": 3}).source == "hackernews"
    assert comment({"id": 1, "text": "a"}).author == UNKNOWN_AUTHOR
