"""The statement of reasons for an author, built only from the decisions and their policies.

Its content follows DSA Article 17(3): the restriction, the facts, whether the comment was found and
decided on by automated means, the clause of the terms it breaks, and how to object.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.moderation.appeals import Appeal, appeal_deadline
from core.moderation.cases import TextGone
from core.moderation.comments import Visibility
from core.moderation.decisions import Decision, DecisionSource, visibility
from core.moderation.effect import chain_in_effect
from core.moderation.policies import Action, Policy, Rule, TextRule
from core.moderation.reasons import Reason
from core.moderation.scores import Label, not_assessed


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """One label's score and the rule whose band contains it, in that `policy_version`.

    `thresholds` maps each action to the lowest score at which the label's bands lead to it.
    """

    label: Label
    score: float
    rule: Rule
    thresholds: Mapping[Action, float]
    policy_version: int


@dataclass(frozen=True, slots=True)
class TextFact:
    """A text rule that led to the decision, and the parts of the text that it matched: none if the
    text is gone, or if only the model's reading of it matches."""

    rule: TextRule
    words: tuple[str, ...]


class DecidedBy(StrEnum):
    """Who or what decided, in the form shown to authors; it never names the person."""

    NOBODY = "nobody"
    MODEL = "model"
    TEXT_RULE = "text_rule"
    NOT_SCORED = "not_scored"
    LANGUAGE = "language"
    AFTER_EDIT = "after_edit"
    NOT_READ_WHOLE = "not_read_whole"
    EARLIER_APPROVAL = "earlier_approval"
    PERSON = "person"
    MODEL_THEN_PERSON = "model_then_person"
    TEXT_RULE_THEN_PERSON = "text_rule_then_person"
    APPEAL = "appeal"


class AppealStage(StrEnum):
    """What an author can do about an appeal. OPEN: one can be filed; OVER: the time for it is over;
    the last four are the values of AppealStatus."""

    NOTHING_TO_APPEAL = "nothing_to_appeal"
    OPEN = "open"
    OVER = "over"
    PENDING = "pending"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Statement:
    """The content of a notice. `facts` are the rules behind the last automated decision, the
    highest score first; `text_facts` are those about words, links and patterns.

    `found_automatically`: the model's scores or a text rule brought the comment to attention.
    `decided_automatically`: no person took part. `can_appeal_until` is None if the author can't
    appeal (any more). `not_assessed` are the labels without a score; empty if the comment was not
    scored at all. No model read the last `unread_chars` characters. `source` is that of the last
    automated decision. `ranked_reasons` are the reasons of `facts` by the policy's precedence; an
    automated decision gives the first of them. `unassessed_language` is the code of the language
    because of which it was not scored. `effective_at` is the time from which the decision holds.
    `noticed_at` is the time of the last automated decision. `was_reason_changed`: after an appeal
    the removal stands, but for another reason. `milder_facts` are the scores whose bands asked for
    something, but for less than a text rule did. `scored_under` is the policy's version at the last
    automated decision; the current one may be later.
    """

    visibility: Visibility
    decided_at: datetime | None
    reason: Reason | None
    note: str
    found_automatically: bool
    decided_automatically: bool
    was_scored: bool
    facts: tuple[ScoreFact, ...]
    ranked_reasons: tuple[Reason, ...]
    not_assessed: tuple[Label, ...]
    policy_version: int | None
    model_version: str | None
    can_appeal_until: datetime | None
    appeal: Appeal | None
    source: DecisionSource | None = None
    unread_chars: int = 0
    unassessed_language: str | None = None
    effective_at: datetime | None = None
    was_reason_changed: bool = False
    noticed_at: datetime | None = None
    text_facts: tuple[TextFact, ...] = ()
    milder_facts: tuple[ScoreFact, ...] = ()
    scored_under: int | None = None


def build_statement(
    chain: Sequence[Decision],
    policies: Mapping[int, Policy],
    appeal: Appeal | None,
    *,
    now: datetime,
    window_days: int,
    gone: TextGone | None = None,
    words: Mapping[str, tuple[str, ...]] | None = None,
) -> Statement:
    """The statement for the author of a revision. `chain` are the decisions on it, oldest first, of
    which only those in effect at `now` count; `policies` the versions those name; `appeal` the
    revision's latest appeal; `gone` is set if the text was edited or withdrawn, which also rules
    out an appeal. `words` are the parts of the text that each text rule matched, by its id."""
    chain = chain_in_effect(chain, now)
    current = chain[-1] if chain else None
    automated = next((past for past in reversed(chain) if past.is_automated), None)
    deadline = None
    facts = score_facts(automated, policies[automated.policy_version]) if automated else ()
    text_facts = _text_facts(automated, policies, words or {})
    is_open = gone is None and appeal is None
    if is_open and current is not None and current.action is Action.REMOVE:
        last = appeal_deadline(current, window_days)
        deadline = last if now <= last else None
    return Statement(
        visibility=Visibility.WITHDRAWN if gone is TextGone.WITHDRAWN else visibility(current),
        decided_at=current.decided_at if current else None,
        effective_at=current.effective_at if current else None,
        reason=_reason(current, policies),
        note=current.note if current else "",
        found_automatically=is_found_automatically(current, automated),
        decided_automatically=current.is_automated if current else False,
        was_scored=automated is not None and bool(automated.scores),
        facts=facts,
        text_facts=text_facts,
        milder_facts=milder_facts(automated, policies[automated.policy_version])
        if automated
        else (),
        scored_under=automated.policy_version if automated else None,
        ranked_reasons=_ranked_reasons(facts, text_facts, policies, automated),
        not_assessed=not_assessed(automated.scores) if automated and automated.scores else (),
        policy_version=current.policy_version if current else None,
        model_version=automated.model_version if automated else None,
        can_appeal_until=deadline,
        appeal=appeal,
        source=automated.source if automated else None,
        unread_chars=automated.unread_chars if automated else 0,
        unassessed_language=automated.unassessed_language if automated else None,
        noticed_at=automated.decided_at if automated else None,
        was_reason_changed=_is_reason_changed(current),
    )


def is_found_automatically(current: Decision | None, automated: Decision | None) -> bool:
    """Whether the model's scores or a text rule brought the comment to attention. Not if the model
    approved it and a person reopened it; for a text held because of an earlier one, only if rules
    fired."""
    if current is None or automated is None:
        return False
    is_found = automated.source is DecisionSource.RULE or (
        automated.source is DecisionSource.AFTER_EDIT and bool(automated.rule_ids)
    )
    return is_found and (current.is_automated or automated.action is not Action.APPROVE)


def _text_facts(
    automated: Decision | None,
    policies: Mapping[int, Policy],
    words: Mapping[str, tuple[str, ...]],
) -> tuple[TextFact, ...]:
    if automated is None:
        return ()
    rules = policies[automated.policy_version].text_rules_of(automated.rule_ids)
    return tuple(TextFact(rule, words.get(rule.id, ())) for rule in rules)


def _ranked_reasons(
    facts: Sequence[ScoreFact],
    text_facts: Sequence[TextFact],
    policies: Mapping[int, Policy],
    automated: Decision | None,
) -> tuple[Reason, ...]:
    if automated is None:
        return ()
    policy = policies[automated.policy_version]
    rules: list[Rule | TextRule] = [fact.rule for fact in facts]
    rules += [fact.rule for fact in text_facts]
    reasons = [policy.reason(rule.reason_code) for rule in sorted(rules, key=policy.reason_rank)]
    return tuple(dict.fromkeys(reasons))


def _is_reason_changed(current: Decision | None) -> bool:
    return current is not None and current.appeal_id is not None and current.action is Action.REMOVE


def _reason(current: Decision | None, policies: Mapping[int, Policy]) -> Reason | None:
    if current is None or current.reason_code is None:
        return None
    return policies[current.policy_version].reason(current.reason_code)


def score_facts(automated: Decision, policy: Policy) -> tuple[ScoreFact, ...]:
    """The scores that led to an automated decision, each with its rule, the highest score first."""
    return _facts_of(policy.score_rules(automated.rule_ids), automated, policy)


def milder_facts(automated: Decision, policy: Policy) -> tuple[ScoreFact, ...]:
    """The scores in a band that asks for an action, where a text rule asked for a graver one and so
    led to the decision alone; the highest score first."""
    by_text = policy.text_rules_of(automated.rule_ids)
    if not by_text or policy.score_rules(automated.rule_ids):
        return ()
    reached = [
        rule
        for rule in policy.rules
        if rule.action is not Action.APPROVE
        and rule.matches(automated.scores.get(rule.label, -1.0))
    ]
    reached.sort(key=lambda rule: -automated.scores[rule.label])
    return _facts_of(reached, automated, policy)


def _facts_of(rules: Sequence[Rule], automated: Decision, policy: Policy) -> tuple[ScoreFact, ...]:
    return tuple(
        ScoreFact(
            label=rule.label,
            score=automated.scores[rule.label],
            rule=rule,
            thresholds=policy.thresholds(rule.label),
            policy_version=policy.version,
        )
        for rule in rules
    )


# What decided if no rule fired.
_WITHOUT_RULE: dict[DecisionSource | None, DecidedBy] = {
    DecisionSource.AFTER_EDIT: DecidedBy.AFTER_EDIT,
    DecisionSource.NOT_READ_WHOLE: DecidedBy.NOT_READ_WHOLE,
    DecisionSource.EARLIER_APPROVAL: DecidedBy.EARLIER_APPROVAL,
}


def decided_by(statement: Statement) -> DecidedBy:
    """Who or what made the decision that stands."""
    if statement.decided_at is None:
        return DecidedBy.NOBODY
    if statement.decided_automatically:
        return _decided_alone_by(statement)
    if statement.was_reason_changed or appeal_stage(statement) is AppealStage.OVERTURNED:
        return DecidedBy.APPEAL
    if not statement.found_automatically:
        return DecidedBy.PERSON
    is_by_text = _is_by_text_alone(statement)
    return DecidedBy.TEXT_RULE_THEN_PERSON if is_by_text else DecidedBy.MODEL_THEN_PERSON


def _decided_alone_by(statement: Statement) -> DecidedBy:
    """What made a decision in which no person took part."""
    if statement.found_automatically:
        return DecidedBy.TEXT_RULE if _is_by_text_alone(statement) else DecidedBy.MODEL
    if statement.unassessed_language is not None:
        return DecidedBy.LANGUAGE
    return _WITHOUT_RULE.get(statement.source, DecidedBy.NOT_SCORED)


def _is_by_text_alone(statement: Statement) -> bool:
    """Whether rules about the text led to the decision and no score did."""
    return bool(statement.text_facts) and not statement.facts


def appeal_stage(statement: Statement) -> AppealStage:
    """Whether the author can appeal, or the status of the appeal."""
    if statement.appeal is not None:
        return AppealStage(statement.appeal.status)
    if statement.visibility is not Visibility.REMOVED:
        return AppealStage.NOTHING_TO_APPEAL
    return AppealStage.OPEN if statement.can_appeal_until else AppealStage.OVER
