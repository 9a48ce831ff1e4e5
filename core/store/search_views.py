"""Read models of the search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.moderation.cases import CaseStatus
from core.moderation.excerpts import Excerpt
from core.moderation.policies import Action


@dataclass(frozen=True, slots=True)
class FoundText:
    """A text that the search found. `note` is the part of the notes with a match, if there is one.
    `status` is None if the text has no case. `action`, `decided_by` and `decided_at` are of the
    current decision, None without one. `is_latest` is False if the text was edited since."""

    revision_id: str
    excerpt: Excerpt
    note: Excerpt | None
    author: str
    source: str
    received_at: datetime
    is_latest: bool
    status: CaseStatus | None
    action: Action | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class FoundTexts:
    """Texts, the newest first. `next_number` is where to go on, None at the end. `looked_back_to`
    is when the oldest text came that was looked at, if the search stopped there before its page was
    full."""

    items: Sequence[FoundText]
    next_number: int | None
    looked_back_to: datetime | None = None
