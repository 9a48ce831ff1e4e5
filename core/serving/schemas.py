"""The bodies of requests and answers of this project's own endpoints."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from core.moderation.appeals import AppealStatus
from core.moderation.cleaning import MAX_COMMENT_CHARS
from core.moderation.comments import MAX_ID_CHARS, Visibility
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.moderation.text_rules import TextRuleKind

TIME_WORDS = "must be a time with its zone, like 2026-01-31T12:00:00Z"


def _read_time(value: object) -> datetime | None:
    """Parsed by hand: strict mode rejects times as text, and lax mode would accept numbers."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("time", TIME_WORDS) from None


class CommentIn(BaseModel):
    """One comment. `source` and `id` together are its key: sending the same comment again changes
    nothing, sending a known key with another text creates a new revision."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Annotated[str, Field(description=f"Your id of it; 1 to {MAX_ID_CHARS} characters.")]
    text: Annotated[
        str, Field(description=f"Plain text or HTML, up to {MAX_COMMENT_CHARS:,} characters.")
    ]
    author: Annotated[str | None, Field(description="The name readers see.")] = None
    created_at: Annotated[
        datetime | None,
        BeforeValidator(_read_time),
        Field(description="When it was written, with its zone; now when absent."),
    ] = None
    parent_id: Annotated[str | None, Field(description="The id of what it answers.")] = None
    source: Annotated[str, Field(description="Which of your sites it is on.")] = "site"
    author_email: Annotated[
        str | None,
        Field(description="Where the author gets notices, if the site has them sent by mail."),
    ] = None


UnreadChars = Annotated[
    int,
    Field(
        description="How many characters at the end no model read, as the text is too long; the "
        "scores are those of the text before. 0: all of it was read."
    ),
]


class DecisionOut(BaseModel):
    """What was decided on one comment."""

    id: str
    source: str
    status: Annotated[str, Field(description="`stored`, `edited` or `unchanged`.")]
    created: Annotated[bool, Field(description="Whether the comment is new here.")]
    reference: Annotated[str, Field(description="The author's key to look up the decision.")]
    action: Action
    visibility: Annotated[Visibility, Field(description="What readers should see of it.")]
    decision_source: Annotated[
        DecisionSource,
        Field(
            description="`failure_policy`: the backend did not answer, so a person will look. "
            "`after_edit`: a person decided on an earlier text of it, so a person will look. "
            "`language`: no backend assesses its language, so the policy's rule for that decided. "
            "`not_read_whole`: it is too long to be read whole, so a person will look. "
            "`earlier_approval`: a person approved the same text of it before."
        ),
    ]
    rule_ids: list[str]
    reason_code: str | None
    scores: Annotated[dict[Label, float], Field(description="0 to 1, as the model gave them.")]
    not_assessed: Annotated[list[Label], Field(description="Labels without a score; never 0.")]
    language: Annotated[
        str | None,
        Field(
            description="Its language, as a code of ISO 639; `und`: surely not English, but one of "
            "several. Null where that is unsure, as of short texts."
        ),
    ]
    unread_chars: UnreadChars
    model_version: str | None
    policy_version: int
    decided_at: datetime
    effective_at: Annotated[datetime, Field(description="From when the decision holds.")]
    lookup_url: Annotated[str, Field(description="Where the author reads why.")]


class DecisionsOut(BaseModel):
    """One entry for each comment sent, in the order sent."""

    comments: list[DecisionOut]


class ReasonOut(BaseModel):
    """The clause of the site's rules the decision rests on."""

    code: str
    title: str
    text: str


class FactOut(BaseModel):
    """One score and the band it fell in, under the policy of that time."""

    label: Label
    score: float
    low: float
    high: float
    action: Action


class TextFactOut(BaseModel):
    """A rule about words, links or patterns that led to the decision, in the site's words, and the
    parts of the text that it matched."""

    kind: TextRuleKind
    description: str
    action: Action
    words: list[str]


class AppealOut(BaseModel):
    """The author's objection and its outcome. No person is named."""

    status: AppealStatus
    filed_at: datetime
    heard_at: datetime | None
    outcome_reason: str | None


class StatementOut(BaseModel):
    """The statement of reasons as it stands now."""

    reference: str
    text: Annotated[
        str, Field(description="The author's own words; empty where they were withdrawn.")
    ]
    posted_at: datetime
    visibility: Visibility
    decided_at: datetime | None
    effective_at: Annotated[
        datetime | None,
        Field(description="From when the decision holds; an appeal is due from then."),
    ]
    found_automatically: bool
    decided_automatically: bool
    was_scored: bool
    unassessed_language: Annotated[
        str | None,
        Field(description="The language because of which it was not scored; `und`: not named."),
    ]
    unread_chars: UnreadChars
    reason: ReasonOut | None
    note: str
    facts: list[FactOut]
    text_facts: list[TextFactOut]
    policy_version: int | None
    model_version: str | None
    appeal: AppealOut | None
    can_appeal_until: datetime | None
    withdrawn_at: datetime | None
    changed_at: Annotated[
        datetime | None,
        Field(
            description="When the text that the reference asked for was given for was changed; all "
            "else is about the newest text, `reference` too. Null for the newest text's own."
        ),
    ]


class WithdrawnOut(BaseModel):
    """A withdrawn comment; its text is no longer shown to anybody."""

    id: str
    source: str
    reference: Annotated[str, Field(description="The author's key to its newest text.")]
    withdrawn_at: Annotated[datetime, Field(description="When it was withdrawn first.")]


class HealthOut(BaseModel):
    """The API can store and score."""

    status: str
    backend: str
    model_version: str
    waiting: Annotated[int, Field(description="Comments stored but not decided yet.")]


class ErrorDetail(BaseModel):
    """One thing wrong. `row` counts from 0, like an index into the list sent."""

    row: int | None
    field: str | None
    message: str


class ErrorBody(BaseModel):
    """`kind` is for programs, `message` for people."""

    kind: str
    message: str
    details: list[ErrorDetail]


class ErrorAnswer(BaseModel):
    """The body of every error status."""

    error: ErrorBody


def comments_schema() -> dict[str, Any]:
    """The JSON schema of what may be posted: one comment, a list, or a list under `comments`."""
    one = {"$ref": "#/components/schemas/CommentIn"}
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": 100}
    wrapped = {"type": "object", "properties": {"comments": many}, "required": ["comments"]}
    return {"oneOf": [one, many, wrapped]}
