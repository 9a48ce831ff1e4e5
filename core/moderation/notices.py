"""The statement of reasons: what an author is told, built from the decision and its policy alone.

Follows DSA Article 17(3): the restriction, the facts, whether automated means were used to find it
and to decide it, the ground in the terms, and the ways to object.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.moderation.appeals import Appeal, appeal_deadline
from core.moderation.cases import TextGone
from core.moderation.comments import Visibility
from core.moderation.decisions import Decision, DecisionSource, visibility
from core.moderation.policies import Action, Policy, Reason, Rule
from core.moderation.scores import Label, not_assessed


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """One label's score against the band it fell in, as the policy stood then.

    `thresholds` are where the label's other bands began in that `policy_version`.
    """

    label: Label
    score: float
    rule: Rule
    thresholds: Mapping[Action, float]
    policy_version: int


class DecidedBy(StrEnum):
    """Who or what decided, as far as an author is told: never which person."""

    NOBODY = "nobody"
    MODEL = "model"
    NOT_SCORED = "not_scored"
    AFTER_EDIT = "after_edit"
    PERSON = "person"
    MODEL_THEN_PERSON = "model_then_person"
    APPEAL = "appeal"


class AppealStage(StrEnum):
    """Where an author stands with an appeal; the last four are the appeal's own status."""

    NOTHING_TO_APPEAL = "nothing_to_appeal"
    OPEN = "open"
    OVER = "over"
    PENDING = "pending"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Statement:
    """The content of a notice. `facts` are the rules that led to an automated step, hardest first.

    `found_automatically`: a model surfaced it; `decided_automatically`: no person took part.
    `can_appeal_until` is None where no appeal is open to the author. `not_assessed` are the labels
    the model gave no score for; empty where it did not score at all. `ranked_reasons` are those of
    the facts in the policy's order, of which an automated decision gives the first.
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


def build_statement(
    chain: Sequence[Decision],
    policies: Mapping[int, Policy],
    appeal: Appeal | None,
    *,
    now: datetime,
    window_days: int,
    gone: TextGone | None = None,
) -> Statement:
    """What to tell the author of a revision. `chain` is its decisions, oldest first; `policies`
    the versions they name; `appeal` the latest of the revision; `gone` why its text is no longer
    there to appeal for."""
    current = chain[-1] if chain else None
    automated = next((past for past in reversed(chain) if past.is_automated), None)
    deadline = None
    facts = score_facts(automated, policies[automated.policy_version]) if automated else ()
    is_open = gone is None and appeal is None
    if is_open and current is not None and current.action is Action.REMOVE:
        last = appeal_deadline(current, window_days)
        deadline = last if now <= last else None
    return Statement(
        visibility=Visibility.WITHDRAWN if gone is TextGone.WITHDRAWN else visibility(current),
        decided_at=current.decided_at if current else None,
        reason=_reason(current, policies),
        note=current.note if current else "",
        found_automatically=_is_found_automatically(current, automated),
        decided_automatically=current.is_automated if current else False,
        was_scored=automated is not None and bool(automated.scores),
        facts=facts,
        ranked_reasons=_ranked_reasons(facts, policies),
        not_assessed=not_assessed(automated.scores) if automated and automated.scores else (),
        policy_version=current.policy_version if current else None,
        model_version=automated.model_version if automated else None,
        can_appeal_until=deadline,
        appeal=appeal,
    )


def _is_found_automatically(current: Decision | None, automated: Decision | None) -> bool:
    """Whether a model's scores surfaced it: not where a model approved it and a person took it up.
    A text that a person gets because of an earlier one is found by a model only where rules
    fired."""
    if current is None or automated is None:
        return False
    is_found = automated.source is DecisionSource.RULE or (
        automated.source is DecisionSource.AFTER_EDIT and bool(automated.rule_ids)
    )
    return is_found and (current.is_automated or automated.action is not Action.APPROVE)


def _ranked_reasons(
    facts: Sequence[ScoreFact], policies: Mapping[int, Policy]
) -> tuple[Reason, ...]:
    ranked = sorted(facts, key=lambda fact: policies[fact.policy_version].reason_rank(fact.rule))
    reasons = [policies[fact.policy_version].reason(fact.rule.reason_code) for fact in ranked]
    return tuple(dict.fromkeys(reasons))


def _reason(current: Decision | None, policies: Mapping[int, Policy]) -> Reason | None:
    if current is None or current.reason_code is None:
        return None
    return policies[current.policy_version].reason(current.reason_code)


def score_facts(automated: Decision, policy: Policy) -> tuple[ScoreFact, ...]:
    """The scores that led to an automated decision, each with its rule, hardest first."""
    rules = (policy.rule(rule_id) for rule_id in automated.rule_ids)
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


def decided_by(statement: Statement) -> DecidedBy:
    """Who or what made the decision that stands."""
    if statement.decided_at is None:
        return DecidedBy.NOBODY
    if statement.decided_automatically:
        if statement.found_automatically:
            return DecidedBy.MODEL
        return DecidedBy.AFTER_EDIT if statement.was_scored else DecidedBy.NOT_SCORED
    if appeal_stage(statement) is AppealStage.OVERTURNED:
        return DecidedBy.APPEAL
    return DecidedBy.MODEL_THEN_PERSON if statement.found_automatically else DecidedBy.PERSON


def appeal_stage(statement: Statement) -> AppealStage:
    """What an author can still do, or how the appeal stands."""
    if statement.appeal is not None:
        return AppealStage(statement.appeal.status)
    if statement.visibility is not Visibility.REMOVED:
        return AppealStage.NOTHING_TO_APPEAL
    return AppealStage.OPEN if statement.can_appeal_until else AppealStage.OVER
