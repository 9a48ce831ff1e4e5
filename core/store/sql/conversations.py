"""The reads about the comments around one: its replies, and what else its author wrote."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, false, func, or_, select, tuple_

from core.moderation.appeals import AppealStatus
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.comments import Comment
from core.moderation.decisions import DecisionSource, visibility_after
from core.moderation.policies import AWAITS_PERSON, Action
from core.store.near_views import AuthorComment, Reply
from core.store.sql import rows
from core.store.sql.lists import SqlLists, excerpt, visible_text
from core.store.sql.tables import appeals, cases, comments, decisions, revisions
from core.store.views import AuthorRecord

_OF_BLIND_CASE = and_(
    cases.c.revision_id == revisions.c.id,
    cases.c.opened_because == CaseTrigger.BLIND.value,
    cases.c.status != CaseStatus.CLOSED.value,
)


class SqlConversations(SqlLists):
    """The part of `core.store.base.Reader` about replies and authors."""

    def replies(self, comment: Comment, limit: int) -> Sequence[Reply]:
        below = comments.alias("below")
        own_replies = (
            select(func.count())
            .where(
                below.c.source == comments.c.source,
                below.c.parent_source_id == comments.c.source_id,
            )
            .scalar_subquery()
        )
        query = (
            select(comments.c.author, comments.c.created_at, revisions.c.id, revisions.c.body)
            .add_columns(revisions.c.withdrawn_at, revisions.c.current_action)
            .add_columns(own_replies.label("replies"), cases.c.id.label("blind_case"))
            .join(revisions, revisions.c.comment_id == comments.c.id)
            .outerjoin(cases, _OF_BLIND_CASE)
            .where(*_answers(comment), revisions.c.is_latest == 1)
            .order_by(comments.c.created_at, comments.c.id)
            .limit(limit)
        )
        return [_reply(row) for row in self._all(query)]

    def count_replies(self, comment: Comment) -> int:
        query = select(func.count()).select_from(comments)
        return self._count(query.where(*_answers(comment)))

    def author_record(self, source: str, author: str) -> AuthorRecord:
        return self.author_records([(source, author)])[source, author]

    def author_records(
        self, authors: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], AuthorRecord]:
        wanted = _by_any(authors)
        by_action = (
            select(comments.c.source, comments.c.author, revisions.c.current_action)
            .add_columns(func.count().label("total"))
            .add_columns(func.count(revisions.c.withdrawn_at).label("withdrawn"))
            .join(revisions, revisions.c.comment_id == comments.c.id)
            .where(wanted, revisions.c.is_latest == 1)
            .group_by(comments.c.source, comments.c.author, revisions.c.current_action)
        )
        overturned = (
            select(comments.c.source, comments.c.author, func.count().label("total"))
            .join(revisions, revisions.c.comment_id == comments.c.id)
            .join(appeals, appeals.c.revision_id == revisions.c.id)
            .where(wanted, appeals.c.status == AppealStatus.OVERTURNED.value)
            .group_by(comments.c.source, comments.c.author)
        )
        counted: dict[tuple[str, str], list[RowMapping]] = {author: [] for author in authors}
        for row in self._all(by_action):
            counted[row["source"], row["author"]].append(row)
        won = {(row["source"], row["author"]): row["total"] for row in self._all(overturned)}
        return {author: _record(found, won.get(author, 0)) for author, found in counted.items()}

    def author_comments(
        self, source: str, author: str, limit: int, before: tuple[datetime, str] | None
    ) -> Sequence[AuthorComment]:
        latest_appeal = (
            select(appeals.c.status)
            .where(appeals.c.revision_id == revisions.c.id)
            .order_by(appeals.c.filed_at.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = (
            select(comments.c.id.label("comment_id"), comments.c.created_at, revisions.c.body)
            .add_columns(revisions.c.id.label("revision_id"), revisions.c.withdrawn_at)
            .add_columns(decisions.c.action, decisions.c.source.label("decided_by"))
            .add_columns(decisions.c.actor, decisions.c.reason_code, decisions.c.decided_at)
            .add_columns(latest_appeal.label("appeal"), cases.c.id.label("blind_case"))
            .join(revisions, revisions.c.comment_id == comments.c.id)
            .outerjoin(cases, _OF_BLIND_CASE)
            .outerjoin(decisions, decisions.c.id == revisions.c.current_decision_id)
            .where(
                comments.c.source == source,
                comments.c.author == author,
                revisions.c.is_latest == 1,
            )
            .order_by(comments.c.created_at.desc(), comments.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            place = (rows.to_micros(before[0]), before[1])
            query = query.where(tuple_(comments.c.created_at, comments.c.id) < place)
        return [_author_comment(row) for row in self._all(query)]


def _by_any(authors: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """Whether a comment is by one of these. SQLite uses no index for `(source, author) IN`."""
    named: dict[str, list[str]] = {}
    for source, author in authors:
        named.setdefault(source, []).append(author)
    return or_(
        false(),
        *(
            and_(comments.c.source == source, comments.c.author.in_(names))
            for source, names in named.items()
        ),
    )


def _answers(comment: Comment) -> tuple[ColumnElement[bool], ...]:
    """The direct answers; a faulty source may name a comment as its own parent."""
    return (
        comments.c.source == comment.source,
        comments.c.parent_source_id == comment.source_id,
        comments.c.source_id != comment.source_id,
    )


def _reply(row: RowMapping) -> Reply:
    is_withdrawn, is_blind = row["withdrawn_at"] is not None, row["blind_case"] is not None
    action = None if is_blind else row["current_action"]
    return Reply(
        revision_id=row["id"],
        author=row["author"],
        text=visible_text(row),
        created_at=rows.from_micros(row["created_at"]),
        visibility=visibility_after(Action(action) if action else None, is_withdrawn=is_withdrawn),
        replies=0 if is_blind else row["replies"],
    )


def _record(found: Sequence[RowMapping], overturned: int) -> AuthorRecord:
    totals = {row["current_action"]: row["total"] for row in found}
    # Withdrawn comments no longer wait for a decision, but removed ones still count as removed.
    waiting = {row["current_action"]: row["total"] - row["withdrawn"] for row in found}
    return AuthorRecord(
        comments=sum(totals.values()),
        removed=totals.get(Action.REMOVE.value, 0),
        held=sum(waiting.get(action.value, 0) for action in AWAITS_PERSON),
        overturned=overturned,
    )


def _author_comment(row: RowMapping) -> AuthorComment:
    is_shown = row["action"] is not None and row["blind_case"] is None
    action = Action(row["action"]) if is_shown else None
    is_by_person = is_shown and row["decided_by"] == DecisionSource.REVIEWER.value
    return AuthorComment(
        comment_id=row["comment_id"],
        revision_id=row["revision_id"],
        excerpt=excerpt(visible_text(row)),
        created_at=rows.from_micros(row["created_at"]),
        visibility=visibility_after(action, is_withdrawn=row["withdrawn_at"] is not None),
        action=action,
        actor=row["actor"] if is_by_person else None,
        reason_code=row["reason_code"] if is_shown else None,
        decided_at=rows.from_micros(row["decided_at"]) if is_shown else None,
        appeal=AppealStatus(row["appeal"]) if row["appeal"] else None,
    )
