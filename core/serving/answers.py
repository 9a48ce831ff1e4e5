"""Converts results of the services to answers of the API."""

from urllib.parse import quote

from core.moderation.appeals import Appeal
from core.moderation.decisions import visibility
from core.moderation.scores import not_assessed
from core.services.lookup import LookupAnswer
from core.services.submit import Submitted
from core.serving.schemas import (
    AppealOut,
    DecisionOut,
    FactOut,
    ReasonOut,
    StatementOut,
    TextFactOut,
)


def decision_answer(row: Submitted, author_url: str) -> DecisionOut:
    """The decision in force. Scores and model are those of the last automated decision, because a
    reviewer's decision has none."""
    current = row.chain[-1]
    automated = next((past for past in reversed(row.chain) if past.is_automated), current)
    return DecisionOut(
        id=row.incoming.source_id,
        source=row.incoming.source,
        status=row.status,
        created=row.status == "stored",
        reference=row.revision.reference,
        action=current.action,
        visibility=visibility(current),
        decision_source=current.source,
        rule_ids=list(current.rule_ids),
        reason_code=current.reason_code,
        scores=dict(automated.scores),
        not_assessed=list(not_assessed(automated.scores)),
        language=automated.language,
        unread_chars=automated.unread_chars,
        model_version=automated.model_version,
        policy_version=current.policy_version,
        decided_at=current.decided_at,
        effective_at=current.effective_at,
        lookup_url=f"{author_url}?reference={quote(row.revision.reference)}",
    )


def statement_answer(found: LookupAnswer) -> StatementOut:
    """The statement of reasons, copied field by field, so that no unlisted field is ever
    exposed."""
    statement = found.statement
    reason = statement.reason
    return StatementOut(
        reference=found.reference,
        text=found.text,
        posted_at=found.posted_at,
        visibility=statement.visibility,
        decided_at=statement.decided_at,
        effective_at=statement.effective_at,
        found_automatically=statement.found_automatically,
        decided_automatically=statement.decided_automatically,
        was_scored=statement.was_scored,
        unassessed_language=statement.unassessed_language,
        unread_chars=statement.unread_chars,
        reason=ReasonOut(code=reason.code, title=reason.title, text=reason.text)
        if reason
        else None,
        note=statement.note,
        facts=[
            FactOut(
                label=fact.label,
                score=fact.score,
                low=fact.rule.low,
                high=fact.rule.high,
                action=fact.rule.action,
            )
            for fact in statement.facts
        ],
        text_facts=[
            TextFactOut(
                kind=fact.rule.kind,
                description=fact.rule.description,
                action=fact.rule.action,
                words=list(fact.words),
            )
            for fact in statement.text_facts
        ],
        policy_version=statement.policy_version,
        model_version=statement.model_version,
        appeal=_appeal_answer(statement.appeal),
        can_appeal_until=statement.can_appeal_until,
        withdrawn_at=found.withdrawn_at,
        changed_at=found.changed.changed_at if found.changed else None,
    )


def _appeal_answer(appeal: Appeal | None) -> AppealOut | None:
    if appeal is None:
        return None
    return AppealOut(
        status=appeal.status,
        filed_at=appeal.filed_at,
        heard_at=appeal.heard_at,
        outcome_reason=appeal.outcome_reason,
    )
