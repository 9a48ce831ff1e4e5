"""What an author wrote: a comment, its revisions, and the thread it hangs in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import InvalidInput
from core.moderation.cleaning import check_text, is_storable

MAX_ID_CHARS = 200
MAX_KEY_CHARS = 512
# Outside these a time is a mistake, and near the calendar's ends it can't be shown in every zone.
FIRST_YEAR, LAST_YEAR = 1970, 2200
UNKNOWN_AUTHOR = "[unknown]"


class Visibility(StrEnum):
    """What readers of the site should see of a comment, derived from its current decision."""

    PENDING = "pending"
    VISIBLE = "visible"
    HELD = "held"
    REMOVED = "removed"


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
    """A comment as a source gives it, not yet stored. `text` is the original, markup and all."""

    source: str
    source_id: str
    text: str
    author: str
    created_at: datetime
    parent_source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment of the site. (`source`, `source_id`) is unique: it makes ingest repeatable."""

    id: str
    source: str
    source_id: str
    author: str
    created_at: datetime
    parent_source_id: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a comment's text; scores and decisions bind to it.

    `original` is what came in, `text` the cleaned form. `reference` is the author's look-up key.
    `version` counts the decisions taken, so that a write can prove it saw the latest.
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
