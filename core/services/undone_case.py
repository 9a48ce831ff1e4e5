"""The case after an undo, with what has to be read for it."""

from collections.abc import Sequence

from core.moderation.cases import Case, CaseTrigger
from core.moderation.decisions import Decision
from core.moderation.effect import standing
from core.moderation.openings import case_after_undo
from core.moderation.policies import Action
from core.services.attention import attention_to
from core.services.case_work import reopening_key
from core.store.base import Reader


def undone_case(tx: Reader, case: Case, undone: Decision, chain: Sequence[Decision]) -> Case:
    """The case once the decision `undone` was undone by the last of `chain`, oldest first."""
    restored = standing(chain)[-1]
    # Each of these reads is needed after few undos, and most texts have no report.
    reported = tx.reports(case.revision_id) if tx.is_reported(case.revision_id) else ()
    revision = tx.revision(case.revision_id) if reported else None
    policy = tx.policy(restored.policy_version) if case.trigger is CaseTrigger.REPORT else None
    return case_after_undo(
        case,
        chain,
        attention_to(tx, revision) if revision is not None else case.attention,
        rules=policy.score_rules(restored.rule_ids) if policy else (),
        was_reopening=_is_reopening(tx, undone),
        is_reported_since=any(
            item.report.reported_at >= undone.decided_at and not item.is_muted for item in reported
        ),
    )


def _is_reopening(tx: Reader, decision: Decision) -> bool:
    if decision.action is not Action.ESCALATE:
        return decision.action is Action.HOLD  # people hold a comment only by reopening it
    reopening = tx.decision_by_key(reopening_key(decision.supersedes or ""))
    return reopening is not None and reopening.id == decision.id
