"""The sentences of the appeals page. Pure."""

from datetime import datetime

from core.moderation.hearings import FirstLook
from core.moderation.policies import Action, Policy

HIDDEN = (
    "What was decided, by whom and why, the scores and the author's name are shown after your "
    "first answer."
)
ASK_FIRST = "First look: the decision is hidden. How would you decide on this comment?"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def due_words(due_at: datetime, now: datetime) -> str:
    """How long there is until the answer is due, or how late it is: `due in 6 d 4 h`, `2 h late`.
    Of the two largest units, down to minutes."""
    seconds = int((due_at - now).total_seconds())
    rest = abs(seconds)
    parts: list[str] = []
    for size, unit in _UNITS:
        if rest >= size and len(parts) < 2:
            parts.append(f"{rest // size} {unit}")
        rest %= size
    if not parts:
        return "due now"
    span = " ".join(parts)
    return f"due in {span}" if seconds > 0 else f"{span} late"


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether the answer is later than its author was promised."""
    return now > due_at


def look_line(look: FirstLook, policy: Policy) -> str:
    """What a person answered before they saw the decision."""
    if look.action is Action.APPROVE:
        return f"{look.actor} would keep it"
    return f"{look.actor} would remove it: {reason_title(policy, look.reason_code)}"


def reason_title(policy: Policy, code: str | None) -> str:
    """The reason's title in that policy, or its code if the policy has it no more."""
    return next((one.title for one in policy.reasons if one.code == code), code or "no reason")
