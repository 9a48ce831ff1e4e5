"""Comments, their revisions and their threads, with the checks of incoming ones."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from enum import StrEnum

from core.errors import InvalidInput
from core.moderation.cleaning import check_text, is_storable
from core.moderation.invisible import is_blank, visible_form

MAX_ID_CHARS = 200
MAX_KEY_CHARS = 512
MAX_EMAIL_CHARS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
# A time outside these years is a mistake. The limits also keep away from datetime's first and last
# year, where converting to a local time zone overflows.
FIRST_YEAR, LAST_YEAR = 1970, 2200
UNKNOWN_AUTHOR = "[unknown]"
# What sites, tables and programs write in place of an author, in lower case and without brackets;
# each of these names covers many people.
_NO_NAMES = frozenset(
    (
        *("", "-", "?", "unknown", "deleted", "removed", "deleted user", "deleted account"),
        *("erased", "anonymous", "anonymous user", "anonymous coward", "anon", "guest"),
        *("nan", "null", "none", "n/a", "undefined"),
    )
)
_NO_NAMES_IN_BRACKETS = frozenset(("<na>",))


class Visibility(StrEnum):
    """Whether readers of the site see a comment, derived from its current decision."""

    PENDING = "pending"
    VISIBLE = "visible"
    HELD = "held"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class IncomingThread:
    """The root of a discussion as a source sends it: the title above its comments."""

    source: str
    source_id: str
    title: str
    author: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IncomingComment:
    """A comment as a source sends it, not yet stored. `text` is the original with its markup.

    `is_time_known` is False if the source gave no time; `created_at` is then the time of reading.
    """

    source: str
    source_id: str
    text: str
    author: str
    created_at: datetime
    parent_source_id: str | None = None
    # Not compared: it describes `created_at` and is no part of what the source sent.
    is_time_known: bool = field(default=True, compare=False)
    author_email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Comment:
    """One stored comment. (`source`, `source_id`) is unique, so that ingest can be repeated. From
    `erased_at` on it has no author and no text, and takes none. `author_email` is where notices
    about it go; no page shows it."""

    id: str
    source: str
    source_id: str
    author: str
    created_at: datetime
    parent_source_id: str | None
    is_time_known: bool = True
    erased_at: datetime | None = None
    author_email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a comment's text; scores and decisions belong to a revision.

    `original` is the text as received, `text` its cleaned form. `reference` is the author's key to
    the look-up. `version` counts the decisions on the revision: a write names the version it saw
    and is refused if there is a newer one. From `withdrawn_at` on, nobody is shown the text.
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

    @property
    def is_withdrawn(self) -> bool:
        """Whether nobody may be shown the text any more."""
        return self.withdrawn_at is not None


def is_named(author: str) -> bool:
    """Whether the name identifies one author; placeholders like `[deleted]` do not."""
    name = visible_form(author).strip().casefold()
    plain = name.strip("[](){}<>").strip()
    return plain not in _NO_NAMES and name not in _NO_NAMES_IN_BRACKETS


def completed(known: Comment, incoming: IncomingComment) -> Comment:
    """The known comment with its unknown author, time and parent filled in from `incoming`; known
    values are kept, and nothing is filled in once it was erased. A new address of the same author
    takes the place of the old one."""
    if known.erased_at is not None:
        return known
    is_named_now = is_named(incoming.author) and not is_named(known.author)
    is_dated_now = incoming.is_time_known and not known.is_time_known
    author = incoming.author if is_named_now else known.author
    is_theirs = incoming.author_email is not None and incoming.author == author
    return replace(
        known,
        author=author,
        author_email=incoming.author_email if is_theirs else known.author_email,
        created_at=incoming.created_at if is_dated_now else known.created_at,
        parent_source_id=known.parent_source_id or incoming.parent_source_id,
        is_time_known=known.is_time_known or incoming.is_time_known,
    )


def check_incoming(comment: IncomingComment) -> None:
    """Raises InvalidInput, naming the field, for a comment that can't be stored."""
    _check_names(
        source=comment.source,
        id=comment.source_id,
        author=comment.author,
        parent_id=comment.parent_source_id,
    )
    if comment.author_email is not None:
        check_email("author_email", comment.author_email)
    _check_time(comment.created_at)
    check_text(comment.text)


def check_incoming_thread(thread: IncomingThread) -> None:
    """Raises InvalidInput, naming the field, for a thread that can't be stored."""
    _check_names(source=thread.source, id=thread.source_id, author=thread.author)
    _check_time(thread.created_at)
    if not is_storable(thread.title):
        raise InvalidInput("`title` holds a NUL character or a lone surrogate")


def check_idempotency_key(key: str) -> None:
    """Raises InvalidInput for a key that is empty, too long or not storable in every database."""
    if not 0 < len(key) <= MAX_KEY_CHARS:
        raise InvalidInput(f"an idempotency key must have 1 to {MAX_KEY_CHARS} characters")
    if not is_storable(key):
        raise InvalidInput("an idempotency key holds a NUL character or a lone surrogate")


def check_name(field: str, name: str, *, is_needed: bool = True) -> None:
    """Raises InvalidInput, naming the field, for a name or id that can't be stored."""
    if any(ord(char) < 32 or "\ud800" <= char <= "\udfff" for char in name):
        raise InvalidInput(f"`{field}` holds a control character or a lone surrogate")
    if is_needed and (is_blank(name) or len(name) > MAX_ID_CHARS):
        raise InvalidInput(f"`{field}` must have 1 to {MAX_ID_CHARS} visible characters")
    if len(name) > MAX_ID_CHARS:
        raise InvalidInput(f"`{field}` has more than {MAX_ID_CHARS} characters")


def check_email(field: str, email: str) -> None:
    """Raises InvalidInput, naming the field, for what is no plain address such as sam@example.org.
    The message does not repeat it."""
    problem = InvalidInput(f"`{field}` is no mail address such as sam@example.org")
    if len(email) > MAX_EMAIL_CHARS or not email.isascii() or not email.isprintable():
        raise problem
    try:
        address = Address(addr_spec=email)
    except (MessageError, ValueError, IndexError):
        raise problem from None
    if address.addr_spec != email or not (address.username and address.domain):
        raise problem


def _check_names(**names: str | None) -> None:
    for named, name in names.items():
        check_name(named, name or "", is_needed=named in ("source", "id"))


def _check_time(created_at: datetime) -> None:
    if not FIRST_YEAR <= created_at.year < LAST_YEAR:
        raise InvalidInput(f"`created_at` is not between {FIRST_YEAR} and {LAST_YEAR}")
