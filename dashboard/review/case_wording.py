"""What both forms of the review page say about a case. Pure."""

from core.moderation.cases import CaseTrigger
from core.moderation.languages import language_name
from core.services.queries import CaseView
from dashboard.wording import FAILURES, TRIGGERS


def unscored_line(view: CaseView) -> str:
    """Why there are no scores, if the reason is known."""
    if (language := view.automated.unassessed_language) is not None:
        return (
            f"This comment is in {language_name(language)}, which the model does not assess: "
            "nothing is known about it, and a person decides unaided."
        )
    why = f": {FAILURES[view.failure]}" if view.failure else ""
    trigger = CaseTrigger.NOT_SCORED if view.failure else view.case.trigger
    return f"This comment {TRIGGERS[trigger]}{why}; a person decides without scores."


def unread_line(view: CaseView) -> str:
    """How much of the comment no model read."""
    unread = view.automated.unread_chars
    return (
        f"Too long to be read whole: the last {unread:,} characters were not read by the model, so "
        "the scores are only those of the text before."
    )
