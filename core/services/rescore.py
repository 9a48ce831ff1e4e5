"""Rescoring: comments that the failure policy decided on are scored and decided on again once a
backend answers."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from core.identifiers import new_id
from core.inference.base import OUTAGES, BackendInfo, TextResult
from core.inference.scorer import Scorer
from core.moderation.audit import AuditKind
from core.moderation.cases import Case, next_status, priority, reopened_status
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource, Verdict, judge
from core.moderation.edits import needed_action, settled_text, verdict_on_edit
from core.moderation.permissions import SYSTEM
from core.moderation.policies import AWAITS_PERSON, Action, Policy
from core.services.context import Context
from core.services.score import CHUNK_ROWS, TRIGGERS, automated_decision, raise_outage
from core.servinglog.record import Mode
from core.store.base import Writer


@dataclass(slots=True)
class RescoringReport:
    """The results so far: the number of comments `decided` again and their `actions`; `failed` has
    the ids of revisions that could not be scored this time either."""

    decided: int = 0
    failed: set[str] = field(default_factory=set)
    actions: Counter[Action] = field(default_factory=Counter)


def rescore_failed(
    context: Context, scorer: Scorer, *, skip: Collection[str] = ()
) -> Iterator[RescoringReport]:
    """Score and decide again, oldest first, each comment whose current decision is the failure
    policy's. Yields the same report object, updated, after each committed chunk. `skip` are the ids
    of revisions to leave out.

    Raises BackendError if the backend is down; the remaining comments keep their decision and are
    tried at the next call.
    """
    with context.store.read() as reader:
        policy = reader.policy_in_force()
    report = RescoringReport()
    after: Revision | None = None
    while True:
        with context.store.read() as reader:
            found = reader.failed_revisions(CHUNK_ROWS, after)
        if not found:
            return
        after = found[-1]
        failed = [revision for revision in found if revision.id not in skip]
        if not failed:
            continue
        results = scorer.score([revision.text for revision in failed], Mode.BATCH)
        info = scorer.backend.info
        with context.store.write() as tx:
            for revision, result in zip(failed, results, strict=True):
                if result.error is not None:
                    if result.error_kind not in OUTAGES:
                        report.failed.add(revision.id)
                    continue
                decision = _redecide(context, tx, revision, policy=policy, info=info, result=result)
                if decision is not None:
                    report.decided += 1
                    report.actions[decision.action] += 1
        yield report
        raise_outage(results)


def _redecide(
    context: Context,
    tx: Writer,
    revision: Revision,
    *,
    policy: Policy,
    info: BackendInfo,
    result: TextResult,
) -> Decision | None:
    """The new decision; None if meanwhile a person decided or the text was edited or withdrawn."""
    latest = tx.latest_revision(revision.comment_id)
    chain = tx.decision_chain(revision.id)
    if latest is None or latest.id != revision.id or latest.withdrawn_at is not None:
        return None
    if chain[-1].source is not DecisionSource.FAILURE_POLICY:
        return None
    first = judge(result.scores, policy)
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
    decision = replace(decision, supersedes=chain[-1].id)
    audit = context.audit(
        AuditKind.DECISION_AUTOMATED,
        SYSTEM,
        revision.id,
        decision=decision.id,
        action=verdict.action,
        rescored="true",
    )
    key = f"rescored:{chain[-1].id}"
    if not tx.add_decision(decision, seen_version=len(chain), idempotency_key=key, audit=audit):
        return None
    _settle_case(context, tx, result, verdict, decision)
    return decision


def _settle_case(
    context: Context, tx: Writer, result: TextResult, verdict: Verdict, decision: Decision
) -> None:
    case = tx.case_of(decision.revision_id)
    if verdict.action not in AWAITS_PERSON:
        if case is not None:
            tx.set_case_status(case.id, next_status(case.status, verdict.action))
        return
    urgency, label = priority(result.scores, verdict)
    held = Case(
        id=case.id if case else new_id(),
        revision_id=decision.revision_id,
        status=reopened_status(verdict.action),
        trigger=TRIGGERS[decision.source],
        priority=urgency,
        label=label,
        opened_at=case.opened_at if case else context.clock.now(),
    )
    if case is None:
        tx.open_case(held)
    else:
        tx.change_case(held)
