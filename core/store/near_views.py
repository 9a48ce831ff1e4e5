"""Read models of texts alike, of a comment's replies and of an author's comments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.moderation.appeals import AppealStatus
from core.moderation.cases import CaseStatus
from core.moderation.comments import Visibility
from core.moderation.policies import Action
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class NearCase:
    """A case that waits for a person, found as a candidate for a group. `text` is the whole text,
    `reports` the number of reports that count.
    `scores` are those of the last automated decision; `seen_version` is the revision's version."""

    revision_id: str
    seen_version: int
    status: CaseStatus
    text: str
    source: str
    author: str
    label: Label | None
    opened_at: datetime
    reports: int = 0
    scores: Mapping[Label, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecidedText:
    """A text that a person approved or removed, and that decision. `text` is whole."""

    revision_id: str
    text: str
    action: Action
    reason_code: str | None
    actor: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """A direct answer to a comment. `text` is empty if it was withdrawn; `replies` is the number of
    its own direct answers. Of an open blind case the state is left out: it is PENDING and has
    no replies."""

    revision_id: str
    author: str
    text: str
    created_at: datetime
    visibility: Visibility
    replies: int


@dataclass(frozen=True, slots=True)
class AuthorComment:
    """One comment of an author with the current decision on its newest text. `excerpt` is empty if
    it was withdrawn. `action` and what follows are None before the first decision; `actor` is the
    person who decided, None if no person did. `appeal` is the latest appeal's status. An open blind
    case looks as before the first decision."""

    comment_id: str
    revision_id: str
    excerpt: str
    created_at: datetime
    visibility: Visibility
    action: Action | None
    actor: str | None
    reason_code: str | None
    decided_at: datetime | None
    appeal: AppealStatus | None

    @property
    def is_by_person(self) -> bool:
        """Whether a person made the current decision."""
        return self.actor is not None
