"""The sentences of the appeals page."""

from datetime import datetime

from core.moderation.hearings import FirstLook
from core.moderation.policies import Action, Policy
from dashboard.reason_words import reason_words
from dashboard.staff_texts import say

EXCERPT_CHARS = 160
_UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"))


def due_words(due_at: datetime, now: datetime) -> str:
    """How long there is until the answer is due, or how late it is: `due in 6 d 4 h`, `2 h late`.
    Of the two largest units, down to minutes."""
    span = _span(due_at, now)
    if not span:
        return say("appeals.due.now")
    return say("appeals.due.in" if due_at > now else "appeals.due.late", span=span)


def first_due_words(due_at: datetime, now: datetime) -> str:
    """When the first of several answers is due, of which none is late."""
    span = _span(due_at, now)
    return say("appeals.first_due.in", span=span) if span else say("appeals.first_due.now")


def _span(due_at: datetime, now: datetime) -> str:
    """Between the two, in either direction; empty for less than a minute."""
    rest = abs(int((due_at - now).total_seconds()))
    parts: list[str] = []
    for size, unit in _UNITS:
        if rest >= size and len(parts) < 2:
            parts.append(say(f"appeals.span.{unit}", count=str(rest // size)))
        rest %= size
    return " ".join(parts)


def excerpt(words: str) -> str:
    """The beginning of an appeal's words, in one line."""
    return " ".join(words[: EXCERPT_CHARS * 2].split())[:EXCERPT_CHARS]


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether the answer is later than its author was promised."""
    return now > due_at


def look_line(look: FirstLook, policy: Policy) -> str:
    """What a person answered before they saw the decision."""
    if look.action is Action.APPROVE:
        return say("appeals.look.keep", person=look.actor)
    reason = reason_title(policy, look.reason_code)
    return say("appeals.look.remove", person=look.actor, reason=reason)


def reason_title(policy: Policy, code: str | None) -> str:
    """The reason's title in that policy, or its code if the policy has it no more."""
    known = (reason_words(one).title for one in policy.reasons if one.code == code)
    return next(known, code or say("appeals.look.no_reason"))
