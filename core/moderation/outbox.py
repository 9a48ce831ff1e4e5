"""Messages to the site and to authors: which ones a decision or an appeal's end gives rise to, and
how often each is tried.

A message is stored in the transaction of the decision, before anybody can know whether the decision
will hold: it may be cancelled in its grace window. So whether there is anything to tell is found
when the message is due: core/moderation/message_contents.py.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import RuleBroken
from core.moderation.appeals import Appeal
from core.moderation.decisions import NO_GRACE, Decision, DecisionSource
from core.moderation.policies import Action

CLOCKS_DIFFER = timedelta(seconds=2)
"""A decision with a grace window is told this much after it, because the clock of the machine that
sends may be ahead of the one on which somebody cancels."""
MAX_ATTEMPTS = 20
"""With the pauses below, about three days."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
MAX_DETAIL_CHARS = 300


class Channel(StrEnum):
    """How messages leave. The strings are stored."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class Audience(StrEnum):
    """Who is told: the site, which shows and hides comments, the comment's author, or through the
    site the people who reported it. The strings are stored."""

    SITE = "site"
    AUTHOR = "author"
    REPORTERS = "reporters"


class MessageState(StrEnum):
    """`not_needed`: when it was due there was nothing to tell. `dead`: given up after many
    attempts; a person can have it sent again. The strings are stored."""

    PENDING = "pending"
    DELIVERED = "delivered"
    NOT_NEEDED = "not_needed"
    DEAD = "dead"


AUDIENCES: dict[Channel, Sequence[Audience]] = {
    Channel.WEBHOOK: (Audience.SITE, Audience.AUTHOR, Audience.REPORTERS),
    Channel.EMAIL: (Audience.AUTHOR,),
}
"""Whom a channel can reach. No program of the site reads its mailbox."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message on one channel, about a decision or, with an `appeal_id`, about an appeal's end.

    `id` stays the same at each attempt. It is tried from `due_at` on, next at `next_at`;
    `attempts` counts those that began. `detail` is the last failure, or why it was not needed.
    """

    id: str
    channel: Channel
    audience: Audience
    revision_id: str
    decision_id: str
    due_at: datetime
    next_at: datetime
    appeal_id: str | None = None
    state: MessageState = MessageState.PENDING
    attempts: int = 0
    detail: str = ""
    ended_at: datetime | None = None


def ends_reports(decision: Decision) -> bool:
    """Whether a person has decided what readers see of the text. An undo leaves that open."""
    is_final = decision.action in (Action.APPROVE, Action.REMOVE) and decision.undoes is None
    return is_final and decision.source is DecisionSource.REVIEWER


def messages_of_decision(
    decision: Decision, channels: Collection[Channel], *, tells_reporters: bool = False
) -> list[Message]:
    """The messages to store with the decision. Authors are not told that their new comment is fine,
    and of a decision made for an appeal they hear as the appeal's outcome. `tells_reporters`: the
    text was reported, and the site wants to tell how that ended."""
    if not channels:
        return []
    is_news = decision.supersedes is not None or decision.action is not Action.APPROVE
    told = {Audience.SITE}
    if is_news and decision.appeal_id is None:
        told.add(Audience.AUTHOR)
    if tells_reporters and ends_reports(decision):
        told.add(Audience.REPORTERS)
    wait = NO_GRACE if decision.grace == NO_GRACE else CLOCKS_DIFFER
    due_at = decision.effective_at + wait
    return [
        _message(
            channel,
            audience,
            revision_id=decision.revision_id,
            decision_id=decision.id,
            due_at=due_at,
        )
        for channel in channels
        for audience in AUDIENCES[channel]
        if audience in told
    ]


def messages_of_appeal(appeal: Appeal, channels: Collection[Channel]) -> list[Message]:
    """The messages to store with an appeal's outcome. Raises RuleBroken for a pending appeal."""
    if appeal.heard_at is None:
        raise RuleBroken("A pending appeal has no outcome to tell.")
    return [
        _message(
            channel,
            Audience.AUTHOR,
            revision_id=appeal.revision_id,
            decision_id=appeal.decision_id,
            due_at=appeal.heard_at,
            appeal_id=appeal.id,
        )
        for channel in channels
    ]


def _message(
    channel: Channel,
    audience: Audience,
    *,
    revision_id: str,
    decision_id: str,
    due_at: datetime,
    appeal_id: str | None = None,
) -> Message:
    about = f"{channel}:{audience}:{appeal_id or decision_id}"
    return Message(
        id=f"msg_{hashlib.sha256(about.encode()).hexdigest()[:32]}",
        channel=channel,
        audience=audience,
        revision_id=revision_id,
        decision_id=decision_id,
        appeal_id=appeal_id,
        due_at=due_at,
        next_at=due_at,
    )


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """Why an attempt failed. `after_s` is how long the receiver asked to wait. `is_final`: it says
    itself that another attempt can't succeed."""

    why: str
    after_s: float | None = None
    is_final: bool = False


def delivered(message: Message, now: datetime) -> Message:
    """The message once its receiver has taken it."""
    return replace(message, state=MessageState.DELIVERED, ended_at=now, detail="")


def not_needed(message: Message, because: str, now: datetime) -> Message:
    """The message if there is nothing to tell."""
    return replace(message, state=MessageState.NOT_NEEDED, ended_at=now, detail=because)


def failed(message: Message, failure: FailedAttempt, now: datetime, *, draw: float) -> Message:
    """The message after a failed attempt: to be tried again, or dead. `draw` (0 to 1) spreads the
    attempts of many messages."""
    detail = failure.why[:MAX_DETAIL_CHARS]
    if failure.is_final or message.attempts >= MAX_ATTEMPTS:
        return replace(message, state=MessageState.DEAD, ended_at=now, detail=detail)
    wait = max(pause(message.attempts, draw), _asked(failure))
    return replace(message, next_at=now + wait, detail=detail)


def is_given_up(message: Message) -> bool:
    """Whether a message that was just claimed once more has had all its attempts: none of the last
    ended, as if it stopped whoever sends it."""
    return message.attempts > MAX_ATTEMPTS


def pause(attempts: int, draw: float) -> timedelta:
    """The pause after that many attempts: doubled each time, and up to a quarter longer."""
    doublings = min(attempts - 1, MAX_ATTEMPTS)
    doubled: timedelta = FIRST_PAUSE * 2**doublings
    return min(doubled, LONGEST_PAUSE) * (1 + draw / 4)


def _asked(failure: FailedAttempt) -> timedelta:
    return min(timedelta(seconds=failure.after_s or 0), LONGEST_PAUSE)


def replayed(message: Message, now: datetime) -> Message:
    """The dead message, to be sent again as if it were new. Raises RuleBroken for another one."""
    if message.state is not MessageState.DEAD:
        raise RuleBroken(f"This message is {message.state}; only a dead one can be sent again.")
    return replace(
        message, state=MessageState.PENDING, attempts=0, next_at=now, detail="", ended_at=None
    )
