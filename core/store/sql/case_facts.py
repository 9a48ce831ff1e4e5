"""The columns of a case that repeat facts of its comment and its decisions, so that one table is
enough to filter and order the queue."""

from typing import Any

from sqlalchemy import Connection, Text, and_, bindparam, case, func, select, update

from core.moderation.cases import Case, CaseStatus
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.queue import queue_score, tenth_of
from core.store.sql import rows
from core.store.sql.prepared import Prepared
from core.store.sql.tables import cases, comments, decisions, revisions

_LANGUAGE = (
    select(decisions.c.language)
    .where(
        decisions.c.revision_id == revisions.c.id,
        decisions.c.source != DecisionSource.REVIEWER.value,
    )
    .order_by(decisions.c.position.desc())
    .limit(1)
    .scalar_subquery()
)
_DECIDED_AT = (
    select(decisions.c.decided_at)
    .where(decisions.c.id == revisions.c.current_decision_id)
    .scalar_subquery()
)
_IS_SHOWN = and_(revisions.c.is_latest == 1, revisions.c.withdrawn_at.is_(None))
_FACTS = Prepared(
    select(
        comments.c.source,
        comments.c.author,
        _LANGUAGE.label("language"),
        func.coalesce(_DECIDED_AT, 0).label("decided_at"),
        case((_IS_SHOWN, 0), else_=1).label("is_text_gone"),
    )
    .select_from(revisions)
    .join(comments, comments.c.id == revisions.c.comment_id)
    .where(revisions.c.id == bindparam("revision"))
)
_NOTE_DECIDED = Prepared(
    update(cases)
    .where(cases.c.revision_id == bindparam("revision"))
    .values(
        decided_at=bindparam("moment"),
        status=func.coalesce(bindparam("status", type_=Text), cases.c.status),
    )
)


def case_facts(connection: Connection, of: Case) -> dict[str, Any]:
    """The columns as they are to be stored for a case now."""
    score = queue_score(of)
    found = _FACTS.run(connection, {"revision": of.revision_id}).mappings().one()
    return {**found, "score": score, "tenth": tenth_of(score)}


def note_decided(connection: Connection, decision: Decision, status: CaseStatus | None) -> None:
    """A later decision was added on a text, which may have a case; it gets that status, if any."""
    _NOTE_DECIDED.run(
        connection,
        {
            "revision": decision.revision_id,
            "moment": rows.to_micros(decision.decided_at),
            "status": status.value if status else None,
        },
    )


def change_cases_of(connection: Connection, comment_id: str, **values: object) -> None:
    """Set columns on the cases of all texts of a comment."""
    its_texts = select(revisions.c.id).where(revisions.c.comment_id == comment_id)
    connection.execute(update(cases).where(cases.c.revision_id.in_(its_texts)).values(**values))
