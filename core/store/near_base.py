"""The part of `core.store.base.Reader` about texts alike, replies and authors."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.moderation.alike import Signature
from core.moderation.comments import Comment
from core.moderation.policies import Action
from core.store.near_views import AuthorComment, DecidedText, NearCase, Reply
from core.store.views import AuthorRecord


class NearReader(Protocol):
    """Reads as those of Reader. A case waits while it is open or escalated. Blind ones are left
    out: those with the same text would tell what the model found."""

    def replies(self, comment: Comment, limit: int) -> Sequence[Reply]:
        """The first `limit` direct answers to the comment, oldest first."""
        ...

    def count_replies(self, comment: Comment) -> int:
        """The number of all direct answers."""
        ...

    def author_records(
        self, authors: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], AuthorRecord]:
        """The record of each (source, author)."""
        ...

    def author_comments(
        self, source: str, author: str, limit: int, before: tuple[datetime, str] | None
    ) -> Sequence[AuthorComment]:
        """The newest `limit` comments of an author, newest first, after the one with the time and
        id `before`."""
        ...

    def count_same(self, revision_ids: Collection[str]) -> Mapping[str, int]:
        """For each case, the number of waiting cases with the same folded text, itself included if
        it waits. Without those that have none."""
        ...

    def same_waiting(self, text_key: int, limit: int) -> Sequence[str]:
        """The revisions with that text whose cases wait, the oldest cases first."""
        ...

    def near_waiting(self, signature: Signature, limit: int, *, least: float) -> Sequence[str]:
        """The revisions with another text and a band in common whose cases wait, those with the
        most bands first; without texts so much shorter or longer that their likeness is below
        `least`. The others may be unlike, too: the caller compares them."""
        ...

    def near_cases(self, revision_ids: Sequence[str]) -> Sequence[NearCase]:
        """The cases of these revisions, in the same order, with their texts."""
        ...

    def same_decided(self, text_key: int, limit: int, *, apart_from: str) -> Sequence[DecidedText]:
        """Cases with that text that a person closed, the newest first, without the revision
        `apart_from`."""
        ...

    def count_same_decided(
        self, text_key: int, limit: int, *, apart_from: str
    ) -> Mapping[Action, int]:
        """How people closed the newest `limit` of those cases."""
        ...

    def near_decided(
        self, signature: Signature, limit: int, *, least: float
    ) -> Sequence[DecidedText]:
        """As `near_waiting`, of the cases that a person closed."""
        ...
