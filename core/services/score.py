"""Score what waits, let the policy decide, and put what it holds before a person.

Scores, decision, case and audit event of a revision are one transaction: a kill leaves it either
decided or waiting.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.clock import new_id
from core.errors import BackendError, StoreError
from core.inference.base import BackendInfo, ErrorKind, TextResult
from core.inference.batching import Scorer
from core.moderation.audit import AuditKind
from core.moderation.cases import Case, CaseTrigger, priority, reopened_status
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource, Verdict, judge
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action, Policy
from core.services.context import Context
from core.servinglog.record import Mode
from core.store.base import Writer

CHUNK_ROWS = 16


@dataclass(slots=True)
class ScoringReport:
    """What scoring did so far. `total` waited at the start; `failed` were held unscored."""

    total: int
    decided: int = 0
    failed: int = 0
    actions: Counter[Action] = field(default_factory=Counter)


def score_waiting(context: Context, scorer: Scorer) -> Iterator[ScoringReport]:
    """Decide on every waiting revision, oldest first; the same report after each committed chunk.

    Raises BackendError when the backend is down: what is not decided yet keeps waiting.
    """
    with context.store.read() as reader:
        report = ScoringReport(total=reader.count_waiting())
        policy = reader.current_policy()
    if policy is None:
        raise StoreError("There is no policy in force.")
    while True:
        with context.store.read() as reader:
            waiting = reader.waiting_revisions(CHUNK_ROWS)
        if not waiting:
            return
        results = scorer.score([revision.text for revision in waiting], Mode.BATCH)
        info = scorer.backend.info
        with context.store.write() as tx:
            for revision, result in zip(waiting, results, strict=True):
                decision = decide(
                    context, tx, policy=policy, info=info, revision=revision, result=result
                )
                if decision is not None:
                    report.decided += 1
                    report.failed += decision.source is DecisionSource.FAILURE_POLICY
                    report.actions[decision.action] += 1
        yield report


def score_now(
    context: Context, scorer: Scorer, policy: Policy, revisions: Sequence[Revision]
) -> None:
    """Decide at once on revisions just stored, as the API does.

    With the backend down each is held for a person, and the decision says so: never approved.
    """
    info = scorer.backend.info
    try:
        results = scorer.score([revision.text for revision in revisions], Mode.REALTIME)
    except BackendError as error:
        failed = TextResult(error=str(error), error_kind=ErrorKind(error.kind))
        results = (failed,) * len(revisions)
    with context.store.write() as tx:
        for revision, result in zip(revisions, results, strict=True):
            decide(context, tx, policy=policy, info=info, revision=revision, result=result)


def decide(
    context: Context,
    tx: Writer,
    *,
    policy: Policy,
    info: BackendInfo,
    revision: Revision,
    result: TextResult,
) -> Decision | None:
    """The first decision on a revision; None when somebody else's came first, or an edit did."""
    latest = tx.latest_revision(revision.comment_id)
    if latest is None or latest.id != revision.id:
        return None
    if result.error is None:
        verdict = judge(result.scores, policy)
        source, trigger = DecisionSource.RULE, CaseTrigger.HOLD
    else:
        verdict = Verdict(action=Action.HOLD, rules=())
        source, trigger = DecisionSource.FAILURE_POLICY, CaseTrigger.NOT_SCORED
    decision = Decision(
        id=new_id(),
        revision_id=revision.id,
        action=verdict.action,
        source=source,
        actor=SYSTEM.id,
        policy_version=policy.version,
        decided_at=context.clock.now(),
        rule_ids=tuple(rule.id for rule in verdict.rules),
        reason_code=verdict.rules[0].reason_code if verdict.rules else None,
        model_version=info.model_version,
        backend=info.name,
        scores=result.scores,
    )
    audit = context.audit(
        AuditKind.DECISION_AUTOMATED,
        SYSTEM,
        revision.id,
        decision=decision.id,
        action=verdict.action,
        error=result.error_kind or "" if result.error else "",
    )
    if not tx.add_decision(
        decision, seen_version=0, idempotency_key=f"automated:{revision.id}", audit=audit
    ):
        return None
    if verdict.action in (Action.HOLD, Action.ESCALATE):
        urgency, label = priority(result.scores, verdict)
        tx.open_case(
            Case(
                id=new_id(),
                revision_id=revision.id,
                status=reopened_status(verdict.action),
                trigger=trigger,
                priority=urgency,
                label=label,
                opened_at=context.clock.now(),
            )
        )
    return decision
