"""A message as the JSON body of a webhook. docs/outbox.md shows one of each kind."""

import json
from datetime import UTC, datetime
from typing import Any

from core.moderation.appeals import Appeal
from core.moderation.message_contents import MessageContent, MessageType
from core.moderation.notices import Statement, decided_by
from core.moderation.reasons import Reason


def webhook_body(content: MessageContent) -> bytes:
    """ASCII alone: whatever a text holds, it arrives as it was and can't be misread on its way."""
    if content.type is MessageType.REPORTS_ENDED:
        return _encoded(content, _end_of_reports(content))
    comment, revision = content.comment, content.revision
    data: dict[str, Any] = {
        "source": comment.source,
        "id": comment.source_id,
        "author": comment.author,
        "reference": revision.reference,
        "revision": revision.number,
        "position": content.position,
        "visibility": content.visibility.value,
        "lookup_url": content.lookup_url,
    }
    if content.statement is not None:
        data |= {"language": content.language, "words": content.words}
        data |= {"statement": _statement(content.statement)}
    return _encoded(content, data)


def _encoded(content: MessageContent, data: dict[str, Any]) -> bytes:
    told = {"type": content.type.value, "timestamp": _time(content.occurred_at), "data": data}
    return json.dumps(told).encode("ascii")


def _end_of_reports(content: MessageContent) -> dict[str, Any]:
    """Nothing that is the author's: whoever has the reference reads their statement of reasons."""
    return {
        "source": content.comment.source,
        "id": content.comment.source_id,
        "visibility": content.visibility.value,
        "reports": [
            {"reporter": one.reporter, "reported_at": _time(one.reported_at)}
            for one in content.reports
        ],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    """Copied field by field, so that no unlisted field is ever sent."""
    return {
        "decided_by": decided_by(statement).value,
        "decided_at": _time(statement.decided_at),
        "effective_at": _time(statement.effective_at),
        "found_automatically": statement.found_automatically,
        "decided_automatically": statement.decided_automatically,
        "reason": _reason(statement.reason),
        "note": statement.note,
        "facts": [
            {"label": fact.label.value, "score": fact.score, "threshold": fact.rule.low}
            for fact in statement.facts
        ],
        "policy_version": statement.policy_version,
        "can_appeal_until": _time(statement.can_appeal_until),
        "appeal": _appeal(statement.appeal),
    }


def _reason(reason: Reason | None) -> dict[str, str] | None:
    if reason is None:
        return None
    return {"code": reason.code, "title": reason.title, "text": reason.text}


def _appeal(appeal: Appeal | None) -> dict[str, Any] | None:
    """Without who heard it."""
    if appeal is None:
        return None
    return {
        "status": appeal.status.value,
        "filed_at": _time(appeal.filed_at),
        "heard_at": _time(appeal.heard_at),
        "outcome_reason": appeal.outcome_reason,
    }


def _time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
