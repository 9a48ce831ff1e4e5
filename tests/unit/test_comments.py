"""The checks of incoming comments."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import InvalidInput
from core.moderation.cleaning import MAX_COMMENT_CHARS
from core.moderation.comments import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_ID_CHARS,
    MAX_KEY_CHARS,
    Comment,
    IncomingComment,
    IncomingThread,
    check_idempotency_key,
    check_incoming,
    check_incoming_thread,
    completed,
)

GOOD = IncomingComment("site", "17", "Hello.", "sam", datetime(2026, 11, 1, tzinfo=UTC), "3")
LONGEST = "x" * MAX_ID_CHARS


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        (GOOD, "an ordinary one"),
        (replace(GOOD, parent_source_id=None), "the start of a thread"),
        (replace(GOOD, author=""), "an author without a name"),
        (replace(GOOD, source=LONGEST, source_id=LONGEST, author=LONGEST), "the longest ids"),
        (replace(GOOD, text="x" * MAX_COMMENT_CHARS), "the longest text"),
        (replace(GOOD, author="Zoë 🦊 مرحبا"), "any script"),
        (replace(GOOD, author_email="sam.o'neil+news@mail.example.org"), "an address"),
        (replace(GOOD, author_email="sam@localhost"), "one inside a network"),
        (replace(GOOD, text="a\x01\u202eb"), "what is invisible is cleaned, not refused"),
        (replace(GOOD, created_at=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)), "the first moment"),
        (replace(GOOD, created_at=datetime(LAST_YEAR - 1, 12, 31, tzinfo=UTC)), "the last day"),
    ],
)
def test_sound_comment_is_taken(comment: IncomingComment, why: str) -> None:
    check_incoming(comment)


@pytest.mark.parametrize(
    ("comment", "message", "why"),
    [
        (replace(GOOD, source=""), "`source` must have 1 to 200", "no source"),
        (replace(GOOD, source=LONGEST + "x"), "`source` must have 1 to 200", "too long"),
        (replace(GOOD, source="a\nb"), "`source` holds a control", "would break a log line"),
        (replace(GOOD, source="\ud800"), "`source` holds a control", "half a character"),
        (replace(GOOD, source_id=""), "`id` must have 1 to 200", "no id"),
        (replace(GOOD, source_id="\u2060 "), "`id` must have 1 to 200", "an id nobody sees"),
        (replace(GOOD, source_id=LONGEST + "x"), "`id` must have 1 to 200", "too long"),
        (replace(GOOD, source_id="a\tb"), "`id` holds a control", "a tab"),
        (replace(GOOD, author=LONGEST + "x"), "`author` has more than 200", "too long"),
        (replace(GOOD, author="a\x00"), "`author` holds a control", "NUL"),
        (replace(GOOD, author="\udfff"), "`author` holds a control", "half a character"),
        (replace(GOOD, parent_source_id=LONGEST + "x"), "`parent_id` has more", "too long"),
        (replace(GOOD, parent_source_id="\x1f"), "`parent_id` holds a control", "control"),
        *(
            (replace(GOOD, author_email=email), "^`author_email` is no mail address", why)
            for email, why in (
                ("", "nothing"),
                ("sam", "a name"),
                ("sam@", "no host"),
                ("@example.org", "no name"),
                ("sam@example.org, ida@example.org", "two"),
                ("Sam <sam@example.org>", "with a name before it"),
                ("sam@example.org\r\nBcc: ida@example.org", "another header"),
                ("sam@exam\u202eple.org", "a control nobody sees"),
                ("sam @example.org", "a blank"),
                ("s" * 250 + "@example.org", "too long"),
                ("zoë@example.org", "a letter that not every server takes"),
            )
        ),
        (replace(GOOD, text=""), "the text is empty", "nothing to moderate"),
        (replace(GOOD, text=" \n\u2003"), "the text is empty", "only blanks"),
        (replace(GOOD, text="x" * (MAX_COMMENT_CHARS + 1)), "at most 50,000", "too long"),
        (replace(GOOD, text="a\x00"), "NUL", "can't be stored"),
        (replace(GOOD, text="a\ud83d"), "lone surrogate", "can't be stored"),
        (replace(GOOD, created_at=datetime(FIRST_YEAR - 1, 12, 31, tzinfo=UTC)),
         "`created_at` is not between", "before the first year"),
        (replace(GOOD, created_at=datetime(LAST_YEAR, 1, 1, tzinfo=UTC)),
         "`created_at` is not between", "after the last"),
    ],
)  # fmt: skip
def test_wrong_comment_is_refused_by_the_field(
    comment: IncomingComment, message: str, why: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        check_incoming(comment)


@pytest.mark.parametrize(
    "comment",
    [replace(GOOD, text="SECRET\x00"), replace(GOOD, text="SECRET" * 20_000)],
)
def test_refusal_never_repeats_the_text(comment: IncomingComment) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_incoming(comment)
    assert "SECRET" not in str(refusal.value)


THREAD = IncomingThread("site", "17", "Hello.", None, datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "thread", [THREAD, replace(THREAD, author="sam", title=""), replace(THREAD, source_id=LONGEST)]
)
def test_sound_thread_is_taken(thread: IncomingThread) -> None:
    check_incoming_thread(thread)


@pytest.mark.parametrize(
    ("thread", "field"),
    [
        (replace(THREAD, source=""), "source"),
        (replace(THREAD, source="a\0b"), "source"),
        (replace(THREAD, source_id=LONGEST + "x"), "id"),
        (replace(THREAD, source_id="a\0b"), "id"),
        (replace(THREAD, title="a\0b"), "title"),
        (replace(THREAD, title="\ud800"), "title"),
        (replace(THREAD, author="a\0b"), "author"),
        (replace(THREAD, author=LONGEST + "x"), "author"),
        (replace(THREAD, created_at=datetime(1, 1, 1, tzinfo=UTC)), "created_at"),
    ],
)
def test_wrong_thread_is_refused_by_the_field(thread: IncomingThread, field: str) -> None:
    with pytest.raises(InvalidInput, match=f"`{field}`"):
        check_incoming_thread(thread)


@pytest.mark.parametrize("key", ["k", "k" * MAX_KEY_CHARS, "é\n"])
def test_usable_key_is_taken(key: str) -> None:
    check_idempotency_key(key)


@pytest.mark.parametrize("key", ["", "k" * (MAX_KEY_CHARS + 1), "k" * 6_000, "a\0b", "\udfff"])
def test_key_that_not_every_database_takes_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput, match="idempotency key"):
        check_idempotency_key(key)


OF_SAM = Comment("c-1", "site", "17", "sam", GOOD.created_at, "3", author_email="sam@old.example")


@pytest.mark.parametrize(
    ("known", "incoming", "expected", "why"),
    [
        (OF_SAM, {"author_email": "sam@new.example"}, "sam@new.example", "the newest counts"),
        (OF_SAM, {}, "sam@old.example", "one that is left out is kept"),
        (OF_SAM, {"author_email": "ida@x.example", "author": "ida"}, "sam@old.example", "another"),
        (replace(OF_SAM, author="[unknown]", author_email=None),
         {"author_email": "sam@new.example"}, "sam@new.example", "with the name that was unknown"),
        (replace(OF_SAM, erased_at=GOOD.created_at, author="[erased]", author_email=None),
         {"author_email": "sam@new.example", "author": "[erased]"}, None, "an erased one has none"),
    ],
)  # fmt: skip
def test_address_is_that_which_came_last_with_the_authors_name(
    known: Comment, incoming: dict[str, str], expected: str | None, why: str
) -> None:
    assert completed(known, replace(GOOD, **incoming)).author_email == expected


def test_address_is_in_no_printed_form() -> None:
    assert "@" not in f"{OF_SAM!r}{replace(GOOD, author_email='sam@old.example')!r}"
