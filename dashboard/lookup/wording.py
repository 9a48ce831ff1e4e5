"""The sentences for authors. Pure; never contains a staff member's name."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from core.moderation.appeals import Appeal, AppealStatus, days_left
from core.moderation.comments import Visibility
from core.moderation.decisions import DecisionSource
from core.moderation.languages import language_name
from core.moderation.notices import (
    AppealStage,
    DecidedBy,
    ScoreFact,
    Statement,
    appeal_stage,
    decided_by,
)
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.lookup import ChangedText
from dashboard.wording import LABELS, ONLY_A_PERSON, VISIBILITIES, local_time, score_figure

BADGES: dict[Visibility, tuple[str, str, str]] = {
    Visibility.PENDING: ("not checked yet", "gray", ":material/schedule:"),
    Visibility.VISIBLE: ("visible", "green", ":material/visibility:"),
    Visibility.HELD: ("on hold", "orange", ":material/pause_circle:"),
    Visibility.REMOVED: ("removed", "red", ":material/visibility_off:"),
    Visibility.WITHDRAWN: ("withdrawn", "gray", ":material/undo:"),
}
_NEXT: dict[Visibility, str] = {
    Visibility.PENDING: "Nothing has been decided, and there is nothing you need to do. "
    "This page will show the outcome.",
    Visibility.VISIBLE: "Readers can see it. There is nothing you need to do.",
    Visibility.HELD: "Readers don't see it until a person has looked at it. There is nothing you "
    "need to do: this page will show the outcome.",
    Visibility.REMOVED: "Readers no longer see it.",
    Visibility.WITHDRAWN: "You or the site you wrote it on took it back. Readers don't see it, "
    "nobody decides on it any more, and its text is not shown here.",
}
_NEXT_WITH_APPEAL: dict[AppealStage, str] = {
    AppealStage.OPEN: "Readers no longer see it. If you think this is wrong, somebody who took no "
    "part in the decision looks at it again.",
    AppealStage.OVER: "Readers no longer see it. Below are the rule, who or what decided, and "
    "what else you can do.",
    AppealStage.PENDING: "You have objected. Somebody who took no part in the decision will read "
    "your appeal, and the answer will be on this page.",
    AppealStage.UPHELD: "You objected, and somebody who took no part in the decision looked at it "
    "again. The removal stands; their reason is below.",
    AppealStage.OVERTURNED: "You objected, and the removal was overturned and "
    "readers can see your comment again.",
}
_WHO: dict[tuple[DecidedBy, Visibility], str] = {
    (DecidedBy.NOBODY, Visibility.PENDING): "Nobody yet.",
    (DecidedBy.MODEL, Visibility.VISIBLE): "Automated: a model checked it. No person took part.",
    (DecidedBy.MODEL, Visibility.HELD): "A model flagged it. No person has decided yet: a "
    "moderator will.",
    (DecidedBy.MODEL, Visibility.REMOVED): "Automated: a model flagged it and a fixed rule removed "
    "it. No person took part in this decision.",
    (DecidedBy.NOT_SCORED, Visibility.HELD): "Nobody yet: a moderator will.",
    (DecidedBy.LANGUAGE, Visibility.HELD): "Nobody yet: a moderator will.",
    (DecidedBy.LANGUAGE, Visibility.VISIBLE): "Automated: the rules of this site show comments in "
    "this language without a check. No person took part.",
    (
        DecidedBy.AFTER_EDIT,
        Visibility.HELD,
    ): "Nobody yet. A person had to decide on an earlier "
    "text of this comment, so a person decides on this text too.",
    (
        DecidedBy.NOT_READ_WHOLE,
        Visibility.HELD,
    ): "Nobody yet. Your comment is longer than what the model reads, so a person reads it.",
    (
        DecidedBy.EARLIER_APPROVAL,
        Visibility.VISIBLE,
    ): "Automated: a moderator approved the same text of this comment before.",
    (DecidedBy.NOT_SCORED, Visibility.VISIBLE): "Nobody yet: it is shown until it can be checked.",
    (DecidedBy.PERSON, Visibility.VISIBLE): "A person: a moderator read it and approved it.",
    (DecidedBy.PERSON, Visibility.HELD): "A person: a moderator has looked at it; the last "
    "word is not spoken yet.",
    (DecidedBy.PERSON, Visibility.REMOVED): "A person: a moderator read it and removed it.",
    (DecidedBy.MODEL_THEN_PERSON, Visibility.VISIBLE): "First automated, then a person. A model "
    "flagged it. A moderator approved it.",
    (DecidedBy.MODEL_THEN_PERSON, Visibility.HELD): "First automated, then a person. A model "
    "flagged it. A moderator has looked at it; a final decision is still to come yet.",
    (DecidedBy.MODEL_THEN_PERSON, Visibility.REMOVED): "First automated, then a person. A model "
    "flagged it. A moderator removed it.",
    (DecidedBy.APPEAL, Visibility.VISIBLE): "A person: after your appeal, somebody who took no "
    "part in the removal restored it.",
    (DecidedBy.APPEAL, Visibility.REMOVED): "A person: after your appeal, somebody who took no "
    "part in the first decision decided that it stays removed, for another reason.",
}
_UNSCORED: dict[Visibility, str] = {
    Visibility.HELD: "The comment could not be scored, so a person looks at it.",
    Visibility.VISIBLE: "The comment could not be scored, so a person looked at it.",
    Visibility.REMOVED: "The comment could not be scored, so a person looked at it.",
}
RULE_NAMES: dict[Visibility, str] = {
    Visibility.VISIBLE: "The rule",
    Visibility.HELD: "The rule in question",
    Visibility.REMOVED: "The rule",
}
HOW_IT_STANDS: dict[AppealStatus, str] = {
    AppealStatus.PENDING: "It has reached us and waits to be heard. There is nothing more you need "
    "to do: come back to this page for the answer.",
    AppealStatus.UPHELD: "Decision upheld: it stands.",
    AppealStatus.OVERTURNED: "Decision overturned: the comment is back.",
    AppealStatus.CLOSED: "Closed without an answer: the text it was about is gone.",
}
STANDS_OTHERWISE = (
    "Your comment stays removed, but for another reason than you were told first: the rule above."
)
HOW_IT_ENDED: dict[AppealStatus, str] = {
    AppealStatus.PENDING: HOW_IT_STANDS[AppealStatus.CLOSED],
    AppealStatus.UPHELD: "Decision upheld, before the text was gone.",
    AppealStatus.OVERTURNED: "Decision overturned, before the text was gone.",
    AppealStatus.CLOSED: HOW_IT_STANDS[AppealStatus.CLOSED],
}
_STOOD: dict[Visibility, str] = {
    Visibility.PENDING: "Nothing was decided on it before it was changed.",
    Visibility.VISIBLE: "Readers could see it until it was changed.",
    Visibility.HELD: "It waited for a person until it was changed; nobody decides on it any more.",
    Visibility.REMOVED: "It had been removed.",
    Visibility.WITHDRAWN: "It was withdrawn.",
}
HOW_TO_APPEAL = (
    "Say in your own words why the decision is wrong. It is free, and it is read by a person who "
    "took no part in it. If you are right, your comment comes back."
)
OVER = "The time to appeal this decision here is over."
HAS_OTHER_REDRESS = (
    AppealStage.OPEN,
    AppealStage.OVER,
    AppealStage.PENDING,
    AppealStage.UPHELD,
)
SEVERAL = 2
ABOUT_SCORES = (
    "A score says how strongly the text looks like that label to the model, from 0 (not at all) "
    "to 1 (clearly). The thresholds are the ones in force when the comment was checked."
)


def headline(statement: Statement) -> str:
    """What happened, in one sentence."""
    return VISIBILITIES[statement.visibility]


def what_next(statement: Statement) -> str:
    """What the state means for the author."""
    if statement.visibility is Visibility.WITHDRAWN:
        return _NEXT[Visibility.WITHDRAWN]
    return _NEXT_WITH_APPEAL.get(appeal_stage(statement), _NEXT[statement.visibility])


def how_appeal_stands(statement: Statement, appeal: Appeal, zone: tzinfo) -> str:
    """What became of the appeal, or until when it will be answered."""
    if appeal.status is AppealStatus.PENDING:
        return f"{HOW_IT_STANDS[appeal.status]} You get it by {local_time(appeal.due_at, zone)}."
    if statement.was_reason_changed:
        return STANDS_OTHERWISE
    return HOW_IT_STANDS[appeal.status]


def who_decided(statement: Statement) -> str:
    """Who decided: a model, a person, or first one and then the other."""
    return _WHO[decided_by(statement), statement.visibility]


def changed_since(changed: ChangedText, zone: tzinfo) -> str:
    """The notice for a reference whose text was changed later."""
    when = local_time(changed.changed_at, zone)
    return (
        f"This reference belongs to an earlier text, which was changed on {when}. Below is the "
        "current state of your newest text. Its own reference is at the end of this page."
    )


def how_it_stood(statement: Statement) -> str:
    """The decision on the earlier text."""
    stood = _STOOD[statement.visibility]
    if statement.visibility is Visibility.REMOVED and statement.reason is not None:
        return f"{stood} The rule: {statement.reason.title}. {statement.reason.text}"
    return stood


def why_this_reason(statement: Statement) -> str:
    """Why an automated decision gives this one of several reasons; empty if only one applied."""
    ranked = statement.ranked_reasons
    if not statement.decided_automatically or len(ranked) < SEVERAL:
        return ""
    order = ", then ".join(reason.title for reason in ranked)
    version = f"policy version {statement.facts[0].policy_version}"
    return (
        f"Rules for several reasons applied. The first in this order is given: {order} ({version})."
    )


def score_line(fact: ScoreFact) -> str:
    """`toxicity 0.93 — rule: hold from 0.80, remove from 0.97 (policy version 1)`."""
    bands = [
        f"{action} from {fact.thresholds[action]:.2f}"
        for action in (Action.HOLD, Action.REMOVE)
        if action in fact.thresholds
    ]
    if Action.REMOVE not in fact.thresholds:
        bands.append(f"removed by {ONLY_A_PERSON}")
    rule = ", ".join(bands)
    version = f"policy version {fact.policy_version}"
    return f"{LABELS[fact.label]} {score_figure(fact.score)} — rule: {rule} ({version})"


def no_scores(statement: Statement) -> str:
    """The sentence if no score led to the decision; empty before the first check."""
    if statement.source is DecisionSource.EARLIER_APPROVAL:
        return "A moderator approved this same text before, so its scores were not used."
    if statement.was_scored:
        return "No score reached a threshold for holding or removing."
    if statement.unassessed_language is not None:
        return _unassessed(statement.unassessed_language, statement)
    if statement.decided_automatically and statement.visibility is Visibility.VISIBLE:
        return "The comment could not be scored yet; it is shown until it can be."
    return _UNSCORED.get(statement.visibility, "")


def _unassessed(language: str, statement: Statement) -> str:
    why = f"The comment is in {language_name(language)}, which the model does not assess"
    if statement.visibility is Visibility.HELD and statement.decided_automatically:
        return f"{why}. That says nothing about what you wrote: a person reads it first."
    return f"{why}: it has no scores."


def unread_line(statement: Statement) -> str:
    """How much of the comment no model read; empty if it was read whole."""
    if not statement.unread_chars:
        return ""
    return (
        f"The model did not read the last {statement.unread_chars:,} characters: the comment is "
        "too long. The scores are those of the text before."
    )


def not_assessed_line(labels: Sequence[Label]) -> str:
    """The labels that the model does not assess; empty if it assesses all."""
    names = ", ".join(LABELS[label] for label in labels)
    return f"Not assessed by the model: {names}." if names else ""


def made_with(statement: Statement) -> str:
    """The model and the policy; empty if no model took part."""
    if statement.model_version is None or statement.policy_version is None:
        return ""
    return f"Model {statement.model_version}, policy version {statement.policy_version}."


def appeal_until(deadline: datetime, now: datetime, zone: tzinfo) -> str:
    """The deadline for an appeal, and the days left."""
    days = days_left(deadline, now)
    left = {0: "less than a day left", 1: "1 day left"}.get(days, f"{days} days left")
    return f"You can appeal until {local_time(deadline, zone)} ({left})."
