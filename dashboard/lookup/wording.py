"""Which sentence an author reads, by the state of the comment. Pure; never contains the name of a
member of the staff. The sentences themselves are in `core.texts`."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from core.moderation.appeals import Appeal, AppealStatus, days_left
from core.moderation.comments import Visibility
from core.moderation.decisions import DecisionSource
from core.moderation.notices import (
    AppealStage,
    ScoreFact,
    Statement,
    appeal_stage,
    decided_by,
)
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.lookup import ChangedText, LookupAnswer
from core.texts.rules import rule_words
from core.texts.texts import Texts

BADGES: dict[Visibility, tuple[str, str]] = {
    Visibility.PENDING: ("gray", ":material/schedule:"),
    Visibility.VISIBLE: ("green", ":material/visibility:"),
    Visibility.HELD: ("orange", ":material/pause_circle:"),
    Visibility.REMOVED: ("red", ":material/visibility_off:"),
    Visibility.WITHDRAWN: ("gray", ":material/undo:"),
}
HAS_OTHER_REDRESS = (
    AppealStage.OPEN,
    AppealStage.OVER,
    AppealStage.PENDING,
    AppealStage.UPHELD,
)
SEVERAL = 2


def headline(statement: Statement, texts: Texts) -> str:
    """What happened, in one sentence."""
    return texts.say(f"headline.{statement.visibility}")


def what_next(statement: Statement, texts: Texts) -> str:
    """What the state means for the author."""
    with_appeal = f"next_with_appeal.{appeal_stage(statement)}"
    is_gone = statement.visibility is Visibility.WITHDRAWN
    if texts.has(with_appeal) and not is_gone:
        return texts.say(with_appeal)
    if statement.visibility is Visibility.HELD and not statement.decided_automatically:
        return texts.say("next.held_by_person")
    return texts.say(f"next.{statement.visibility}")


def how_appeal_stands(
    statement: Statement, appeal: Appeal, now: datetime, zone: tzinfo, texts: Texts
) -> str:
    """What became of the appeal, or until when it will be answered; late, it is said to be so."""
    if appeal.status is AppealStatus.PENDING:
        stands = "overdue" if now > appeal.due_at else "pending"
        return texts.say(f"appeal_stands.{stands}", when=texts.time(appeal.due_at, zone))
    if statement.was_reason_changed and statement.reason is not None:
        title = rule_words(statement.reason, texts).title
        return texts.say("appeal_stands.otherwise", title=title)
    return texts.say(f"appeal_stands.{appeal.status}")


def how_appeal_ended(appeal: Appeal, texts: Texts) -> str:
    """What became of an appeal whose text is gone: it can't wait any more."""
    is_waiting = appeal.status is AppealStatus.PENDING
    return texts.say(f"appeal_ended.{AppealStatus.CLOSED if is_waiting else appeal.status}")


def who_decided(statement: Statement, texts: Texts) -> str:
    """Who decided: a model, a person, or first one and then the other."""
    return texts.say(f"who.{decided_by(statement)}.{statement.visibility}")


def when_written(answer: LookupAnswer, zone: tzinfo, texts: Texts) -> str:
    """The line over the author's own words."""
    key = "page.what_you_changed" if answer.is_edited else "page.what_you_wrote"
    return texts.say(key, when=texts.time(answer.posted_at, zone))


def upheld_by(statement: Statement, texts: Texts) -> str:
    """Who let the removal stand after an appeal, for the same reason; empty if nobody did."""
    is_upheld = appeal_stage(statement) is AppealStage.UPHELD
    return texts.say("who.appeal.upheld") if is_upheld and not statement.was_reason_changed else ""


def changed_since(changed: ChangedText, zone: tzinfo, texts: Texts) -> str:
    """The notice for a reference whose text was changed later."""
    return texts.say("changed.since", when=texts.time(changed.changed_at, zone))


def how_it_stood(statement: Statement, texts: Texts) -> str:
    """The decision on the earlier text."""
    if statement.visibility is Visibility.REMOVED and statement.reason is not None:
        rule = rule_words(statement.reason, texts)
        return texts.say("changed.removed_by", title=rule.title, text=rule.text)
    return texts.say(f"changed.{statement.visibility}")


def why_this_reason(statement: Statement, texts: Texts) -> str:
    """Why an automated decision gives this one of several reasons; empty if only one applied."""
    ranked = statement.ranked_reasons
    if not statement.decided_automatically or len(ranked) < SEVERAL:
        return ""
    titles = (rule_words(reason, texts).title for reason in ranked)
    return texts.say(
        "rule.several",
        order=texts.say("rule.then").join(titles),
        version=texts.number(statement.policy_version or 0),
    )


def score_line(fact: ScoreFact, texts: Texts) -> str:
    """`toxicity 0.93 — rule: hold from 0.80, remove from 0.97 (policy version 1)`."""
    bands = [
        texts.say(f"score.{action}_from", edge=texts.figure(fact.thresholds[action]))
        for action in (Action.HOLD, Action.REMOVE)
        if action in fact.thresholds
    ]
    if Action.REMOVE not in fact.thresholds:
        bands.append(texts.say("score.by_person"))
    return texts.say(
        "score.line",
        label=texts.say(f"label.{fact.label}"),
        score=texts.figure(fact.score),
        bands=", ".join(bands),
        version=texts.number(fact.policy_version),
    )


def score_table(facts: Sequence[ScoreFact], texts: Texts) -> dict[str, list[str]]:
    """The scores behind a decision and their thresholds, as the columns of a table."""
    person_only = texts.say("table.person_only")
    return {
        texts.say("table.label"): [texts.say(f"label.{fact.label}") for fact in facts],
        texts.say("table.score"): [texts.figure(fact.score) for fact in facts],
        texts.say("table.hold_from"): [_edge(fact, Action.HOLD, "–", texts) for fact in facts],
        texts.say("table.remove_from"): [
            _edge(fact, Action.REMOVE, person_only, texts) for fact in facts
        ],
    }


def _edge(fact: ScoreFact, action: Action, without: str, texts: Texts) -> str:
    low = fact.thresholds.get(action)
    return without if low is None else texts.figure(low)


def no_scores(statement: Statement, texts: Texts) -> str:
    """The sentence if no score led to the decision; empty before the first check."""
    if statement.source is DecisionSource.EARLIER_APPROVAL:
        return texts.say("no_scores.earlier_approval")
    if statement.was_scored:
        return texts.say(f"no_scores.{'milder' if statement.milder_facts else 'below'}")
    if statement.text_facts:
        return texts.say("no_scores.text_rule")
    if statement.unassessed_language is not None:
        return _unassessed(statement.unassessed_language, statement, texts)
    if statement.decided_automatically and statement.visibility is Visibility.VISIBLE:
        return texts.say("no_scores.shown_until")
    key = f"no_scores.{statement.visibility}"
    return texts.say(key) if texts.has(key) else ""


def _unassessed(language: str, statement: Statement, texts: Texts) -> str:
    waits = statement.visibility is Visibility.HELD and statement.decided_automatically
    key = "no_scores.language_held" if waits else "no_scores.language"
    return texts.say(key, language=texts.language_name(language))


def unread_line(statement: Statement, texts: Texts) -> str:
    """How much of the comment no model read; empty if it was read whole."""
    return texts.count("score.unread", statement.unread_chars) if statement.unread_chars else ""


def not_assessed_line(labels: Sequence[Label], texts: Texts) -> str:
    """The labels that the model does not assess; empty if it assesses all."""
    names = ", ".join(texts.say(f"label.{label}") for label in labels)
    return texts.say("score.not_assessed", labels=names) if names else ""


def made_with(statement: Statement, texts: Texts) -> str:
    """The model and the policy that its scores met; empty if nothing was scored."""
    if not statement.was_scored or statement.model_version is None:
        return ""
    version = texts.number(statement.scored_under or 0)
    return texts.say("score.made_with", model=statement.model_version, version=version)


def appeal_until(deadline: datetime, now: datetime, zone: tzinfo, texts: Texts) -> str:
    """The deadline for an appeal, and the days left."""
    days = days_left(deadline, now)
    left = texts.count("days_left", days) if days else texts.say("days_left.none")
    return texts.say("appeal.until", when=texts.time(deadline, zone), left=left)
