"""A decision in one statement of PostgreSQL: each statement is a trip to the server."""

from collections.abc import Mapping

from sqlalchemy import (
    Connection,
    Select,
    Text,
    bindparam,
    column,
    func,
    insert,
    select,
    table,
    text,
    update,
)

from core.moderation.audit import AuditEvent
from core.moderation.decisions import Decision, DecisionSource
from core.store.sql import rows
from core.store.sql.audit_chain import event_values, insert_event
from core.store.sql.postgres.search_index import decision_words
from core.store.sql.prepared import Prepared
from core.store.sql.tables import cases, decisions, revisions

_documents = table("search_documents", column("revision_id"), column("words"))


def _statement() -> Select[int]:
    """Gives 1, or 0 and changes nothing if the revision's version is no longer `seen`."""
    moved = (
        update(revisions)
        .where(revisions.c.id == bindparam("revision_id"), revisions.c.version == bindparam("seen"))
        .values(
            version=bindparam("position"),
            current_decision_id=bindparam("id"),
            current_action=bindparam("action"),
        )
        .returning(revisions.c.id)
        .cte("moved")
    )
    own = list(decisions.columns)
    decided = insert(decisions).from_select(
        own, select(*[bindparam(each.name, type_=each.type) for each in own]).select_from(moved)
    )
    audited = insert_event(moved)
    noted = (
        update(cases)
        .where(cases.c.revision_id == moved.c.id)
        .values(
            decided_at=bindparam("decided_at"),
            status=func.coalesce(bindparam("case_status", type_=Text), cases.c.status),
        )
    )
    found = (
        update(_documents)
        .where(_documents.c.revision_id == moved.c.id, text(":words <> ''"))
        .values(words=text("search_documents.words || CAST(:words AS tsvector)"))
    )
    return (
        select(func.count())
        .select_from(moved)
        .add_cte(decided.cte("decided"), audited.cte("audited"))
        .add_cte(noted.cte("noted"), found.cte("found"))
    )


_DECIDE = Prepared(_statement())


def decide(
    connection: Connection, decision: Decision, given: Mapping[str, object], audit: AuditEvent
) -> bool:
    """Stores the decision with its event, and what follows for its case and for the search. `given`
    are the version that was seen, the decision's position, its key and the case's status. Changes
    nothing and gives False if the revision's version is another one."""
    values = {
        **rows.decision_to_row(decision),
        **given,
        "words": decision_words(decision) if decision.source is DecisionSource.REVIEWER else "",
        **event_values(audit),
    }
    return bool(_DECIDE.run(connection, values).scalar_one())
