"""Column names, ids and times of plain rows, in the forms of sites, pandas and databases."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.moderation.comments import UNKNOWN_AUTHOR, IncomingComment
from core.sources.base import Rejected, Skipped, SourceItem
from core.sources.files.items import shape_of, to_item, unread_names

READ_AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NOON_S = 1769860800


def item(raw: object) -> SourceItem:
    return to_item(raw, where="row 1", source="site", read_at=READ_AT)


def comment(raw: object) -> IncomingComment:
    found = item(raw)
    assert isinstance(found, IncomingComment), found
    return found


def message(raw: object) -> str:
    found = item(raw)
    assert isinstance(found, Rejected), found
    return found.message


@pytest.mark.parametrize(
    "names",
    [
        "id text Author Created_At Parent_ID",
        "ID TEXT AUTHOR CREATED_AT PARENT_ID",
        "Comment_Id Body User createdAt parentId",
        "comment-id content Username Timestamp In_Reply_To",
        "id Comment by Date Parent",
        "id message author_name created_utc reply_to_id",
        "comment:id comment/text author.name date reply-to",
        "uuid raw_text commenter commented_at reply_to_comment_id",
        "id full_text screen_name date_created in_reply_to_status_id",
        "message_id msg displayName DatePosted parent_uuid",
        "\u200bid ｔｅｘｔ user.login submitted_on pid",
    ],
)
def test_names_are_taken_in_any_case_and_by_what_they_are_commonly_called(names: str) -> None:
    row = dict(zip(names.split(), ("c-1", "hi", "ann", "2026-01-31T12:00:00Z", "p-1"), strict=True))
    assert comment(row) == IncomingComment("site", "c-1", "hi", "ann", NOON, "p-1")
    assert unread_names(row, shape_of(row)) == set()


def test_title_in_capitals_makes_a_thread_and_blanks_in_names_do_not_matter() -> None:
    assert comment({"Comment ID": "1", "Comment Text": "hi", " Author ": "ann"}).author == "ann"
    assert type(item({"ID": "t-1", "Title": "Plain"})).__name__ == "IncomingThread"


@pytest.mark.parametrize(
    ("row", "first", "second"),
    [
        ({"id": 1, "ID": 2, "text": "a"}, "id", "ID"),
        ({"id": 1, "text": "a", "Text": "b"}, "text", "Text"),
        ({"id": 1, "text": "a", "author": "b", "username": "c"}, "author", "username"),
        ({"id": 1, "text": "a", "date": "b", "time": "c"}, "date", "time"),
        ({"id": 1, "text": "a", "parent": "b", "in_reply_to": "c"}, "parent", "in_reply_to"),
    ],
)
def test_two_names_for_one_field_are_an_error_that_names_both(
    row: dict[str, Any], first: str, second: str
) -> None:
    assert f"`{first}` and `{second}`" in message(row)


def test_rare_name_counts_only_without_a_common_one() -> None:
    row = {"id": 1, "uuid": "u", "text": "a", "html": "<p>a", "author": "ann", "name": "t1_x"}
    assert comment(row) == IncomingComment("site", "1", "a", "ann", READ_AT)
    assert unread_names(row, shape_of(row)) == {"uuid", "html", "name"}
    row = {"id": 1, "raw": "a", "html": "<p>a", "display_name": "Ann", "nick": "ann"}
    assert comment(row) == IncomingComment("site", "1", "a", "Ann", READ_AT)
    assert unread_names(row, shape_of(row)) == {"html", "nick"}


@pytest.mark.parametrize(
    "gone",
    [
        {"is_deleted": "t"},
        {"removed": True},
        {"isRemoved": 1},
        {"dead": "true"},
        {"withdrawn": "yes"},
        {"deleted_at": "2026-01-31T12:00:00Z"},
        {"Deleted At": NOON_S},
        {"removed_at": "31 January"},
        {"status": "Deleted"},
        {"comment_status": "trash"},
        {"deleted": False, "deleted_at": "2026-01-31"},
        {"deleted_at": None, "is_removed": "1"},
    ],
)
def test_row_says_in_many_ways_that_its_comment_is_gone(gone: dict[str, Any]) -> None:
    row = {"id": 1, "text": "a"} | gone
    found = item(row)
    assert found == Skipped("row 1", "deleted at the source")
    assert found.withdraws == ("site", "1")
    assert unread_names(row, shape_of(row)) == set()


@pytest.mark.parametrize(
    "there",
    [
        {"is_deleted": "f", "removed": False, "dead": 0},
        {"deleted_at": None, "removed_at": ""},
        {"deleted_at": "NULL", "removed_at": "0000-00-00 00:00:00"},
        {"deleted_at": 0, "removed_at": float("nan")},
        {"deleted_at": "0", "withdrawn_at": False},
        {"status": "published", "state": None},
        {"status": 200},
    ],
)
def test_row_that_denies_it_is_a_comment(there: dict[str, Any]) -> None:
    row = {"id": 1, "text": "a"} | there
    assert comment(row).text == "a"
    assert unread_names(row, shape_of(row)) == set()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"username": "ann"}, "ann"),
        ({"id": 7, "name": "Ann"}, "Ann"),
        ({"login": "ann", "url": "https://x.example"}, "ann"),
        ({"display_name": "Ann", "isAnonymous": False}, "Ann"),
        ({"name": None, "screen_name": "ann"}, "ann"),
    ],
)
def test_author_given_as_an_object_is_named_by_it(given: dict[str, Any], name: str) -> None:
    assert comment({"id": 1, "text": "a", "author": given}).author == name
    assert comment({"id": 1, "text": "a", "user": given}).author == name


@pytest.mark.parametrize("nobody", ["nan", "NaN", "NULL", "None", "<NA>", " ", "N/A", "\\N"])
def test_author_that_a_table_marks_as_missing_is_unknown(nobody: str) -> None:
    assert comment({"id": 1, "text": "a", "author": nobody}).author == UNKNOWN_AUTHOR
    assert getattr(item({"id": 1, "title": "a", "author": nobody}), "author", "") is None


def test_objects_that_stand_for_one_value_are_that_value() -> None:
    row = {
        "_id": {"$oid": "65ba3f"},
        "content": {"rendered": "<p>hi</p>", "protected": False},
        "parent": {"id": "p-1", "author": "bob"},
        "created_at": {"$date": {"$numberLong": str(NOON_S * 1000)}},
    }
    expected = IncomingComment("site", "65ba3f", "<p>hi</p>", UNKNOWN_AUTHOR, NOON, "p-1")
    assert comment(row) == expected
    assert comment(row | {"created_at": {"$date": "2026-01-31T12:00:00Z"}}) == expected
    assert "`author` is an object" in message({"id": 1, "text": "a", "author": {"id": 5}})
    assert "`text` is an object" in message({"id": 1, "text": {"lines": 5}})
    assert "`created_at` is an object" in message({"id": 1, "text": "a", "created_at": {"a": 1}})


def test_of_two_names_the_one_with_a_value_counts() -> None:
    assert comment({"id": 1, "text": "a", "author": None, "user": "ann"}).author == "ann"


def test_unread_names_are_those_that_nothing_was_taken_from() -> None:
    row = {"id": 1, "text": "a", "votes": 3, "Category": "x", "author": None}
    assert unread_names(row, shape_of(row)) == {"votes", "Category"}
    story = {"id": 1, "type": "comment", "by": "a", "time": 1, "kids": [2], "text": "x", "odd": 1}
    assert unread_names(story, shape_of(story)) == {"odd"}


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
