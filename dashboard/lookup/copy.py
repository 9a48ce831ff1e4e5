"""The answer as a text that its author can keep."""

from datetime import datetime, tzinfo

from core.author_texts.notices import outcome_reason
from core.author_texts.rules import rule_words
from core.author_texts.texts import AuthorTexts
from core.moderation.appeals import Appeal
from core.moderation.notices import Statement
from core.services.lookup import LookupAnswer
from dashboard.lookup import wording as words
from dashboard.lookup.course import course_lines


def copy_text(answer: LookupAnswer, now: datetime, zone: tzinfo, texts: AuthorTexts) -> str:
    """What the page tells, without the table of scores. Names no moderator."""
    statement = answer.statement
    parts = [
        texts.say("copy.head", reference=answer.reference, when=texts.time(now, zone)),
        f"{words.headline(statement, texts)} {words.what_next(statement, texts)}",
    ]
    if statement.can_appeal_until is not None:
        parts.append(words.appeal_until(statement.can_appeal_until, now, zone, texts))
    if answer.text:
        wrote = texts.say("page.what_you_wrote", when=texts.time(answer.posted_at, zone))
        parts.append(f"{wrote}\n{answer.text}")
    parts += _rule(statement, texts)
    if statement.decided_at is not None and answer.withdrawn_at is None:
        parts.append("\n".join(course_lines(statement, answer.answer_days, zone, texts)))
        parts += [words.score_line(fact, texts) for fact in statement.facts]
    if statement.appeal is not None:
        parts += _appeal(statement, statement.appeal, zone, texts)
    return "\n\n".join(parts) + "\n"


def _rule(statement: Statement, texts: AuthorTexts) -> list[str]:
    parts = []
    if statement.reason is not None:
        rule = rule_words(statement.reason, texts)
        parts.append(texts.say("copy.rule", title=rule.title, text=rule.text))
        parts += [rule.remark] if rule.remark else []
    if statement.note:
        parts.append(texts.say("copy.moderator_adds", note=statement.note))
    return parts


def _appeal(statement: Statement, appeal: Appeal, zone: tzinfo, texts: AuthorTexts) -> list[str]:
    how = words.how_appeal_stands(statement, appeal, zone, texts)
    parts = [f"{texts.say('copy.appeal', words=appeal.words)}\n{how}"]
    reason = outcome_reason(appeal, texts)
    return [*parts, texts.say("copy.reason", reason=reason)] if reason else parts
