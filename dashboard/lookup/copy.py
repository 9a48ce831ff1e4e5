"""The answer as a text that its author can keep."""

from datetime import datetime, tzinfo

from core.services.lookup import LookupAnswer
from dashboard.lookup import wording as words
from dashboard.lookup.course import course_lines
from dashboard.wording import local_time


def copy_text(answer: LookupAnswer, now: datetime, zone: tzinfo) -> str:
    """What the page tells, without the table of scores. Names no moderator."""
    statement = answer.statement
    parts = [
        f"Reference {answer.reference}, as of {local_time(now, zone)}",
        f"{words.headline(statement)} {words.what_next(statement)}",
    ]
    if statement.can_appeal_until is not None:
        parts.append(words.appeal_until(statement.can_appeal_until, now, zone))
    if answer.text:
        parts.append(f"You wrote, {local_time(answer.posted_at, zone)}:\n{answer.text}")
    if statement.reason is not None:
        parts.append(f"The rule: {statement.reason.title}. {statement.reason.text}")
    if statement.note:
        parts.append(f"The moderator adds: {statement.note}")
    if statement.decided_at is not None and answer.withdrawn_at is None:
        parts.append("\n".join(course_lines(statement, answer.answer_days, zone)))
        parts += [words.score_line(fact) for fact in statement.facts]
    if statement.appeal is not None:
        how = words.how_appeal_stands(statement, statement.appeal, zone)
        reason = statement.appeal.outcome_reason
        parts.append(f"Your appeal: {statement.appeal.words}\n{how}")
        parts += [f"The reason: {reason}"] if reason else []
    return "\n\n".join(parts) + "\n"
