"""Read models: the rows of lists and side panels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.moderation.appeals import Appeal
from core.moderation.cases import Case, TextGone
from core.moderation.claims import Claim
from core.moderation.decisions import Decision
from core.moderation.edits import why_gone
from core.moderation.outbox import Channel, MessageState
from core.moderation.policies import Policy
from core.moderation.reports import Report
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class ReportItem:
    """A report, and whether its reporter is muted now."""

    report: Report
    is_muted: bool


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """A decision that its maker can undo: the version it gave the revision, and the group that it
    was made with, empty if it was made by itself."""

    revision_id: str
    version: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class CaseWork:
    """What a decision on a revision has to check: whether its text is still there, its case, who
    holds that, and the policy in force, each if there is one. A claim may have run out."""

    is_latest: bool
    is_withdrawn: bool
    case: Case | None
    claim: Claim | None
    policy: Policy | None

    @property
    def gone(self) -> TextGone | None:
        """Why the text can no longer be decided on, None if it can be."""
        return why_gone(is_latest=self.is_latest, is_withdrawn=self.is_withdrawn)


@dataclass(frozen=True, slots=True)
class QueueCount:
    """The number of cases by status, of texts without a decision, and since when the oldest case
    waits."""

    open: int
    escalated: int
    not_scored_yet: int
    oldest_opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class LanguageCount:
    """Of the newest `comments` that were decided without a person: how many in each language, by
    its code, were not assessed because of it, most first."""

    comments: int = 0
    not_assessed: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The number of all that were not assessed."""
        return sum(self.not_assessed.values())


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """An ancestor of a comment in its thread: another comment, or the thread's title. `text` is
    empty if it was withdrawn."""

    author: str
    text: str
    created_at: datetime
    is_title: bool
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """An author's record on one source: counts of comments by their current decision."""

    comments: int
    removed: int
    held: int
    overturned: int


@dataclass(frozen=True, slots=True)
class AppealItem:
    """An appeal with its decision and comment; `text` is empty if the comment was withdrawn."""

    appeal: Appeal
    decision: Decision
    text: str
    author: str
    reference: str
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class ScoredText:
    """A comment's text with a model's scores; `model_version` is None if it was not scored.
    `source_id` is the comment's id at its source, or empty."""

    text: str
    scores: Mapping[Label, float] = field(default_factory=dict)
    model_version: str | None = None
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class LeftOutCount:
    """Waiting cases that nobody takes: by the label that everybody leaves out, and those too severe
    for everybody's lighter queue. A case may count in both."""

    by_label: Mapping[Label, int] = field(default_factory=dict)
    severe: int = 0


@dataclass(frozen=True, slots=True)
class MessageCount:
    """The messages of one channel in one state: how many, since when the oldest is due, and when
    the last of them ended."""

    channel: Channel
    state: MessageState
    count: int
    oldest_due_at: datetime
    last_ended_at: datetime | None
