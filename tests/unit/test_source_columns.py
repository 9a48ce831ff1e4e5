"""Column names, authors and gone rows among plain rows, in the forms of sites and pandas."""

from typing import Any

import pytest

from core.moderation.comments import UNKNOWN_AUTHOR, IncomingComment
from core.sources.base import Skipped
from core.sources.files.items import shape_of, unread_names
from tests.unit.source_rows import NOON, NOON_S, READ_AT, comment, item, message


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
        {"user_deleted": True},
        {"delete": "true"},
        {"deletedByUser": 1},
        {"removed_by_category": "moderator"},
        {"deleted_by": 17},
        {"status": "deleted_by_user"},
        {"status": "Removed by moderator"},
        {"deleted": "2026-01-31T12:00:00Z"},
        {"deleted": NOON_S},
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
        {"status": "undeleted", "removed_by_category": None},
        {"removed_by": "", "deleted_by": 0, "user_deleted": False},
        {"state": "trashy"},
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
