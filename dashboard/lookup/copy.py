"""The answer as a text that its author can keep."""

from datetime import datetime, tzinfo

from core.moderation.appeals import Appeal
from core.moderation.notices import Statement, appeal_stage
from core.services.lookup import LookupAnswer
from core.texts.notices import outcome_reason
from core.texts.rules import rule_words
from core.texts.texts import Texts
from dashboard.lookup import wording as words
from dashboard.lookup.course import course_lines


def copy_text(answer: LookupAnswer, now: datetime, zone: tzinfo, texts: Texts) -> str:
    """What the page tells, without the table of scores. Names no moderator."""
    statement = answer.statement
    parts = [
        texts.say("copy.head", reference=answer.reference, when=texts.time(now, zone)),
        f"{words.headline(statement, texts)} {words.what_next(statement, texts)}",
    ]
    if statement.can_appeal_until is not None:
        parts.append(words.appeal_until(statement.can_appeal_until, now, zone, texts))
    if answer.text:
        parts.append(f"{words.when_written(answer, zone, texts)}\n{answer.text}")
    if answer.withdrawn_at is not None:
        when = texts.time(answer.withdrawn_at, zone)
        parts.append(texts.say("page.withdrawn_on", when=when))
        if statement.appeal is not None:
            ended = words.how_appeal_ended(statement.appeal, texts)
            parts += _appeal(statement.appeal, ended, texts)
        return _joined(parts)
    parts += _rule(statement, texts)
    if statement.decided_at is not None:
        parts.append("\n".join(course_lines(statement, answer.answer_days, zone, texts)))
        parts += _scores(statement, texts)
    if statement.appeal is not None:
        how = words.how_appeal_stands(statement, statement.appeal, now, zone, texts)
        parts += _appeal(statement.appeal, how, texts)
    if appeal_stage(statement) in words.HAS_OTHER_REDRESS:
        parts.append(texts.say("appeal.other_redress"))
    return _joined(parts)


def _joined(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _rule(statement: Statement, texts: Texts) -> list[str]:
    parts = []
    if statement.reason is not None:
        rule = rule_words(statement.reason, texts)
        parts.append(texts.say("copy.rule", title=rule.title, text=rule.text))
        parts += [rule.remark] if rule.remark else []
    if statement.note:
        parts.append(texts.say("copy.moderator_adds", note=statement.note))
    return parts


def _scores(statement: Statement, texts: Texts) -> list[str]:
    parts = [words.score_line(fact, texts) for fact in statement.facts]
    if not parts and statement.milder_facts:
        parts.append(words.no_scores(statement, texts))
        parts += [words.score_line(fact, texts) for fact in statement.milder_facts]
    return parts


def _appeal(appeal: Appeal, how: str, texts: Texts) -> list[str]:
    parts = [f"{texts.say('copy.appeal', words=appeal.words)}\n{how}"]
    reason = outcome_reason(appeal, texts)
    return [*parts, texts.say("copy.reason", reason=reason)] if reason else parts
