"""Why a text gets a case: what a decision without a person, or a report, opens. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.moderation.cases import (
    NO_ATTENTION,
    Attention,
    Case,
    CaseStatus,
    CaseTrigger,
    next_status,
    status_after_undo,
    status_for,
)
from core.moderation.decisions import Decision, DecisionSource, Verdict
from core.moderation.effect import standing
from core.moderation.policies import AWAITS_PERSON, Action, Rule
from core.moderation.sampling import (
    FLAGGED,
    NO_DRAWS,
    DrawPurpose,
    Sampling,
    SamplingReason,
    SamplingShares,
    draw,
)
from core.moderation.scores import Label

# Why an automated decision that awaits a person opens a case.
_TRIGGERS = {
    DecisionSource.RULE: CaseTrigger.HOLD,
    DecisionSource.FAILURE_POLICY: CaseTrigger.NOT_SCORED,
    DecisionSource.AFTER_EDIT: CaseTrigger.AFTER_EDIT,
    DecisionSource.LANGUAGE: CaseTrigger.LANGUAGE,
    DecisionSource.NOT_READ_WHOLE: CaseTrigger.NOT_READ_WHOLE,
}

# Below every score: nothing was seen in such a comment, and a site may get very many of them.
LANGUAGE_PRIORITY = 0.0
# In the middle of the scores that hold a comment, for those held and those only audited alike.
BLIND_PRIORITY = 0.75
# With one user's report 0.7, among the scores that hold a comment; with a trusted flagger's 1.0.
REPORTED_PRIORITY = 0.4
# A person asked for the review of a comment that nothing else called attention to.
REOPENED_PRIORITY = 1.0
# A person has read the text and approved it.
APPROVED_PRIORITY = 0.05


@dataclass(frozen=True, slots=True)
class _Opening:
    trigger: CaseTrigger
    priority: float
    label: Label | None = None
    sampling: Sampling = FLAGGED


def case_after(
    decision: Decision,
    verdict: Verdict,
    before: Case | None,
    *,
    new_id: str,
    attention: Attention = NO_ATTENTION,
    shares: SamplingShares = NO_DRAWS,
    is_bound: bool = False,
) -> Case | None:
    """The case after an automated decision, which had the case `before` it; `new_id` is for a case
    that has to be opened. None if no case is needed. `is_bound`: a person's decision on an earlier
    text binds this one. Raises RuleBroken if the case is closed."""
    opening = _opening(decision, verdict, attention, shares, is_bound=is_bound)
    if opening is None:
        if before is None:
            return None
        return replace(before, status=next_status(before.status, verdict.action))
    return Case(
        id=before.id if before else new_id,
        revision_id=decision.revision_id,
        status=CaseStatus.ESCALATED if verdict.action is Action.ESCALATE else CaseStatus.OPEN,
        trigger=opening.trigger,
        priority=opening.priority,
        label=opening.label,
        opened_at=before.opened_at if before else decision.decided_at,
        attention=attention,
        sampling=opening.sampling,
    )


def _opening(
    decision: Decision,
    verdict: Verdict,
    attention: Attention,
    shares: SamplingShares,
    *,
    is_bound: bool,
) -> _Opening | None:
    """Why a person has to look at the text, None if nobody has to."""
    is_by_scores = decision.source is DecisionSource.RULE
    if verdict.action is Action.APPROVE:
        if is_by_scores and draw(decision.revision_id, DrawPurpose.AUDIT) < shares.audit:
            audit = Sampling(SamplingReason.AUDIT, shares.audit)
            return _Opening(CaseTrigger.BLIND, BLIND_PRIORITY, sampling=audit)
        return _reported(decision) if attention.reports else None
    if verdict.action not in AWAITS_PERSON:
        return None
    # Only a hold by scores alone looks like an audit once its scores are hidden.
    is_by_text = bool(verdict.text_rules)
    may_be_blind = (
        is_by_scores and not is_by_text and verdict.action is Action.HOLD and not is_bound
    )
    if may_be_blind and draw(decision.revision_id, DrawPurpose.BLIND) < shares.blind:
        return _Opening(CaseTrigger.BLIND, BLIND_PRIORITY)
    urgency, label = priority(decision.scores, verdict)
    if decision.source is DecisionSource.LANGUAGE:
        urgency = LANGUAGE_PRIORITY
    elif decision.source is DecisionSource.NOT_READ_WHOLE:
        # Nothing that was read is suspicious, and long texts must not fill the top of the queue.
        urgency = max(decision.scores.values(), default=urgency)
    return _Opening(_TRIGGERS[decision.source], urgency, label)


def reported_case(
    before: Case | None,
    chain: Sequence[Decision],
    attention: Attention,
    *,
    opened_at: datetime,
    new_id: str,
) -> Case:
    """The case that a report opens on a visible comment, which had the closed case `before`.
    `chain` are the decisions on its text, oldest first."""
    opening = _reported(standing(chain)[-1])
    was_reviewed = any(not past.is_automated for past in chain)
    return Case(
        id=before.id if before else new_id,
        revision_id=chain[-1].revision_id,
        status=CaseStatus.OPEN,
        trigger=opening.trigger,
        priority=opening.priority,
        label=None,
        opened_at=opened_at,
        attention=attention,
        sampling=before.sampling if before and was_reviewed else opening.sampling,
    )


def reopened_case(
    before: Case | None,
    reopening: Decision,
    attention: Attention,
    *,
    opened_at: datetime,
    new_id: str,
) -> Case:
    """The case after a person's decision `reopening`, which put the comment on hold again; it had
    the closed case `before`, if any. It waits since then, not since it was opened first."""
    status = status_for(reopening.action)
    if before is not None:
        return replace(
            before,
            status=status,
            trigger=CaseTrigger.REOPENED,
            opened_at=opened_at,
            attention=attention,
        )
    return Case(
        id=new_id,
        revision_id=reopening.revision_id,
        status=status,
        trigger=CaseTrigger.REOPENED,
        priority=REOPENED_PRIORITY,
        label=None,
        opened_at=opened_at,
        attention=attention,
        sampling=Sampling(SamplingReason.REOPENED),
    )


def case_after_undo(
    before: Case,
    chain: Sequence[Decision],
    attention: Attention,
    *,
    rules: Sequence[Rule],
    was_reopening: bool,
    is_reported_since: bool,
) -> Case:
    """The case after an undo, the last of `chain`: as it was before the decision undone, but with
    the reports that came meanwhile. `rules` are those of the decision restored; `was_reopening`:
    a reopening was undone; `is_reported_since`: after it was made."""
    restored, known = standing(chain)[-1], replace(before, attention=attention)
    is_visible = restored.action is Action.APPROVE
    if was_reopening and not (is_visible and is_reported_since):
        return replace(known, status=CaseStatus.CLOSED)
    if is_visible:
        return _open_on_visible(known, chain, was_reopening=was_reopening)
    if restored.is_automated and before.trigger is CaseTrigger.REPORT:
        # A report opened it as an approved comment's, which is less urgent than a held one's.
        verdict = Verdict(restored.action, tuple(rules))
        held = case_after(restored, verdict, before, new_id=before.id, attention=attention)
        return replace(held or known, sampling=before.sampling)
    return replace(known, status=status_after_undo(restored.action))


def _open_on_visible(case: Case, chain: Sequence[Decision], *, was_reopening: bool) -> Case:
    """The case, open because of what opened it on the visible comment, or of a report since."""
    if not was_reopening:
        is_audit = case.sampling is not None and case.sampling.reason is SamplingReason.AUDIT
        if case.trigger in (CaseTrigger.REPORT, CaseTrigger.BLIND):
            return replace(case, status=CaseStatus.OPEN)
        if is_audit:
            return replace(case, status=CaseStatus.OPEN, trigger=CaseTrigger.BLIND)
    opened_at = chain[-1].decided_at
    return reported_case(case, chain, case.attention, opened_at=opened_at, new_id=case.id)


def _reported(decision: Decision) -> _Opening:
    is_approved_by_person = decision.source in (
        DecisionSource.REVIEWER,
        DecisionSource.EARLIER_APPROVAL,
    )
    severity = APPROVED_PRIORITY if is_approved_by_person else REPORTED_PRIORITY
    return _Opening(CaseTrigger.REPORT, severity, sampling=Sampling(SamplingReason.REPORT))


def priority(scores: Mapping[Label, float], verdict: Verdict) -> tuple[float, Label | None]:
    """The priority (0..1) of a held revision, and the label it comes from.

    The priority is the highest score among the labels whose rules held the revision. A revision
    without scores gets 1.0, because it may be anything.
    """
    if not verdict.rules:
        return 1.0, None
    first = max(verdict.rules, key=lambda rule: scores[rule.label])
    return scores[first.label], first.label
