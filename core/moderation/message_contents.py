"""What a message tells, found from the decisions when it is due.

The site is told exactly when what readers may see changes; the author also when one removal takes
the place of another, since each can be appealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.comments import Comment, Revision, Visibility
from core.moderation.decisions import Decision, visibility
from core.moderation.effect import chain_in_effect
from core.moderation.erasure import is_erased_name
from core.moderation.notices import Statement
from core.moderation.outbox import Audience, ends_reports
from core.moderation.reports import Report


class MessageType(StrEnum):
    """The type of a message as its receiver reads it. `comment.restored`: a removal was reversed;
    `comment.published`: any other comment that readers may see from now on."""

    COMMENT_PUBLISHED = "comment.published"
    COMMENT_HELD = "comment.held"
    COMMENT_REMOVED = "comment.removed"
    COMMENT_RESTORED = "comment.restored"
    NOTICE_DECISION = "notice.decision"
    NOTICE_APPEAL_UPHELD = "notice.appeal_upheld"
    NOTICE_APPEAL_OVERTURNED = "notice.appeal_overturned"
    NOTICE_APPEAL_CLOSED = "notice.appeal_closed"
    REPORTS_ENDED = "reports.ended"


class NothingToTell(StrEnum):
    """Why a message is not needed."""

    NEVER_HELD = "the decision was cancelled or replaced before it took effect, or its text was"
    NO_CHANGE = "readers see the same as before"
    NO_NEWS = "who is told would read the same as before"
    TEXT_GONE = "the text was edited or withdrawn meanwhile, so readers can't see it"
    NO_REPORTS = "nobody had reported the text by then, or their names were erased"
    OVERTAKEN = "the site was told of a later decision meanwhile"


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What a message tells about one text. `visibility` is what readers may see of it from
    `occurred_at` on. The author's messages have a `statement` and, in the `language` of
    that code, the `words` to the author; `position` counts the decisions on the text. `reports` are
    those that the decision ended."""

    type: MessageType
    occurred_at: datetime
    comment: Comment
    revision: Revision
    position: int
    visibility: Visibility
    lookup_url: str
    statement: Statement | None = None
    language: str = ""
    words: str = ""
    reports: tuple[Report, ...] = ()


_TYPES: dict[Visibility, MessageType] = {
    Visibility.VISIBLE: MessageType.COMMENT_PUBLISHED,
    Visibility.HELD: MessageType.COMMENT_HELD,
    Visibility.REMOVED: MessageType.COMMENT_REMOVED,
}
APPEAL_TYPES: dict[AppealStatus, MessageType] = {
    AppealStatus.UPHELD: MessageType.NOTICE_APPEAL_UPHELD,
    AppealStatus.OVERTURNED: MessageType.NOTICE_APPEAL_OVERTURNED,
    AppealStatus.CLOSED: MessageType.NOTICE_APPEAL_CLOSED,
}


def chain_until(
    chain: Sequence[Decision], decision_id: str, ends: Sequence[datetime]
) -> Sequence[Decision]:
    """The decisions that have held, up to that one; empty if it never did. `ends` are the present
    and, if the text was edited or withdrawn, that moment."""
    held = chain_in_effect(chain, min(ends))
    places = [place for place, past in enumerate(held, start=1) if past.id == decision_id]
    return held[: places[0]] if places else ()


def type_of(
    held: Sequence[Decision], audience: Audience, *, is_gone: bool, is_overtaken: bool = False
) -> MessageType | NothingToTell:
    """What there is to tell about the last decision of `held`. `is_gone`: the text was edited or
    withdrawn. `is_overtaken`: the site was told of a later decision on the comment."""
    if not held:
        return NothingToTell.NEVER_HELD
    after = visibility(held[-1])
    before = visibility(held[-2] if len(held) > 1 else None)
    if audience is Audience.REPORTERS:
        ends = [visibility(past) for past in held[:-1] if ends_reports(past)]
        return NothingToTell.NO_NEWS if ends[-1:] == [after] else MessageType.REPORTS_ENDED
    kind = _notice(before, after) if audience is Audience.AUTHOR else _change(before, after)
    if isinstance(kind, NothingToTell):
        return kind
    if is_overtaken and audience is Audience.SITE:
        return NothingToTell.OVERTAKEN
    return NothingToTell.TEXT_GONE if is_gone and after is Visibility.VISIBLE else kind


def ended_reports(reports: Iterable[Report], decision: Decision) -> tuple[Report, ...]:
    """Those made until the decision, by people whose names were not erased since."""
    return tuple(
        report
        for report in reports
        if report.reported_at <= decision.decided_at and not is_erased_name(report.reporter)
    )


def _notice(before: Visibility, after: Visibility) -> MessageType | NothingToTell:
    is_first_approval = before is Visibility.PENDING and after is Visibility.VISIBLE
    is_same = before is after is not Visibility.REMOVED
    if is_first_approval or is_same:
        return NothingToTell.NO_NEWS
    return MessageType.NOTICE_DECISION


def _change(before: Visibility, after: Visibility) -> MessageType | NothingToTell:
    if before is after:
        return NothingToTell.NO_CHANGE
    is_restored = before is Visibility.REMOVED and after is Visibility.VISIBLE
    return MessageType.COMMENT_RESTORED if is_restored else _TYPES[after]


def chain_at_outcome(chain: Sequence[Decision], appeal: Appeal) -> Sequence[Decision]:
    """The decisions made until the appeal ended, with the one that restored the comment."""
    ended_at = appeal.heard_at or appeal.filed_at
    return [past for past in chain if past.decided_at <= ended_at or past.appeal_id == appeal.id]
