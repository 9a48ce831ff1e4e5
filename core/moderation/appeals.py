"""Appeals against removals: when an author may file one, and when it is to be answered."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import AppealRefused, InvalidAppeal
from core.moderation.cases import TextGone
from core.moderation.cleaning import is_storable
from core.moderation.decisions import Decision
from core.moderation.invisible import is_blank
from core.moderation.policies import Action

MAX_APPEAL_CHARS = 2_000
ANSWER_DAYS = 7
"""In which an author is promised an answer, unless the site says otherwise."""


class AppealStatus(StrEnum):
    """The states of an appeal; the strings are stored.

    `upheld`: the original decision stands. `overturned`: the comment is restored. `closed`: the
    text was edited or withdrawn before the appeal was heard.
    """

    PENDING = "pending"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    CLOSED = "closed"


class AppealProblem(StrEnum):
    """Why an appeal is refused; the author reads the sentence of that name in their language."""

    WITHDRAWN = "withdrawn"
    EDITED = "edited"
    NOT_REMOVED = "not_removed"
    APPEALED_ALREADY = "appealed_already"
    TOO_LATE = "too_late"
    DECIDED_AGAIN = "decided_again"
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    NOT_STORABLE = "not_storable"


_PROBLEMS: dict[AppealProblem, str] = {
    AppealProblem.WITHDRAWN: "the comment was withdrawn",
    AppealProblem.EDITED: "the text was changed since",
    AppealProblem.NOT_REMOVED: "only a removal can be appealed",
    AppealProblem.APPEALED_ALREADY: "this decision has been appealed already",
    AppealProblem.TOO_LATE: "the time to appeal this decision is over",
    AppealProblem.DECIDED_AGAIN: "it was decided on again since the author was shown the decision",
    AppealProblem.NO_WORDS: "it says nothing",
    AppealProblem.TOO_LONG: f"it has more than {MAX_APPEAL_CHARS:,} characters",
    AppealProblem.NOT_STORABLE: "it holds characters that can't be stored",
}

CLOSING_WORDS: dict[TextGone, str] = {
    TextGone.EDITED: "The text was edited before anybody heard your appeal. The appeal was about "
    "the removal of the old text, so it is closed; the new text gets its own decision.",
    TextGone.WITHDRAWN: "The comment was withdrawn before anybody heard your appeal, so the appeal "
    "is closed.",
}


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal against one decision. `words` is the author's text, `outcome_reason` is written by
    the person who heard the appeal. `due_at` is the time until which the author was promised an
    answer."""

    id: str
    decision_id: str
    revision_id: str
    words: str
    status: AppealStatus
    filed_at: datetime
    due_at: datetime
    heard_by: str | None = None
    outcome_reason: str | None = None
    heard_at: datetime | None = None


def closed_appeal(appeal: Appeal, because: TextGone, now: datetime) -> Appeal:
    """The pending appeal, closed because its text is gone, with an explanation for the author."""
    return replace(
        appeal, status=AppealStatus.CLOSED, outcome_reason=CLOSING_WORDS[because], heard_at=now
    )


def closing_of(appeal: Appeal) -> TextGone | None:
    """Why the console closed the appeal; None if a person ended it or nobody has yet."""
    found = (why for why, words in CLOSING_WORDS.items() if words == appeal.outcome_reason)
    return next(found, None) if appeal.status is AppealStatus.CLOSED else None


def appeal_deadline(decision: Decision, window_days: int) -> datetime:
    """The last moment at which the decision can be appealed."""
    return decision.effective_at + timedelta(days=window_days)


def answer_due(filed_at: datetime, answer_days: int) -> datetime:
    """Until when an appeal that was filed then is to be answered."""
    return filed_at + timedelta(days=answer_days)


def days_left(deadline: datetime, now: datetime) -> int:
    """Whole days until the deadline; 0 on the last day and after it."""
    return max(0, (deadline - now).days)


def check_can_appeal(
    decision: Decision | None,
    existing: Appeal | None,
    *,
    now: datetime,
    window_days: int,
    gone: TextGone | None = None,
    seen: datetime | None = None,
) -> Decision:
    """The decision in force, checked: the author may appeal it. It is a removal, the text
    was neither edited nor withdrawn, there is no appeal yet and the deadline has not passed. `seen`
    is the time of the decision that the author was shown; another one can't be appealed unread.

    Raises AppealRefused.
    """
    if gone is TextGone.WITHDRAWN:
        raise refusal(AppealProblem.WITHDRAWN)
    if gone is TextGone.EDITED:
        raise refusal(AppealProblem.EDITED)
    if decision is None or decision.action is not Action.REMOVE:
        raise refusal(AppealProblem.NOT_REMOVED)
    if decision.appeal_id is not None or existing is not None:
        raise refusal(AppealProblem.APPEALED_ALREADY)
    if now > appeal_deadline(decision, window_days):
        raise refusal(AppealProblem.TOO_LATE)
    if seen is not None and seen != decision.decided_at:
        raise refusal(AppealProblem.DECIDED_AGAIN)
    return decision


def refusal(problem: AppealProblem) -> AppealRefused:
    """The error for an appeal that the state does not allow."""
    return AppealRefused(f"The appeal was refused: {_PROBLEMS[problem]}.", problem)


def check_words(words: str) -> str:
    """The author's text, trimmed. Raises InvalidAppeal when it is empty, too long or not
    storable."""
    trimmed = words.strip()
    if is_blank(trimmed):
        raise _invalid(AppealProblem.NO_WORDS)
    if len(trimmed) > MAX_APPEAL_CHARS:
        raise _invalid(AppealProblem.TOO_LONG)
    if not is_storable(trimmed):
        raise _invalid(AppealProblem.NOT_STORABLE)
    return trimmed


def _invalid(problem: AppealProblem) -> InvalidAppeal:
    return InvalidAppeal(f"The appeal was refused: {_PROBLEMS[problem]}.", problem)
