"""A notice to an author as plain text: the same facts as on the look-up page, to which it leads.

It never names a member of the staff and does not quote the comment, which may be withdrawn later.
"""

from datetime import datetime

from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.comments import Visibility
from core.moderation.notices import DecidedBy, Statement, decided_by
from core.moderation.policies import Reason

_HEADLINES: dict[Visibility, str] = {
    Visibility.VISIBLE: "Readers can see your comment.",
    Visibility.HELD: "Your comment waits for a moderator. Readers don't see it until then.",
    Visibility.REMOVED: "Your comment was removed. Readers no longer see it.",
}
_OUTCOMES: dict[AppealStatus, str] = {
    AppealStatus.UPHELD: "Your appeal was heard: the removal of your comment stands.",
    AppealStatus.OVERTURNED: "Your appeal was heard: your comment is back.",
    AppealStatus.CLOSED: "Your appeal was closed without an answer.",
}
_STANDS_OTHERWISE = (
    "Your appeal was heard: your comment stays removed, but for another reason than you were told "
    "first."
)
_WHO: dict[DecidedBy, str] = {
    DecidedBy.MODEL: "A model flagged it and a fixed rule decided. No person took part yet.",
    DecidedBy.PERSON: "A moderator read it and decided.",
    DecidedBy.MODEL_THEN_PERSON: "A model flagged it, then a moderator read it and decided.",
    DecidedBy.APPEAL: "Somebody who took no part in the removal decided after your appeal.",
    DecidedBy.EARLIER_APPROVAL: "A moderator approved the same text of this comment before.",
    DecidedBy.NOT_READ_WHOLE: "It is longer than what the model reads, so a person reads it.",
    DecidedBy.AFTER_EDIT: "A person decided on an earlier text of it, so a person reads this one.",
    DecidedBy.LANGUAGE: "The model does not assess its language.",
    DecidedBy.NOT_SCORED: "The model could not check it.",
}
OTHER_REDRESS = (
    "You can also turn to a certified out-of-court dispute settlement body (Article 21 of the EU "
    "Digital Services Act) or to a court."
)
_CLOSING = "This message was written by a program. Replies to it are not read."


def decision_words(statement: Statement, place: str, lookup_url: str, reference: str) -> str:
    """The notice of a decision. `place` says which comment it is about."""
    parts = [_HEADLINES[statement.visibility], place]
    parts.append(f"Who decided: {_who(statement)}")
    if statement.reason is not None and statement.visibility is not Visibility.VISIBLE:
        parts.append(_rule(statement.reason))
    if statement.note:
        parts.append(f"The moderator's words to you:\n{_quoted(statement.note)}")
    if statement.can_appeal_until is not None:
        parts.append(_how_to_appeal(statement.can_appeal_until))
    if statement.visibility is Visibility.REMOVED:
        parts.append(OTHER_REDRESS)
    return "\n\n".join([*parts, _where(lookup_url, reference), _CLOSING]) + "\n"


def _who(statement: Statement) -> str:
    """Raises KeyError if nothing was decided."""
    who = decided_by(statement)
    if who is DecidedBy.MODEL and statement.visibility is Visibility.VISIBLE:
        return "A model checked it. No person took part."
    return _WHO[who]


def appeal_words(
    appeal: Appeal, statement: Statement, place: str, lookup_url: str, reference: str
) -> str:
    """The notice of an appeal's outcome. `statement` is that after it."""
    stands_otherwise = statement.was_reason_changed
    parts = [_STANDS_OTHERWISE if stands_otherwise else _OUTCOMES[appeal.status], place]
    if stands_otherwise and statement.reason is not None:
        parts.append(_rule(statement.reason))
    if appeal.outcome_reason:
        parts.append(f"The reason:\n{_quoted(appeal.outcome_reason)}")
    if appeal.status is AppealStatus.UPHELD:
        parts.append(OTHER_REDRESS)
    return "\n\n".join([*parts, _where(lookup_url, reference), _CLOSING]) + "\n"


def _rule(reason: Reason) -> str:
    return f"The rule: {reason.title}\n{_quoted(reason.text)}"


def place_of(source: str, source_id: str, posted_at: datetime) -> str:
    """Which comment it is, in one line whatever the id holds."""
    posted = f"{posted_at:%Y-%m-%d %H:%M} UTC"
    return f"Comment {_line(source_id)} on {_line(source)}, posted on {posted}."


def _how_to_appeal(deadline: datetime) -> str:
    return (
        f"If you think this is wrong, you can appeal until {deadline:%Y-%m-%d %H:%M} UTC: open the "
        "page below and say why in your own words. It is free, and it is read by a person who took "
        "no part in the decision. If you are right, your comment comes back."
    )


def _where(lookup_url: str, reference: str) -> str:
    return f"All about this decision, and what holds now: {lookup_url}\nYour reference: {reference}"


def _quoted(text: str) -> str:
    """Each line marked, so that nothing quoted can pass for the notice's own words."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def _line(text: str) -> str:
    return " ".join(text.split())
