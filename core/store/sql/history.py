"""The history of the policy's decisions in SQL, streamed."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, and_, case, exists, func, select

from core.moderation.audit import AuditKind
from core.moderation.daily_measures import DAY_US, LENGTH_EDGES, TextCount
from core.moderation.decisions import DecisionSource
from core.moderation.history import BY_SCORES, Judgement, judgement_of
from core.store.history_base import ScoredRow
from core.store.sql import rows
from core.store.sql.tables import (
    IS_BY_PERSON,
    audit_events,
    cases,
    comments,
    decisions,
    revisions,
)

_STREAMED = {"stream_results": True, "yield_per": 5_000}
_CHANGES = (
    AuditKind.DECISION_AUTOMATED,
    AuditKind.DECISION_REVIEWED,
    AuditKind.DECISION_UNDONE,
    AuditKind.DECISION_REOPENED,
    AuditKind.COMMENT_COMPLETED,
    AuditKind.COMMENT_ERASED,
)
_LATER = decisions.alias("later")
_IS_LAST_AUTOMATED = ~exists().where(
    _LATER.c.revision_id == decisions.c.revision_id,
    _LATER.c.position > decisions.c.position,
    _LATER.c.source != DecisionSource.REVIEWER,
)
_SCORED = (
    select(
        decisions.c.revision_id,
        decisions.c.action,
        decisions.c.decided_at,
        revisions.c.received_at,
        decisions.c.scores,
        decisions.c.unread_chars,
        decisions.c.model_version,
        comments.c.source,
        comments.c.author,
        cases.c.sampling_reason,
        cases.c.sampling_probability,
    )
    .join(revisions, revisions.c.id == decisions.c.revision_id)
    .join(comments, comments.c.id == revisions.c.comment_id)
    .outerjoin(cases, cases.c.revision_id == decisions.c.revision_id)
    .where(decisions.c.source.in_(sorted(BY_SCORES)), _IS_LAST_AUTOMATED)
)
_CHARS = func.length(revisions.c.body)
_DAY = revisions.c.received_at // DAY_US
_SIZE = case(
    *((edge > _CHARS, place) for place, edge in enumerate(LENGTH_EDGES[1:])),
    else_=len(LENGTH_EDGES) - 1,
)
_IS_ASSESSED = case((decisions.c.source == DecisionSource.LANGUAGE, 0), else_=1)
_JUDGED = decisions.alias("judged")
_EDIT = revisions.alias("edit")
_CHAINS = (
    select(
        decisions,
        # When the text was gone: the earlier one of the two, as far as there are both.
        func.coalesce(_EDIT.c.received_at, revisions.c.withdrawn_at).label("edited_at"),
        func.coalesce(revisions.c.withdrawn_at, _EDIT.c.received_at).label("withdrawn_at"),
    )
    .join(revisions, revisions.c.id == decisions.c.revision_id)
    .outerjoin(
        _EDIT,
        and_(
            _EDIT.c.comment_id == revisions.c.comment_id,
            _EDIT.c.number == revisions.c.number + 1,
        ),
    )
    .order_by(decisions.c.revision_id, decisions.c.position)
)
_BY_PERSON = select(decisions.c.revision_id).where(IS_BY_PERSON)


class SqlHistory:
    """Implements `core.store.history_base.HistoryReader`."""

    _connection: Connection

    def scored_rows(self, revision_ids: Collection[str] | None) -> Iterator[ScoredRow]:
        return (ScoredRow(*row) for row in self._stream(_of(_SCORED, revision_ids)))

    def judgements(
        self, revision_ids: Collection[str] | None, now: datetime
    ) -> Iterator[tuple[str, Judgement]]:
        query = _of(_CHAINS, revision_ids)
        if revision_ids is None:
            query = query.where(decisions.c.revision_id.in_(_BY_PERSON))
        found = self._stream(query).mappings()
        for revision_id, chain in groupby(found, key=lambda row: row["revision_id"]):
            stored = list(chain)
            if all(row["source"] != DecisionSource.REVIEWER for row in stored):
                continue
            gone = stored[0]["edited_at"], stored[0]["withdrawn_at"]
            gone_at = None if gone[0] is None else rows.from_micros(min(gone))
            yield (
                revision_id,
                judgement_of([rows.decision_from_row(row) for row in stored], gone_at, now),
            )

    def texts_of(self, revision_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        query = select(revisions.c.id, revisions.c.body).where(
            revisions.c.id.in_(sorted(revision_ids)), revisions.c.withdrawn_at.is_(None)
        )
        return ((row.id, row.body) for row in self._connection.execute(query))

    def text_counts(self, since: datetime, until: datetime) -> Iterator[TextCount]:
        first, end = rows.to_micros(since), rows.to_micros(until)
        groups = (_DAY, decisions.c.language, _SIZE, _IS_ASSESSED)
        query = (
            select(*groups, func.count())
            .join(revisions, revisions.c.id == decisions.c.revision_id)
            .where(
                # Nothing is decided on before it came in; this condition has an index.
                decisions.c.decided_at >= first,
                decisions.c.source != DecisionSource.REVIEWER,
                _IS_LAST_AUTOMATED,
                revisions.c.received_at >= first,
                revisions.c.received_at < end,
                revisions.c.body != "",
            )
            .group_by(*groups)
        )
        for day, language, size, is_assessed, number in self._connection.execute(query):
            yield TextCount(day, language, size, bool(is_assessed), number)

    def changed_since(self, seq: int) -> Collection[str]:
        query = select(audit_events.c.subject_id).where(
            audit_events.c.seq > seq, audit_events.c.kind.in_([kind.value for kind in _CHANGES])
        )
        return {row.subject_id for row in self._connection.execute(query)}

    def audit_link(self, seq: int) -> str | None:
        query = select(audit_events.c.link).where(audit_events.c.seq == seq)
        return self._connection.execute(query).scalar()

    def _stream(self, query: Select[Any]) -> Any:
        return self._connection.execute(query, execution_options=_STREAMED)


def _of(query: Select[Any], revision_ids: Collection[str] | None) -> Select[Any]:
    if revision_ids is None:
        return query
    return query.where(decisions.c.revision_id.in_(sorted(revision_ids)))
