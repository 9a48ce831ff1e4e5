"""The part of the store's reads about the history of the policy's decisions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from core.moderation.daily_measures import TextCount
from core.moderation.history import History, Judgement


class ScoredRow(NamedTuple):
    """A text that the policy decided on by its scores, as it is stored: `scores` is JSON, times are
    microseconds since 1970 UTC, `source` and `author` are the comment's. The sampling is that of
    its case, None without one."""

    revision_id: str
    action: str
    decided_at: int
    received_at: int
    scores: str
    unread_chars: int
    model_version: str | None
    source: str
    author: str
    sampling_reason: str | None
    sampling_probability: float | None


class HistoryReader(Protocol):
    """Reads as those of `core.store.base.Reader`. `revision_ids` are a few hundred, None all."""

    def scored_rows(self, revision_ids: Collection[str] | None) -> Iterator[ScoredRow]:
        """In no order; to be read before the transaction ends. The decision is the last automated
        one."""
        ...

    def judgements(
        self, revision_ids: Collection[str] | None, now: datetime
    ) -> Iterator[tuple[str, Judgement]]:
        """By revision, of each on which a person decided; to be read before the transaction
        ends."""
        ...

    def texts_of(self, revision_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        """By revision, the readable text of each that was not withdrawn."""
        ...

    def text_counts(self, since: datetime, until: datetime) -> Iterator[TextCount]:
        """Of the texts that came in from `since` on and before `until` and were decided on, but
        those that were erased; in no order."""
        ...

    def changed_since(self, seq: int) -> Collection[str]:
        """The revisions that were decided on, or whose comment's author became known or was erased,
        in audit events after that place."""
        ...

    def audit_link(self, seq: int) -> str | None:
        """The link of the audit event at that place; None if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class KeptHistory:
    """A history with how far it goes: it has all that the audit log tells until the event `seq`,
    whose link is `link`. `unsettled` are revisions with a decision in its grace window."""

    history: History
    seq: int
    link: str
    unsettled: frozenset[str] = frozenset()


class HistoryKeeper(Protocol):
    """Keeps the history between processes, so that only what is new has to be read."""

    def load(self) -> KeptHistory | None:
        """What was kept last; None if there is nothing that can be used."""
        ...

    def save(self, kept: KeptHistory) -> None:
        """Keep it in place of what was kept before. What can't be written is not kept."""
        ...

    def forget(self) -> None:
        """Remove what was kept. Raises StoreError."""
        ...
