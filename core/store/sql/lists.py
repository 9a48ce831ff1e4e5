"""The reads for lists and side panels."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    exists,
    func,
    or_,
    select,
)

from core.moderation.cases import CaseStatus
from core.moderation.comments import Comment
from core.moderation.decisions import DecisionSource
from core.moderation.groups import group_of_key
from core.store.sql import rows
from core.store.sql.tables import (
    IS_BY_PERSON,
    IS_WAITING,
    appeals,
    cases,
    comments,
    decisions,
    revisions,
    threads,
)
from core.store.views import (
    LanguageCount,
    OwnDecision,
    QueueCount,
    ScoredText,
    ThreadEntry,
)

EXCERPT_CHARS = 160


class SqlLists:
    """The part of `core.store.base.Reader` that returns lists and views."""

    _connection: Connection

    def own_decisions(self, actor_id: str, since: datetime, limit: int) -> Sequence[OwnDecision]:
        query = (
            select(decisions.c.revision_id, decisions.c.position, decisions.c.idempotency_key)
            .join(revisions, revisions.c.id == decisions.c.revision_id)
            .where(
                decisions.c.actor == actor_id,
                IS_BY_PERSON,
                decisions.c.undoes.is_(None),
                decisions.c.appeal_id.is_(None),
                decisions.c.decided_at >= rows.to_micros(since),
                revisions.c.is_latest == 1,
                revisions.c.withdrawn_at.is_(None),
                revisions.c.id.not_in(select(appeals.c.revision_id)),
                ~_is_undone(decisions),
                ~_has_others_above(decisions, actor_id),
            )
            .order_by(decisions.c.decided_at.desc(), decisions.c.position.desc(), decisions.c.id)
            .limit(limit)
        )
        return [
            OwnDecision(row["revision_id"], row["position"], group_of_key(row["idempotency_key"]))
            for row in self._all(query)
        ][::-1]

    def queue_count(self) -> QueueCount:
        open_statuses = [CaseStatus.OPEN.value, CaseStatus.ESCALATED.value]
        query = (
            select(cases.c.status, func.count().label("total"), func.min(cases.c.opened_at))
            .where(cases.c.status.in_(open_statuses))
            .group_by(cases.c.status)
        )
        counted = {row[0]: (row[1], row[2]) for row in self._connection.execute(query)}
        oldest = min((first for _, first in counted.values()), default=None)
        return QueueCount(
            open=counted.get(CaseStatus.OPEN.value, (0, None))[0],
            escalated=counted.get(CaseStatus.ESCALATED.value, (0, None))[0],
            not_scored_yet=self.count_waiting(),
            oldest_opened_at=rows.from_micros(oldest) if oldest is not None else None,
        )

    def language_count(self, limit: int) -> LanguageCount:
        newest = (
            select(decisions.c.source, decisions.c.language)
            .where(decisions.c.source != DecisionSource.REVIEWER.value)
            .order_by(decisions.c.decided_at.desc())
            .limit(limit)
            .subquery()
        )
        total = func.count().label("total")
        query = select(newest.c.source, newest.c.language, total)
        counted = self._all(
            query.group_by(newest.c.source, newest.c.language).order_by(total.desc())
        )
        return LanguageCount(
            comments=sum(row["total"] for row in counted),
            not_assessed={
                row["language"]: row["total"]
                for row in counted
                if row["source"] == DecisionSource.LANGUAGE.value
            },
        )

    def scored_texts(self, limit: int) -> Sequence[ScoredText]:
        query = (
            select(revisions.c.body, decisions.c.scores, decisions.c.model_version)
            .add_columns(comments.c.source_id)
            .join(revisions, revisions.c.id == decisions.c.revision_id)
            .join(comments, comments.c.id == revisions.c.comment_id)
            .where(
                decisions.c.source == DecisionSource.RULE.value,
                revisions.c.withdrawn_at.is_(None),
            )
            .order_by(decisions.c.decided_at.desc(), decisions.c.id)
            .limit(limit)
        )
        return [
            ScoredText(
                row["body"],
                rows.scores_from_json(row["scores"]),
                row["model_version"],
                row["source_id"],
            )
            for row in self._all(query)
        ]

    def count_waiting(self) -> int:
        return self._count(select(func.count()).select_from(revisions).where(IS_WAITING))

    def ancestors(self, comment: Comment, limit: int) -> Sequence[ThreadEntry]:
        entries: list[ThreadEntry] = []
        parent_id = comment.parent_source_id
        seen = {comment.source_id}  # a faulty source may send a cycle of answers
        while parent_id is not None and parent_id not in seen and len(entries) < limit:
            seen.add(parent_id)
            entry, parent_id = self._parent(comment.source, parent_id)
            if entry is None:
                break
            entries.append(entry)
        return entries[::-1]

    def _parent(self, source: str, source_id: str) -> tuple[ThreadEntry | None, str | None]:
        """The comment or thread title with that id, and the id of its parent."""
        found = self._all(
            select(comments.c.author, comments.c.created_at, comments.c.parent_source_id)
            .add_columns(revisions.c.body, revisions.c.withdrawn_at)
            .join(revisions, revisions.c.comment_id == comments.c.id)
            .where(
                comments.c.source == source,
                comments.c.source_id == source_id,
                revisions.c.is_latest == 1,
            )
        )
        if found:
            row = found[0]
            when = rows.from_micros(row["created_at"])
            entry = ThreadEntry(
                row["author"],
                visible_text(row),
                when,
                is_title=False,
                is_withdrawn=row["withdrawn_at"] is not None,
            )
            return entry, row["parent_source_id"]
        roots = self._all(
            select(threads).where(threads.c.source == source, threads.c.source_id == source_id)
        )
        if not roots:
            return None, None
        root = roots[0]
        when = rows.from_micros(root["created_at"])
        return ThreadEntry(root["author"] or "", root["title"], when, is_title=True), None

    def _all(self, query: Select[Any]) -> Sequence[RowMapping]:
        return self._connection.execute(query).mappings().all()

    def _count(self, query: Select[Any]) -> int:
        return int(self._connection.execute(query).scalar_one())


def _is_undone(decision: FromClause) -> ColumnElement[bool]:
    undo = decisions.alias()
    return exists().where(
        undo.c.revision_id == decision.c.revision_id, undo.c.undoes == decision.c.id
    )


def _has_others_above(decision: FromClause, actor_id: str) -> ColumnElement[bool]:
    """Whether a decision that the actor did not make stands above that one."""
    above = decisions.alias()
    return exists().where(
        above.c.revision_id == decision.c.revision_id,
        above.c.position > decision.c.position,
        above.c.undoes.is_(None),
        or_(above.c.source != DecisionSource.REVIEWER.value, above.c.actor != actor_id),
        ~_is_undone(above),
    )


def excerpt(text: str) -> str:
    """The start of the text on one line."""
    return " ".join(text[: EXCERPT_CHARS * 2].split())[:EXCERPT_CHARS]


def visible_text(row: RowMapping) -> str:
    """The text, or an empty one if it was withdrawn."""
    return row["body"] if row["withdrawn_at"] is None else ""
