"""The reads by key."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)

from core.errors import StoreError
from core.moderation.cases import Case, CaseStatus, CaseTrigger
from core.moderation.comments import Comment, Revision
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.edits import EarlierText, unanswered_texts
from core.store.sql import rows
from core.store.sql.alike import SqlAlike
from core.store.sql.appeals import SqlAppealReads
from core.store.sql.audit_log import SqlAuditReads
from core.store.sql.claims import SqlClaimReads
from core.store.sql.conversations import SqlConversations
from core.store.sql.erasure import SqlErasureReads
from core.store.sql.history import SqlHistory
from core.store.sql.outbox import SqlOutboxReads
from core.store.sql.people import SqlPeople
from core.store.sql.policies import SqlPolicyReads
from core.store.sql.prepared import Prepared
from core.store.sql.quality import SqlQualityReads
from core.store.sql.queue import SqlQueue
from core.store.sql.reports import SqlReports
from core.store.sql.search import SqlSearch
from core.store.sql.tables import (
    IS_FAILURE,
    IS_WAITING,
    cases,
    comments,
    decisions,
    revisions,
)
from core.store.sql.transparency import SqlTransparency
from core.store.sql.work import SqlWork

_COMMENT_BY_SOURCE = Prepared(
    select(comments).where(
        comments.c.source == bindparam("source"), comments.c.source_id == bindparam("source_id")
    )
)
_FIRST_ID = select(func.min(revisions.c.id))
# The next one by its id, or the first after the last: two steps in the index of the ids.
_ANY_REVISION = Prepared(
    select(revisions).where(
        revisions.c.id
        == func.coalesce(
            _FIRST_ID.where(revisions.c.id >= bindparam("draw")).scalar_subquery(),
            _FIRST_ID.scalar_subquery(),
        )
    )
)
_LATEST_REVISION = Prepared(
    select(revisions).where(
        revisions.c.comment_id == bindparam("comment_id"), revisions.c.is_latest == 1
    )
)
_CHAIN = Prepared(
    select(decisions)
    .where(decisions.c.revision_id == bindparam("revision"))
    .order_by(decisions.c.position)
)
_CHAIN_OR_KEY = Prepared(
    select(decisions)
    .where(
        or_(
            decisions.c.revision_id == bindparam("revision"),
            decisions.c.idempotency_key == bindparam("key"),
        )
    )
    .order_by(decisions.c.position)
)


class SqlReader(
    SqlAlike,
    SqlAppealReads,
    SqlAuditReads,
    SqlConversations,
    SqlClaimReads,
    SqlErasureReads,
    SqlHistory,
    SqlOutboxReads,
    SqlPeople,
    SqlPolicyReads,
    SqlQualityReads,
    SqlQueue,
    SqlReports,
    SqlSearch,
    SqlTransparency,
    SqlWork,
):
    """Implements `core.store.base.Reader` on one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sizes = {}

    def comment(self, comment_id: str) -> Comment | None:
        row = self._one(select(comments).where(comments.c.id == comment_id))
        return rows.comment_from_row(row) if row else None

    def comment_by_source(self, source: str, source_id: str) -> Comment | None:
        row = self._first(_COMMENT_BY_SOURCE, source=source, source_id=source_id)
        return rows.comment_from_row(row) if row else None

    def latest_revision(self, comment_id: str) -> Revision | None:
        row = self._first(_LATEST_REVISION, comment_id=comment_id)
        return rows.revision_from_row(row) if row else None

    def revision(self, revision_id: str) -> Revision | None:
        row = self._one(select(revisions).where(revisions.c.id == revision_id))
        return rows.revision_from_row(row) if row else None

    def revision_by_reference(self, reference: str) -> Revision | None:
        row = self._one(select(revisions).where(revisions.c.reference == reference))
        return rows.revision_from_row(row) if row else None

    def any_revision(self, draw: str) -> Revision | None:
        row = self._first(_ANY_REVISION, draw=draw)
        return rows.revision_from_row(row) if row else None

    def earlier_texts(self, revision: Revision) -> Iterator[EarlierText]:
        if revision.number == 1:
            return
        found = self._all(
            select(revisions)
            .where(
                revisions.c.comment_id == revision.comment_id,
                revisions.c.number < revision.number,
            )
            .order_by(revisions.c.number.desc())
        )
        for row in found:
            earlier = rows.revision_from_row(row)
            chain = self.decision_chain(earlier.id)
            case = self.case_of(earlier.id)
            yield EarlierText(earlier, chain, self.appeal_of(earlier.id), case)

    def waits_for_answer(self, revision: Revision) -> bool:
        return self.is_reported(revision.id) or bool(unanswered_texts(self.earlier_texts(revision)))

    def received_after(self, revision: Revision) -> datetime:
        row = self._one(
            select(revisions.c.received_at).where(
                revisions.c.comment_id == revision.comment_id,
                revisions.c.number == revision.number + 1,
            )
        )
        if row is None:
            raise StoreError("No later text of this comment is stored.")
        return rows.from_micros(row["received_at"])

    def waiting_revisions(self, limit: int) -> Sequence[Revision]:
        found = self._all(
            select(revisions)
            .where(IS_WAITING)
            .order_by(revisions.c.received_at, revisions.c.id)
            .limit(limit)
        )
        return [rows.revision_from_row(row) for row in found]

    def failed_revisions(self, limit: int, after: Revision | None) -> Sequence[Revision]:
        return self._oldest(_failed_query(select(revisions)), limit, after)

    def count_failed(self) -> int:
        return self._count(_failed_query(select(func.count())))

    def revisions_held_for_language(
        self, languages: Collection[str] | None, limit: int, after: Revision | None
    ) -> Sequence[Revision]:
        query = _held_query(CaseTrigger.LANGUAGE, DecisionSource.LANGUAGE)
        if languages is not None:
            query = query.where(decisions.c.language.in_(sorted(languages)))
        return self._oldest(query, limit, after)

    def revisions_not_read_whole(self, limit: int, after: Revision | None) -> Sequence[Revision]:
        query = _held_query(CaseTrigger.NOT_READ_WHOLE, DecisionSource.NOT_READ_WHOLE)
        return self._oldest(query, limit, after)

    def is_empty(self) -> bool:
        return self._one(select(comments.c.id).limit(1)) is None

    def decision_chain(self, revision_id: str) -> Sequence[Decision]:
        found = _CHAIN.run(self._connection, {"revision": revision_id}).mappings()
        return [rows.decision_from_row(row) for row in found]

    def chain_and_replay(
        self, revision_id: str, idempotency_key: str
    ) -> tuple[Sequence[Decision], Decision | None]:
        values = {"revision": revision_id, "key": idempotency_key}
        chain: list[Decision] = []
        replayed = None
        for row in _CHAIN_OR_KEY.run(self._connection, values).mappings():
            decision = rows.decision_from_row(row)
            if decision.revision_id == revision_id:
                chain.append(decision)
            if row["idempotency_key"] == idempotency_key:
                replayed = decision
        return chain, replayed

    def decision_by_key(self, idempotency_key: str) -> Decision | None:
        row = self._one(select(decisions).where(decisions.c.idempotency_key == idempotency_key))
        return rows.decision_from_row(row) if row else None

    def case(self, case_id: str) -> Case | None:
        row = self._one(select(cases).where(cases.c.id == case_id))
        return rows.case_from_row(row) if row else None

    def case_of(self, revision_id: str) -> Case | None:
        row = self._one(select(cases).where(cases.c.revision_id == revision_id))
        return rows.case_from_row(row) if row else None

    def _oldest(self, query: Select[Any], limit: int, after: Revision | None) -> Sequence[Revision]:
        """The first `limit` revisions of the query in the order of receipt, after `after`."""
        query = query.order_by(revisions.c.received_at, revisions.c.id).limit(limit)
        if after is not None:
            place = (rows.to_micros(after.received_at), after.id)
            query = query.where(tuple_(revisions.c.received_at, revisions.c.id) > place)
        return [rows.revision_from_row(row) for row in self._all(query)]

    def _one(self, query: Select[Any]) -> RowMapping | None:
        return self._connection.execute(query).mappings().first()

    def _first(self, query: Prepared, **values: object) -> RowMapping | None:
        return query.run(self._connection, values).mappings().first()


def _held_query(trigger: CaseTrigger, source: DecisionSource) -> Select[Any]:
    return (
        select(revisions)
        .select_from(cases)
        .join(revisions, revisions.c.id == cases.c.revision_id)
        .join(decisions, decisions.c.id == revisions.c.current_decision_id)
        .where(
            cases.c.status == CaseStatus.OPEN,
            # Implied by the decision's source; spares a look-up of every other case's decision.
            cases.c.opened_because == trigger,
            decisions.c.source == source,
            revisions.c.is_latest == 1,
            revisions.c.withdrawn_at.is_(None),
        )
    )


def _failed_query(query: Select[Any]) -> Select[Any]:
    """The query on the latest revisions whose current decision is the failure policy's."""
    return (
        # Starts from `decisions`: few are the failure policy's, and they have an index.
        query.select_from(decisions)
        .join(revisions, revisions.c.id == decisions.c.revision_id)
        .where(
            IS_FAILURE,
            revisions.c.current_decision_id == decisions.c.id,
            revisions.c.is_latest == 1,
            revisions.c.withdrawn_at.is_(None),
        )
    )
