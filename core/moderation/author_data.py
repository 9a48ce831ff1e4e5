"""What is kept of one author, as that person may have it: their words, what was decided on them and
why, and their appeals and reports. No name of staff, no internal note, no other person's words,
and nothing that does not hold yet. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.moderation.appeals import Appeal
from core.moderation.comments import Comment, IncomingThread, Revision
from core.moderation.decisions import Decision
from core.moderation.effect import chain_in_effect
from core.moderation.reports import Report

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class KeptText:
    """One text of a comment, with the chain of its decisions. `ended_at` is when an edit replaced
    it, None for the newest."""

    revision: Revision
    chain: Sequence[Decision]
    appeals: Sequence[Appeal]
    ended_at: datetime | None


def comment_record(comment: Comment, texts: Sequence[KeptText], now: datetime) -> Record:
    """A comment with all its texts, oldest first."""
    return {
        "what": "comment",
        "source": comment.source,
        "id": comment.source_id,
        "author": comment.author,
        "author_email": comment.author_email,
        "posted_at": _time(comment.created_at),
        "in_reply_to": comment.parent_source_id,
        "texts": [_text_record(text, now) for text in texts],
    }


def _text_record(text: KeptText, now: datetime) -> Record:
    revision = text.revision
    ends = [end for end in (text.ended_at, revision.withdrawn_at, now) if end is not None]
    return {
        "reference": revision.reference,
        "received_at": _time(revision.received_at),
        "withdrawn_at": _time(revision.withdrawn_at),
        "text": revision.original,
        "decisions": [_decision_record(one) for one in chain_in_effect(text.chain, min(ends))],
        "appeals": [_appeal_record(appeal) for appeal in text.appeals],
    }


def _decision_record(decision: Decision) -> Record:
    return {
        "holds_from": _time(decision.effective_at),
        "action": decision.action.value,
        "reason": decision.reason_code,
        "note": decision.note or None,
        "decided_by": "program" if decision.is_automated else "person",
        "policy_version": decision.policy_version,
        "model_version": decision.model_version,
        "scores": {label.value: score for label, score in decision.scores.items()},
        "language": decision.language,
    }


def _appeal_record(appeal: Appeal) -> Record:
    return {
        "filed_at": _time(appeal.filed_at),
        "words": appeal.words,
        "status": appeal.status.value,
        "answer_promised_by": _time(appeal.due_at),
        "ended_at": _time(appeal.heard_at),
        "outcome": appeal.outcome_reason,
    }


def thread_record(thread: IncomingThread) -> Record:
    """A thread that the author began."""
    return {
        "what": "thread",
        "source": thread.source,
        "id": thread.source_id,
        "author": thread.author,
        "began_at": _time(thread.created_at),
        "title": thread.title,
    }


def report_record(report: Report) -> Record:
    """A report by the person; whose comment it is about is that person's data, not this one's."""
    return {
        "what": "report",
        "source": report.source,
        "reporter": report.reporter,
        "kind": report.kind.value,
        "reported_at": _time(report.reported_at),
        "reason": report.reason_code,
        "words": report.words or None,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
