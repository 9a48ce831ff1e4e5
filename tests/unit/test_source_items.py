"""One raw row gives one item: every shape of rows, and every fault."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.comments import UNKNOWN_AUTHOR, IncomingComment, IncomingThread
from core.sources.base import Rejected, Skipped, SourceItem
from core.sources.files.columns import ALIASES, RARE_ALIASES
from core.sources.files.items import KNOWN_COLUMNS, story_of_hit, to_item

READ_AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
WRITTEN_AT = datetime(2011, 8, 24, 22, 5, 27, tzinfo=UTC)
FIREBASE = {"by": "norvig", "id": 2921983, "parent": 2921506, "text": "Aw <p>shucks"} | {
    "time": 1314223527,
    "type": "comment",
}
HIT = {"objectID": "2921983", "author": "norvig", "comment_text": "Aw <p>shucks"} | {
    "created_at": "2011-08-24T22:05:27Z",
    "created_at_i": 1314223527,
    "parent_id": 2921506,
    "story_id": 2921506,
    "story_title": "A &quot;story&quot;",
    "_tags": ["comment", "author_norvig", "story_2921506"],
}
ITEM = {"id": 2921983, "author": "norvig", "text": "Aw <p>shucks", "type": "comment"} | {
    "created_at": "2011-08-24T22:05:27.000Z",
    "parent_id": 2921506,
    "children": [],
}


def item(raw: object) -> SourceItem:
    return to_item(raw, where="f.jsonl, line 7", source="site", read_at=READ_AT)


@pytest.mark.parametrize("raw", [FIREBASE, HIT, ITEM], ids=["firebase", "hit", "item"])
def test_a_hacker_news_comment_is_the_same_by_every_door(raw: dict[str, Any]) -> None:
    assert item(raw) == IncomingComment(
        "hackernews", "2921983", "Aw <p>shucks", "norvig", WRITTEN_AT, "2921506"
    )


@pytest.mark.parametrize(
    "created_at",
    ["2011-08-24T22:05:27Z", "2011-08-25T00:05:27+02:00", 1314223527, 1314223527.0, "1314223527"],
)
def test_a_plain_row_belongs_to_the_callers_source(created_at: object) -> None:
    row = {"id": "s-1", "text": "hi", "author": "ann", "created_at": created_at}
    assert item(row | {"parent_id": "t-1", "category": "x"}) == IncomingComment(
        "site", "s-1", "hi", "ann", WRITTEN_AT, "t-1"
    )


def test_what_a_plain_row_leaves_out_is_filled_in() -> None:
    expected = IncomingComment("site", "1", "hi", UNKNOWN_AUTHOR, READ_AT, None)
    assert item({"id": 1, "text": "hi"}) == expected
    empty = {"author": None, "created_at": None, "parent_id": None}
    assert item({"id": "1", "text": "hi"} | empty) == expected


def test_titles_make_threads() -> None:
    story = {"id": 8863, "by": "dhouston", "time": 1314223527, "type": "story"}
    assert item(story | {"title": "Throw  away&#x27;s <b>x"}) == IncomingThread(
        "hackernews", "8863", "Throw away's x", "dhouston", WRITTEN_AT
    )
    assert item({"id": "t-1", "title": "Plain"}) == IncomingThread(
        "site", "t-1", "Plain", None, READ_AT
    )
    assert isinstance(item({"id": "t-1", "title": "Plain", "text": "x"}), IncomingComment)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "no such item"),
        (FIREBASE | {"deleted": True}, "deleted at the source"),
        ({"id": 5, "type": "comment", "deleted": True}, "deleted at the source"),
        (FIREBASE | {"dead": True}, "dead at the source"),
        (FIREBASE | {"dead": "true"}, "dead at the source"),
        (FIREBASE | {"type": "job"}, "not a comment: job"),
        (FIREBASE | {"type": "poll"}, "not a comment: poll"),
        (FIREBASE | {"type": "pollopt"}, "not a comment: pollopt"),
        (FIREBASE | {"type": "hologram"}, "not a comment: unknown type"),
        (FIREBASE | {"text": None}, "no text"),
        (FIREBASE | {"text": "<p></p>"}, "no text"),
        ({"id": 1, "text": " "}, "no text"),
        ({"id": 1}, "no text"),
        ({"id": 1, "type": "story"}, "no title"),
    ],
)
def test_sound_rows_that_are_no_comment_are_skipped(raw: object, reason: str) -> None:
    assert item(raw) == Skipped("f.jsonl, line 7", reason)


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ([], "must be an object, not a list"),
        ("secret", "must be an object, not text"),
        ({"text": "secret"}, "`id` is missing"),
        ({"id": True, "text": "secret"}, "`id` is true or false"),
        ({"id": 1.5, "text": "secret"}, "`id` is a number, not an id"),
        ({"id": "", "text": "secret"}, "`id` must have"),
        ({"id": "x" * 201, "text": "secret"}, "`id` must have"),
        ({"id": "a\n", "text": "secret"}, "`id` holds a control character"),
        (FIREBASE | {"id": "abc"}, "`id` is not a whole number"),
        (FIREBASE | {"id": -1}, "`id` is not a whole number"),
        (FIREBASE | {"parent": [1]}, "`parent` is a list"),
        (FIREBASE | {"type": 3}, "`type` is a number"),
        (FIREBASE | {"deleted": "maybe"}, "`deleted` is text"),
        ({"id": 1, "text": 5}, "`text` is a number, not text"),
        ({"id": 1, "text": "secret", "author": {}}, "`author` is an object"),
        ({"id": 1, "text": "secret", "created_at": "yesterday"}, "`created_at` is no time"),
        ({"id": 1, "text": "secret", "created_at": "2026-01-31 12:00"}, "has no time zone"),
        ({"id": 1, "text": "secret", "created_at": 1e300}, "`created_at` is no time"),
        ({"id": 1, "text": "secret", "created_at": True}, "`created_at` is true or false"),
        ({"id": 1, "text": "secret", "created_at": float("nan")}, "`created_at` is no time"),
        ({"id": 1, "text": "secret\x00"}, "NUL"),
        ({"id": 1, "text": "secret\ud800"}, "lone surrogate"),
        ({"id": 1, "text": "x" * 1_000_000}, "1,000,000 characters"),
        ({"id": 1, "title": "secret\x00"}, "NUL"),
    ],
)
def test_wrong_rows_are_rejected_with_their_place_and_without_their_text(
    raw: object, complaint: str
) -> None:
    found = item(raw)
    assert isinstance(found, Rejected)
    assert found.message.startswith("f.jsonl, line 7: ")
    assert complaint in found.message
    assert "secret" not in found.message


def test_a_hit_gives_the_story_it_belongs_to() -> None:
    story = story_of_hit(HIT, read_at=READ_AT)
    assert story == IncomingThread("hackernews", "2921506", 'A "story"', None, WRITTEN_AT)
    for silent in (FIREBASE, HIT | {"story_title": None}, HIT | {"story_id": "x"}, None, 3):
        assert story_of_hit(silent, read_at=READ_AT) is None


ALL_ALIASES = {
    alias for table in (ALIASES, RARE_ALIASES) for each in table.values() for alias in each
}
NAMES = st.sampled_from(sorted({*KNOWN_COLUMNS, *ALL_ALIASES, "deleted_at", "status", "$date"}))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.sampled_from(["comment", "story", "job", "2026-01-31T12:00:00Z", 1314223527, ["comment"]]),
    st.lists(st.integers(), max_size=2),
)


OBJECTS = st.dictionaries(NAMES, VALUES, max_size=3)


@given(st.one_of(VALUES, st.dictionaries(NAMES, st.one_of(VALUES, OBJECTS))))
def test_any_row_gives_one_item_and_never_raises(raw: object) -> None:
    found = item(raw)
    assert isinstance(found, IncomingComment | IncomingThread | Skipped | Rejected)
    if isinstance(found, IncomingComment | IncomingThread):
        assert found.created_at.tzinfo is UTC
    story_of_hit(raw, read_at=READ_AT)
