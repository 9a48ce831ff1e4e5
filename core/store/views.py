"""Rows shaped for reading: what lists and side panels show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.moderation.appeals import Appeal
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.decisions import Decision
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One line of the review queue. `excerpt` is the start of the text, unmarked."""

    case_id: str
    revision_id: str
    status: CaseStatus
    trigger: CaseTrigger
    priority: float
    label: Label | None
    excerpt: str
    author: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How much waits, and since when."""

    open: int
    escalated: int
    not_scored_yet: int
    oldest_opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One step above a comment in its thread: another comment, or the thread's title. `text` is
    empty where it was withdrawn."""

    author: str
    text: str
    created_at: datetime
    is_title: bool
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """What is known of an author on one source. Counts are of comments, by current decision."""

    comments: int
    removed: int
    held: int
    overturned: int


@dataclass(frozen=True, slots=True)
class AppealItem:
    """An appeal beside what it is about; `text` is empty where the comment was withdrawn."""

    appeal: Appeal
    decision: Decision
    text: str
    author: str
    reference: str
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class ScoredText:
    """A comment's text with what a model said of it; `model_version` None where nothing did.
    `source_id` is its id on its own site, empty where it has none."""

    text: str
    scores: Mapping[Label, float] = field(default_factory=dict)
    model_version: str | None = None
    source_id: str = ""
