"""How a comment was decided, one line a step, for its author. Pure."""

from datetime import tzinfo

from core.moderation.notices import AppealStage, Statement, appeal_stage
from core.moderation.policies import Action
from dashboard.lookup import wording as words
from dashboard.wording import LABELS, local_time, score_figure

DONE, TO_COME = "●", "○"


def course_lines(statement: Statement, answer_days: int, zone: tzinfo) -> list[str]:
    """What the program found, who decided and when, and what comes next. `answer_days` is the
    time in which an appeal is answered."""
    lines = [f"{DONE} {line}" for line in (_noticed(statement, zone),) if line]
    if statement.decided_at is not None:
        when = local_time(statement.decided_at, zone)
        lines.append(f"{DONE} {words.who_decided(statement)} ({when})")
    if appeal_stage(statement) is AppealStage.OPEN:
        lines.append(f"{TO_COME} {answered_within(answer_days)}")
    return lines


def answered_within(days: int) -> str:
    """By when an appeal would be answered."""
    span = "a day" if days == 1 else f"{days} days"
    return f"Your appeal, if you make one, is answered within {span}."


def _noticed(statement: Statement, zone: tzinfo) -> str:
    """What the scores said; empty where the line on who decided says it all."""
    if not statement.facts or statement.noticed_at is None:
        return words.no_scores(statement)
    fact = statement.facts[0]
    found = (
        f"A program read it on {local_time(statement.noticed_at, zone)} and gave "
        f"{LABELS[fact.label]} {score_figure(fact.score)}"
    )
    held_from = fact.thresholds.get(Action.HOLD)
    if held_from is None:
        return f"{found}."
    return f"{found}; people look at comments from {held_from:.2f} on."
