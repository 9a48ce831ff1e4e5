"""What an author wrote: a comment, its revisions, and the thread it hangs in."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from core.errors import InvalidInput
from core.moderation.cleaning import check_text, clean_text, is_storable
from core.moderation.invisible import is_blank

MAX_ID_CHARS = 200
MAX_KEY_CHARS = 512
# Outside these a time is a mistake, and near the calendar's ends it can't be shown in every zone.
FIRST_YEAR, LAST_YEAR = 1970, 2200
UNKNOWN_AUTHOR = "[unknown]"
# What sites write in place of an author: many people bear each of these names.
_NO_NAMES = frozenset({UNKNOWN_AUTHOR, "[deleted]", "[removed]"})
MAX_PLACEHOLDER_CHARS = 200  # a placeholder with the markup around it
_PLACEHOLDER_WORD = re.compile("deleted|removed", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[ ?(?:deleted|removed)(?: by [a-z]+)? ?\]", re.IGNORECASE)


class Visibility(StrEnum):
    """What readers of the site should see of a comment, derived from its current decision."""

    PENDING = "pending"
    VISIBLE = "visible"
    HELD = "held"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class IncomingThread:
    """The root of a discussion as a source gives it: a title to read comments under."""

    source: str
    source_id: str
    title: str
    author: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IncomingComment:
    """A comment as a source gives it, not yet stored. `text` is the original, markup and all.

    `is_time_known` is False where the source told no time and the time of reading stands in.
    """

    source: str
    source_id: str
    text: str
    author: str
    created_at: datetime
    parent_source_id: str | None = None
    # Tells how far `created_at` can be trusted; it is no part of what the source said.
    is_time_known: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment of the site. (`source`, `source_id`) is unique: it makes ingest repeatable."""

    id: str
    source: str
    source_id: str
    author: str
    created_at: datetime
    parent_source_id: str | None
    is_time_known: bool = True


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a comment's text; scores and decisions bind to it.

    `original` is what came in, `text` the cleaned form. `reference` is the author's look-up key.
    `version` counts the decisions taken, so that a write can prove it saw the latest.
    `withdrawn_at` is when the comment was taken back with this text; nobody is shown it since.
    """

    id: str
    comment_id: str
    number: int
    original: str
    text: str
    reference: str
    received_at: datetime
    version: int = 0
    current_decision_id: str | None = None
    withdrawn_at: datetime | None = None


def is_placeholder(text: str) -> bool:
    """Whether a source wrote this in place of a comment that was taken back there."""
    if len(text) > MAX_PLACEHOLDER_CHARS or not _PLACEHOLDER_WORD.search(text):
        return False  # nearly every comment, and cleaning is dear
    return bool(_PLACEHOLDER.fullmatch(clean_text(text)))


def is_named(author: str) -> bool:
    """Whether the name stands for one author, so that their comments can be counted together."""
    return author not in _NO_NAMES and not is_blank(author)


def completed(known: Comment, incoming: IncomingComment) -> Comment:
    """The comment with what was unknown of it so far; what was known stays as it is."""
    is_named_now = is_named(incoming.author) and not is_named(known.author)
    is_dated_now = incoming.is_time_known and not known.is_time_known
    return replace(
        known,
        author=incoming.author if is_named_now else known.author,
        created_at=incoming.created_at if is_dated_now else known.created_at,
        parent_source_id=known.parent_source_id or incoming.parent_source_id,
        is_time_known=known.is_time_known or incoming.is_time_known,
    )


def check_incoming(comment: IncomingComment) -> None:
    """Refuse a comment that can't be stored. Raises InvalidInput naming the field."""
    _check_names(
        source=comment.source,
        id=comment.source_id,
        author=comment.author,
        parent_id=comment.parent_source_id,
    )
    _check_time(comment.created_at)
    check_text(comment.text)


def check_incoming_thread(thread: IncomingThread) -> None:
    """Refuse a thread that can't be stored. Raises InvalidInput naming the field."""
    _check_names(source=thread.source, id=thread.source_id, author=thread.author)
    _check_time(thread.created_at)
    if not is_storable(thread.title):
        raise InvalidInput("`title` holds a NUL character or a lone surrogate")


def check_idempotency_key(key: str) -> None:
    """Refuse a key that not every database takes. Raises InvalidInput."""
    if not 0 < len(key) <= MAX_KEY_CHARS:
        raise InvalidInput(f"an idempotency key must have 1 to {MAX_KEY_CHARS} characters")
    if not is_storable(key):
        raise InvalidInput("an idempotency key holds a NUL character or a lone surrogate")


def _check_names(*, source: str, id: str, **optional: str | None) -> None:  # noqa: A002
    for name, value in (("source", source), ("id", id)):
        if not value or len(value) > MAX_ID_CHARS:
            raise InvalidInput(f"`{name}` must have 1 to {MAX_ID_CHARS} characters")
    for name, given in {"source": source, "id": id, **optional}.items():
        text = given or ""
        if any(ord(char) < 32 or "\ud800" <= char <= "\udfff" for char in text):
            raise InvalidInput(f"`{name}` holds a control character or a lone surrogate")
        if len(text) > MAX_ID_CHARS:
            raise InvalidInput(f"`{name}` has more than {MAX_ID_CHARS} characters")


def _check_time(created_at: datetime) -> None:
    if not FIRST_YEAR <= created_at.year < LAST_YEAR:
        raise InvalidInput(f"`created_at` is not between {FIRST_YEAR} and {LAST_YEAR}")
