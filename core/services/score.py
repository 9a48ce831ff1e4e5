"""Scores revisions that have no decision, decides by the policy and opens cases for held ones.

A revision's decision with its scores, its case and the audit event are one transaction: if the
process is killed, the revision is either decided or still waiting.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.errors import BackendError
from core.identifiers import new_id
from core.inference.base import OUTAGES, BackendInfo, ErrorKind, TextResult
from core.inference.scorer import Scorer
from core.moderation.audit import AuditKind
from core.moderation.cases import Case, CaseTrigger, priority, reopened_status
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource, Verdict, judge
from core.moderation.edits import needed_action, settled_text, verdict_on_edit
from core.moderation.permissions import SYSTEM
from core.moderation.policies import AWAITS_PERSON, Action, Policy
from core.services.context import Context
from core.servinglog.record import Mode
from core.store.base import Writer

CHUNK_ROWS = 16
TRIGGERS = {
    DecisionSource.RULE: CaseTrigger.HOLD,
    DecisionSource.FAILURE_POLICY: CaseTrigger.NOT_SCORED,
    DecisionSource.AFTER_EDIT: CaseTrigger.AFTER_EDIT,
}


@dataclass(slots=True)
class ScoringReport:
    """The results so far. `total` is the number waiting at the start; `failed` counts decisions
    without scores."""

    total: int
    decided: int = 0
    failed: int = 0
    actions: Counter[Action] = field(default_factory=Counter)


def score_waiting(context: Context, scorer: Scorer) -> Iterator[ScoringReport]:
    """Decide on every waiting revision, oldest first. Yields the same report object, updated, after
    each committed chunk.

    Raises BackendError if the backend is down; texts that could not be scored because of that keep
    waiting.
    """
    with context.store.read() as reader:
        report = ScoringReport(total=reader.count_waiting())
        policy = reader.policy_in_force()
    while True:
        with context.store.read() as reader:
            waiting = reader.waiting_revisions(CHUNK_ROWS)
        if not waiting:
            return
        results = scorer.score([revision.text for revision in waiting], Mode.BATCH)
        info = scorer.backend.info
        with context.store.write() as tx:
            for revision, result in zip(waiting, results, strict=True):
                if result.error_kind in OUTAGES:
                    continue
                decision = decide(
                    context, tx, policy=policy, info=info, revision=revision, result=result
                )
                if decision is not None:
                    report.decided += 1
                    report.failed += decision.source is DecisionSource.FAILURE_POLICY
                    report.actions[decision.action] += 1
        yield report
        raise_outage(results)


def raise_outage(results: Sequence[TextResult]) -> None:
    """Raises BackendError if any of the texts was not scored because of an outage."""
    for result in results:
        if result.error is not None and result.error_kind in OUTAGES:
            raise BackendError(result.error, kind=result.error_kind)


def score_now(
    context: Context, scorer: Scorer, policy: Policy, revisions: Sequence[Revision]
) -> dict[str, Decision]:
    """Decide at once on revisions that were just stored, as the API does. Returns the new decisions
    by revision id; a revision that another process decided on first, or that was edited, is
    missing.

    If the backend is down, the site's failure policy decides (by default: hold), and the decision's
    source is `failure_policy`.
    """
    texts = [revision.text for revision in revisions]
    is_down = False
    try:
        results = scorer.score(texts, Mode.REALTIME)
    except BackendError as error:
        failed = TextResult(error=str(error), error_kind=ErrorKind(error.kind))
        results, is_down = (failed,) * len(revisions), True
    actions = context.failure.actions(texts, results, policy, is_down=is_down)
    info = scorer.backend.info
    decided: dict[str, Decision] = {}
    with context.store.write() as tx:
        for revision, result, action in zip(revisions, results, actions, strict=True):
            decision = decide(
                context,
                tx,
                policy=policy,
                info=info,
                revision=revision,
                result=result,
                failure_action=action,
            )
            if decision is not None:
                decided[revision.id] = decision
    return decided


def decide(
    context: Context,
    tx: Writer,
    *,
    policy: Policy,
    info: BackendInfo,
    revision: Revision,
    result: TextResult,
    failure_action: Action = Action.HOLD,
) -> Decision | None:
    """Make the first decision on a revision, and open a case if a person has to decide. None if the
    revision has a decision by now, or was edited or withdrawn.

    `failure_action` is the action if the result has no scores.
    """
    latest = tx.latest_revision(revision.comment_id)
    if latest is None or latest.id != revision.id or latest.withdrawn_at is not None:
        return None
    is_scored = result.error is None
    first = judge(result.scores, policy) if is_scored else Verdict(failure_action, rules=())
    verdict = verdict_on_edit(first, needed_action(settled_text(tx.earlier_texts(revision))))
    decision = automated_decision(
        context,
        revision,
        verdict,
        policy=policy,
        info=info,
        result=result,
        is_after_edit=verdict != first,
    )
    audit = context.audit(
        AuditKind.DECISION_AUTOMATED,
        SYSTEM,
        revision.id,
        decision=decision.id,
        action=verdict.action,
        error="" if is_scored else result.error_kind or "backend",
        failure_policy="" if is_scored else context.failure.policy,
    )
    if not tx.add_decision(
        decision, seen_version=0, idempotency_key=f"automated:{revision.id}", audit=audit
    ):
        return None
    if verdict.action in AWAITS_PERSON:
        urgency, label = priority(result.scores, verdict)
        tx.open_case(
            Case(
                id=new_id(),
                revision_id=revision.id,
                status=reopened_status(verdict.action),
                trigger=TRIGGERS[decision.source],
                priority=urgency,
                label=label,
                opened_at=context.clock.now(),
            )
        )
    return decision


def automated_decision(
    context: Context,
    revision: Revision,
    verdict: Verdict,
    *,
    policy: Policy,
    info: BackendInfo,
    result: TextResult,
    is_after_edit: bool,
) -> Decision:
    """The decision for a verdict. Its source is FAILURE_POLICY for a result without scores,
    AFTER_EDIT if an earlier text changed the verdict, else RULE."""
    source = DecisionSource.AFTER_EDIT if is_after_edit else DecisionSource.RULE
    return Decision(
        id=new_id(),
        revision_id=revision.id,
        action=verdict.action,
        source=source if result.error is None else DecisionSource.FAILURE_POLICY,
        actor=SYSTEM.id,
        policy_version=policy.version,
        decided_at=context.clock.now(),
        rule_ids=tuple(rule.id for rule in verdict.rules),
        reason_code=verdict.reason_code,
        model_version=result.model_version or info.model_version,
        backend=result.backend or info.name,
        scores=result.scores,
    )
