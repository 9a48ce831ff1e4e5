"""Turns one raw row of a source, whatever its shape, into one item."""

import math
import re
from collections.abc import Mapping
from datetime import datetime

from core.errors import InvalidInput
from core.moderation.cleaning import clean_text
from core.moderation.comments import (
    UNKNOWN_AUTHOR,
    IncomingComment,
    IncomingThread,
    check_incoming,
)
from core.moderation.invisible import is_blank
from core.moderation.placeholders import is_placeholder
from core.sources.base import DELETED, Rejected, Skipped, SourceItem
from core.sources.files.columns import RowShape, bare_name, field_of, plain_shape
from core.sources.files.fields import (
    FIRST_UNIX_SECONDS,
    flag_field,
    id_field,
    is_missing,
    kind_of,
    text_field,
    time_field,
    value_in,
)
from core.sources.files.nesting import REPLY_KEYS
from core.sources.files.removal import is_marked_gone

HACKERNEWS = "hackernews"
NO_SUCH_ITEM = "no such item"
DEAD = "dead at the source"
NO_TEXT = "no text"
NO_TITLE = "no title"
_OTHER_TYPES = ("job", "poll", "pollopt")
_TYPES = ("comment", "story", *_OTHER_TYPES)


# Reddit names the parent as `t1_abc` (a comment) or `t3_abc` (a post), where its own id is `abc`.
_REDDIT_NAME = re.compile("t[13]_[a-z0-9]+$")
# Keys of an object given in place of a text or a name.
_INSIDE_TEXT = ("raw", "plain", "text", "rendered", "html", "body", "content")
_INSIDE_AUTHOR = (
    *("username", "name", "displayname", "login", "screenname", "nickname", "handle", "acct"),
    "fullname",
)


FIREBASE = RowShape("id", "text", "by", ("time",), "parent", True)
ALGOLIA_HIT = RowShape(
    "objectID", "comment_text", "author", ("created_at_i", "created_at"), "parent_id", True
)
ALGOLIA_ITEM = RowShape("id", "text", "author", ("created_at_i", "created_at"), "parent_id", True)
PLAIN = plain_shape(())
# Columns that are read besides those of the shape.
_FURTHER_COLUMNS = frozenset(
    ("type", "deleted", "dead", "_tags", "story_id", "story_title", "children")
)
# All column names of the shapes. Rows of a site may use others, see `columns`.
KNOWN_COLUMNS = _FURTHER_COLUMNS.union(
    *(shape.names for shape in (FIREBASE, ALGOLIA_HIT, ALGOLIA_ITEM, PLAIN))
)
# Fields of Hacker News items that moderation does not need.
_UNUSED_FIELDS = frozenset(
    (
        "kids",
        "score",
        "descendants",
        "url",
        "parts",
        "poll",
        "points",
        "num_comments",
        "options",
        "story_url",
        "story_text",
        "updated_at",
        "relevancy_score",
        "_highlightResult",
        "ranking",
    )
)


def shape_of(row: Mapping[str, object]) -> RowShape:
    """A row with a site's own columns has the plain shape even if it has Hacker News columns too.
    Raises InvalidInput for a site's row in which two columns hold the same field."""
    if "objectID" in row:
        return ALGOLIA_HIT
    kind = row.get("type")
    is_typed = isinstance(kind, str) and kind in _TYPES
    if "created_at_i" in row or ("children" in row and is_typed):
        return ALGOLIA_ITEM
    if not any(name in row for name in ("author", "created_at", "parent_id")):
        of_hackernews = FIREBASE.names | _FURTHER_COLUMNS
        others = [name for name in row if field_of(name) and name not in of_hackernews]
        is_numbered = "by" in row and "time" in row and _is_number(row.get("id"))
        if is_numbered or (is_typed and not others):
            return FIREBASE
    return plain_shape(tuple(name for name, value in row.items() if value is not None))


def _is_number(value: object) -> bool:
    return str(value).isdecimal()


def unread_names(row: Mapping[str, object], shape: RowShape) -> set[str]:
    """Names in the row that are not read, without those that all Hacker News items have."""
    read = shape.names
    if shape.is_hackernews:
        read = read | _FURTHER_COLUMNS | _UNUSED_FIELDS
    empty = {name for name, value in row.items() if value is None and field_of(name)}
    replies = {name for name in row if bare_name(name) in REPLY_KEYS}
    return row.keys() - read - empty - replies


def to_item(
    raw: object, *, where: str, source: str, read_at: datetime, shape: RowShape | None = None
) -> SourceItem:
    """Exactly one item for one row. Never raises: invalid rows become Rejected.

    Hacker News rows always get the source "hackernews", so that comments from a file and from the
    live site are not stored twice; other rows get `source`. `read_at` is used for a row without a
    time; without a `shape` it is found from the row's columns.
    """
    try:
        if raw is None:
            return Skipped(where, NO_SUCH_ITEM)
        if not isinstance(raw, Mapping):
            raise InvalidInput(f"a row must be an object, not {kind_of(raw)}")
        shape = shape or shape_of(raw)
        source_id = id_field(raw, shape.id, is_number=shape.is_hackernews)
        if source_id is None:
            raise InvalidInput(f"`{shape.id}` is missing")
        name = HACKERNEWS if shape.is_hackernews else source
        if (removal := _removal_reason(raw, shape)) is not None:
            return Skipped(where, removal, withdraws=(name, source_id))
        reason = _reason_to_skip(raw, shape) if shape.is_hackernews else None
        if reason is not None:
            return Skipped(where, reason)
        if _is_thread(raw, shape):
            return _thread(raw, shape, where, (name, source_id), read_at)
        return _comment(raw, shape, where, (name, source_id), read_at)
    except InvalidInput as error:
        return Rejected(where, f"{where}: {error}")


def story_of_hit(raw: object, *, read_at: datetime) -> IncomingThread | None:
    """The story of an Algolia comment, from the hit's story id and title.

    The hit does not have the story's author and time; the comment's time is used instead.
    """
    if not isinstance(raw, Mapping) or "objectID" not in raw:
        return None
    try:
        story_id = id_field(raw, "story_id", is_number=True)
        title = text_field(raw, "story_title")
        if story_id is None or title is None or story_id == str(raw.get("objectID")):
            return None
        created_at = _time(raw, ALGOLIA_HIT, read_at)
        item = _thread({"title": title}, PLAIN, "", (HACKERNEWS, story_id), created_at)
    except InvalidInput:
        return None  # to_item reports what is wrong with the hit; the story is optional
    return item if isinstance(item, IncomingThread) else None


def _removal_reason(row: Mapping[str, object], shape: RowShape) -> str | None:
    """Why the row's comment was removed from its site; None if it was not."""
    if is_marked_gone(row, shape):
        return DELETED
    if shape.is_hackernews and flag_field(row, "dead"):
        return DEAD
    text = value_in(row.get(shape.text), _INSIDE_TEXT)
    return DELETED if isinstance(text, str) and is_placeholder(text) else None


def _reason_to_skip(row: Mapping[str, object], shape: RowShape) -> str | None:
    kind = _type(row, shape)
    if kind in _OTHER_TYPES:
        return f"not a comment: {kind}"
    return None if kind in _TYPES else "not a comment: unknown type"


def _type(row: Mapping[str, object], shape: RowShape) -> str:
    if shape is ALGOLIA_HIT:
        tags = row.get("_tags")
        types = [tag for tag in tags if tag in _TYPES] if isinstance(tags, list) else []
        kind = types[0] if types else None
    else:
        kind = text_field(row, "type")
    if kind is not None:
        return str(kind)
    has_title_only = row.get("title") is not None and row.get(shape.parent) is None
    return "story" if has_title_only else "comment"


def _is_thread(row: Mapping[str, object], shape: RowShape) -> bool:
    if shape.is_hackernews:
        return _type(row, shape) == "story"
    return row.get(shape.text) is None and row.get(shape.title) is not None


def _time(row: Mapping[str, object], shape: RowShape, read_at: datetime) -> datetime:
    for name in shape.times:
        first = 0 if shape.is_hackernews else FIRST_UNIX_SECONDS
        moment = time_field(row, name, read_at=read_at, first=first)
        if moment is not None:
            return moment
    return read_at


def _thread(
    row: Mapping[str, object],
    shape: RowShape,
    where: str,
    key: tuple[str, str],
    read_at: datetime,
) -> IncomingThread | Skipped:
    title = text_field(row, shape.title) or ""
    author = _author(row, shape)
    created_at = _time(row, shape, read_at)
    if not title.strip():
        return Skipped(where, NO_TITLE)
    check_incoming(IncomingComment(*key, title, author or UNKNOWN_AUTHOR, created_at))
    shown = " ".join(clean_text(title).split())
    return IncomingThread(*key, shown, author, created_at) if shown else Skipped(where, NO_TITLE)


def _comment(
    row: Mapping[str, object],
    shape: RowShape,
    where: str,
    key: tuple[str, str],
    read_at: datetime,
) -> IncomingComment | Skipped:
    text = text_field(row, shape.text, inside=_INSIDE_TEXT) or ""
    comment = IncomingComment(
        *key,
        text,
        _author(row, shape) or UNKNOWN_AUTHOR,
        _time(row, shape, read_at),
        _parent(row, shape),
        is_time_known=any(_has_value(row.get(name)) for name in shape.times),
        author_email=_email(row, shape),
    )
    if is_blank(text):
        return Skipped(where, NO_TEXT)
    check_incoming(comment)
    # Text with markup alone (`<p></p>`) would be an empty card for the moderator.
    return comment if clean_text(text) else Skipped(where, NO_TEXT)


def _author(row: Mapping[str, object], shape: RowShape) -> str | None:
    author = text_field(row, shape.author, inside=_INSIDE_AUTHOR)
    return None if author is None or is_missing(author) else author


def _email(row: Mapping[str, object], shape: RowShape) -> str | None:
    email = None if shape.is_hackernews else text_field(row, shape.email)
    return None if email is None or is_missing(email) else email.strip()


def _has_value(value: object) -> bool:
    if isinstance(value, str):
        return not is_missing(value)
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _parent(row: Mapping[str, object], shape: RowShape) -> str | None:
    if row.get(shape.parent) == "":
        return None
    parent = id_field(row, shape.parent, is_number=shape.is_hackernews)
    is_reddit = parent is not None and _REDDIT_NAME.match(parent)
    if parent is None or not is_reddit or _REDDIT_NAME.match(str(row.get(shape.id))):
        return parent
    return parent[3:]
