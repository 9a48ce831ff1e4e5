"""How a comment was decided, one line a step, for its author. Pure."""

from datetime import tzinfo

from core.moderation.notices import AppealStage, Statement, TextFact, appeal_stage
from core.moderation.policies import Action
from core.texts.texts import Texts
from dashboard.lookup import wording as words

DONE, TO_COME = "●", "○"
MOST_WORDS, LONGEST_WORD = 5, 60
"""Of what a rule matched: the whole text is on the page, too."""


def course_lines(statement: Statement, answer_days: int, zone: tzinfo, texts: Texts) -> list[str]:
    """What the program found, who decided and when, and what comes next. `answer_days` is the
    time in which an appeal is answered."""
    lines = [f"{DONE} {line}" for line in (_noticed(statement, zone, texts),) if line]
    lines += [f"{DONE} {_matched(statement, fact, zone, texts)}" for fact in statement.text_facts]
    if statement.decided_at is not None:
        who = words.who_decided(statement, texts)
        when = texts.time(statement.decided_at, zone)
        lines.append(f"{DONE} {texts.say('course.decided', who=who, when=when)}")
    heard_at = statement.appeal.heard_at if statement.appeal else None
    if heard_at is not None and (upheld := words.upheld_by(statement, texts)):
        when = texts.time(heard_at, zone)
        lines.append(f"{DONE} {texts.say('course.decided', who=upheld, when=when)}")
    if appeal_stage(statement) is AppealStage.OPEN:
        lines.append(f"{TO_COME} {texts.count('answered_within', answer_days)}")
    return lines


def _noticed(statement: Statement, zone: tzinfo, texts: Texts) -> str:
    """What the scores said; empty where the line on who decided says it all."""
    if statement.text_facts and not statement.facts:
        return ""
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


def _matched(statement: Statement, fact: TextFact, zone: tzinfo, texts: Texts) -> str:
    """Which rule about the text applied, in the site's own words, and what it matched."""
    when = texts.time(statement.noticed_at, zone) if statement.noticed_at else ""
    line = texts.say("course.matched", when=when, about=_on_one_line(fact.rule.description))
    if not fact.words:
        return line
    quoted = ", ".join(f"“{_on_one_line(word)[:LONGEST_WORD]}”" for word in fact.words[:MOST_WORDS])
    return f"{line} {texts.say('course.matched_words', words=quoted)}"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
