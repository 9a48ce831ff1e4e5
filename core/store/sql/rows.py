"""Conversions between rows and the domain's dataclasses."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from core.errors import StoreError
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.cases import Attention, Case, CaseStatus, CaseTrigger, TextGone
from core.moderation.claims import Claim
from core.moderation.comments import Comment, IncomingThread, Revision
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.policies import Action
from core.moderation.priority import rank_of
from core.moderation.reports import MutedReporter, Report, ReportKind
from core.moderation.sampling import Sampling, SamplingReason
from core.moderation.scores import Label

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC, without rounding."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The time in UTC, with a time zone."""
    return _EPOCH + timedelta(microseconds=micros)


def maybe_time(micros: int | None) -> datetime | None:
    """As `from_micros`, for a column that may be NULL."""
    return None if micros is None else from_micros(micros)


def comment_from_row(row: RowMapping) -> Comment:
    return Comment(
        id=row["id"],
        source=row["source"],
        source_id=row["source_id"],
        author=row["author"],
        created_at=from_micros(row["created_at"]),
        parent_source_id=row["parent_source_id"],
        is_time_known=bool(row["is_time_known"]),
        erased_at=maybe_time(row["erased_at"]),
        author_email=row["author_email"],
    )


def comment_to_row(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "source": comment.source,
        "source_id": comment.source_id,
        "author": comment.author,
        "created_at": to_micros(comment.created_at),
        "parent_source_id": comment.parent_source_id,
        "is_time_known": int(comment.is_time_known),
        "author_email": comment.author_email,
    }


def thread_from_row(row: RowMapping) -> IncomingThread:
    return IncomingThread(
        source=row["source"],
        source_id=row["source_id"],
        title=row["title"],
        author=row["author"],
        created_at=from_micros(row["created_at"]),
    )


def revision_from_row(row: RowMapping) -> Revision:
    return Revision(
        id=row["id"],
        comment_id=row["comment_id"],
        number=row["number"],
        original=row["original"],
        text=row["body"],
        reference=row["reference"],
        received_at=from_micros(row["received_at"]),
        version=row["version"],
        current_decision_id=row["current_decision_id"],
        withdrawn_at=maybe_time(row["withdrawn_at"]),
    )


def decision_to_row(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "revision_id": decision.revision_id,
        "action": decision.action.value,
        "source": decision.source.value,
        "actor": decision.actor,
        "policy_version": decision.policy_version,
        "decided_at": to_micros(decision.decided_at),
        "effective_at": to_micros(decision.effective_at),
        "rule_ids": json.dumps(decision.rule_ids),
        "reason_code": decision.reason_code,
        "note": decision.note,
        "internal_note": decision.internal_note,
        "model_version": decision.model_version,
        "backend": decision.backend,
        "scores": json.dumps(dict(decision.scores)),
        "supersedes": decision.supersedes,
        "undoes": decision.undoes,
        "appeal_id": decision.appeal_id,
        "unread_chars": decision.unread_chars,
        "language": decision.language,
    }


def decision_from_row(row: RowMapping) -> Decision:
    return Decision(
        id=row["id"],
        revision_id=row["revision_id"],
        action=Action(row["action"]),
        source=DecisionSource(row["source"]),
        actor=row["actor"],
        policy_version=row["policy_version"],
        decided_at=from_micros(row["decided_at"]),
        grace=timedelta(microseconds=row["effective_at"] - row["decided_at"]),
        rule_ids=tuple(json.loads(row["rule_ids"])),
        reason_code=row["reason_code"],
        note=row["note"],
        internal_note=row["internal_note"],
        model_version=row["model_version"],
        backend=row["backend"],
        scores=scores_from_json(row["scores"]),
        supersedes=row["supersedes"],
        undoes=row["undoes"],
        appeal_id=row["appeal_id"],
        unread_chars=row["unread_chars"],
        language=row["language"],
    )


def scores_from_json(text: str) -> dict[Label, float]:
    scores: dict[str, float] = json.loads(text)
    return {Label(name): score for name, score in scores.items()}


def case_from_row(row: RowMapping) -> Case:
    return Case(
        id=row["id"],
        revision_id=row["revision_id"],
        status=CaseStatus(row["status"]),
        trigger=CaseTrigger(row["opened_because"]),
        priority=row["priority"],
        label=Label(row["scored_label"]) if row["scored_label"] else None,
        opened_at=from_micros(row["opened_at"]),
        closed_because=TextGone(row["closed_because"]) if row["closed_because"] else None,
        attention=Attention(
            replies=row["reply_count"],
            user_reports=row["report_count"] - row["trusted_report_count"],
            trusted_reports=row["trusted_report_count"],
        ),
        sampling=Sampling(SamplingReason(row["sampling_reason"]), row["sampling_probability"]),
    )


def case_to_row(case: Case) -> dict[str, Any]:
    """All columns but the keys, which never change. Raises StoreError for a case from a view that
    hides its sampling."""
    if case.sampling is None:
        raise StoreError("This case is a hidden view and can't be stored.")
    return {
        "opened_at": to_micros(case.opened_at),
        "sampling_reason": case.sampling.reason.value,
        "sampling_probability": case.sampling.probability,
        "reply_count": case.attention.replies,
        "report_count": case.attention.reports,
        "trusted_report_count": case.attention.trusted_reports,
        "rank": rank_of(case),
        "status": case.status.value,
        "opened_because": case.trigger.value,
        "priority": case.priority,
        "scored_label": case.label.value if case.label else None,
        "closed_because": case.closed_because.value if case.closed_because else None,
    }


def claim_to_row(claim: Claim) -> dict[str, Any]:
    return {
        "revision_id": claim.revision_id,
        "actor": claim.actor,
        "claimed_at": to_micros(claim.claimed_at),
        "expires_at": to_micros(claim.expires_at),
    }


def claim_from_row(row: RowMapping) -> Claim:
    return Claim(
        revision_id=row["revision_id"],
        actor=row["actor"],
        claimed_at=from_micros(row["claimed_at"]),
        expires_at=from_micros(row["expires_at"]),
    )


def audit_to_row(event: AuditEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind.value,
        "actor": event.actor,
        "subject_id": event.subject_id,
        "occurred_at": to_micros(event.occurred_at),
        "data": json.dumps(dict(event.data), sort_keys=True),
    }


def audit_from_row(row: RowMapping) -> AuditEvent:
    return AuditEvent(
        id=row["id"],
        kind=AuditKind(row["kind"]),
        actor=row["actor"],
        subject_id=row["subject_id"],
        occurred_at=from_micros(row["occurred_at"]),
        data=json.loads(row["data"]),
    )


def report_to_row(report: Report) -> dict[str, Any]:
    return {
        "id": report.id,
        "revision_id": report.revision_id,
        "source": report.source,
        "reporter": report.reporter,
        "kind": report.kind.value,
        "reason_code": report.reason_code,
        "words": report.words,
        "reported_at": to_micros(report.reported_at),
    }


def report_from_row(row: RowMapping) -> Report:
    return Report(
        id=row["id"],
        revision_id=row["revision_id"],
        source=row["source"],
        reporter=row["reporter"],
        kind=ReportKind(row["kind"]),
        reason_code=row["reason_code"],
        words=row["words"],
        reported_at=from_micros(row["reported_at"]),
    )


def muted_to_row(muted: MutedReporter) -> dict[str, Any]:
    return {
        "source": muted.source,
        "reporter": muted.reporter,
        "muted_by": muted.muted_by,
        "muted_at": to_micros(muted.muted_at),
        "because": muted.because,
    }


def muted_from_row(row: RowMapping) -> MutedReporter:
    return MutedReporter(
        source=row["source"],
        reporter=row["reporter"],
        muted_by=row["muted_by"],
        muted_at=from_micros(row["muted_at"]),
        because=row["because"],
    )
