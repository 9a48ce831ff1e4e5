"""How a comment was decided, one line a step, for its author. Pure."""

from datetime import tzinfo

from core.author_texts.texts import AuthorTexts
from core.moderation.notices import AppealStage, Statement, appeal_stage
from core.moderation.policies import Action
from dashboard.lookup import wording as words

DONE, TO_COME = "●", "○"


def course_lines(
    statement: Statement, answer_days: int, zone: tzinfo, texts: AuthorTexts
) -> list[str]:
    """What the program found, who decided and when, and what comes next. `answer_days` is the
    time in which an appeal is answered."""
    lines = [f"{DONE} {line}" for line in (_noticed(statement, zone, texts),) if line]
    if statement.decided_at is not None:
        who = words.who_decided(statement, texts)
        when = texts.time(statement.decided_at, zone)
        lines.append(f"{DONE} {texts.say('course.decided', who=who, when=when)}")
    if appeal_stage(statement) is AppealStage.OPEN:
        lines.append(f"{TO_COME} {texts.count('answered_within', answer_days)}")
    return lines


def _noticed(statement: Statement, zone: tzinfo, texts: AuthorTexts) -> str:
    """What the scores said; empty where the line on who decided says it all."""
    if not statement.facts or statement.noticed_at is None:
        return words.no_scores(statement, texts)
    fact = statement.facts[0]
    found = {
        "when": texts.time(statement.noticed_at, zone),
        "label": texts.say(f"label.{fact.label}"),
        "score": texts.figure(fact.score),
    }
    held_from = fact.thresholds.get(Action.HOLD)
    if held_from is None:
        return texts.say("course.found", **found)
    return texts.say("course.found_held", edge=texts.figure(held_from), **found)
