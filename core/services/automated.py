"""Decides on a revision without a person, and opens, changes or closes its case.

The decision with its scores, the case and the audit event are one transaction: if the process is
killed, the revision is as before or decided.
"""

from collections.abc import Sequence

from core.identifiers import new_id
from core.inference.base import BackendInfo, ErrorKind, TextResult
from core.inference.language.mixed import as_a_whole
from core.inference.text.rule_matcher import matcher_of
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.cases import NO_ATTENTION, Attention
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource, Verdict, awaits_scores
from core.moderation.edits import automated_verdict, needed_action, settled_text
from core.moderation.openings import case_after
from core.moderation.permissions import SYSTEM
from core.moderation.policies import AWAITS_PERSON, Action, Policy
from core.services.attention import attention_to
from core.services.context import Context
from core.services.gone_texts import text_gone
from core.store.base import Reader, Writer


def decide(
    context: Context,
    tx: Writer,
    *,
    policy: Policy,
    info: BackendInfo,
    revision: Revision,
    result: TextResult,
    chain: Sequence[Decision] = (),
    failure_action: Action = Action.HOLD,
) -> Decision | None:
    """Decide on a revision whose decisions so far are `chain`, oldest first. None if a person or
    another process decided meanwhile, or if the text was edited or withdrawn.

    `failure_action` is the action if the result has no scores.
    """
    if text_gone(tx, revision) is not None or not awaits_scores(chain):
        return None
    result = as_a_whole(result, policy)
    verdict, source = automated_verdict(
        result.scores if result.error is None else None,
        policy,
        revision,
        tx.earlier_texts(revision),
        failure_action=failure_action,
        unassessed_language=result.language if result.error_kind is ErrorKind.LANGUAGE else None,
        unread_chars=result.unread_chars,
        fired=matcher_of(policy.text_rules).fired(revision.text),
    )
    decision = Decision(
        id=new_id(),
        revision_id=revision.id,
        action=verdict.action,
        source=source,
        actor=SYSTEM.id,
        policy_version=policy.version,
        decided_at=context.clock.now(),
        rule_ids=verdict.rule_ids,
        reason_code=verdict.reason_code,
        model_version=result.model_version or info.model_version,
        backend=result.backend or info.name,
        scores=result.scores,
        supersedes=chain[-1].id if chain else None,
        language=result.language,
        unread_chars=result.unread_chars,
    )
    key = f"rescored:{chain[-1].id}" if chain else f"automated:{revision.id}"
    audit = _audit(context, decision, result, is_rescored=bool(chain))
    if not tx.add_decision(decision, seen_version=len(chain), idempotency_key=key, audit=audit):
        return None
    _keep_case(context, tx, decision, verdict, revision)
    return decision


def _audit(
    context: Context, decision: Decision, result: TextResult, *, is_rescored: bool
) -> AuditEvent:
    is_failure = decision.source is DecisionSource.FAILURE_POLICY
    first = {
        "error": "" if result.error is None else result.error_kind or "backend",
        "failure_policy": context.failure.policy if is_failure else "",
    }
    return context.audit(
        AuditKind.DECISION_AUTOMATED,
        SYSTEM,
        decision.revision_id,
        decision=decision.id,
        action=decision.action,
        **({"rescored": "true"} if is_rescored else first),
    )


def _keep_case(
    context: Context, tx: Writer, decision: Decision, verdict: Verdict, revision: Revision
) -> None:
    is_rescored = decision.supersedes is not None
    before = tx.case_of(decision.revision_id) if is_rescored else None
    case = case_after(
        decision,
        verdict,
        before,
        new_id=new_id(),
        attention=_attention(tx, decision, revision),
        shares=context.shares,
        is_bound=context.shares.blind > 0 and _is_bound(tx, revision),
    )
    if case is None:
        return
    if before is None:
        tx.open_case(case)
    else:
        tx.change_case(case)


def _attention(tx: Reader, decision: Decision, revision: Revision) -> Attention:
    # Most comments are approved and have no report: for them the one short query is all.
    needs_case = decision.action in AWAITS_PERSON or tx.waits_for_answer(revision)
    return attention_to(tx, revision) if needs_case else NO_ATTENTION


def _is_bound(tx: Writer, revision: Revision) -> bool:
    return needed_action(settled_text(revision, tx.earlier_texts(revision))) is not None
