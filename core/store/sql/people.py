"""The reads about the people who work here: roles, sign-ins, preferences, and what they decided
on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from core.moderation.cases import CaseStatus
from core.moderation.decisions import DecisionSource
from core.moderation.exposure import ReviewedText
from core.moderation.people import Person
from core.moderation.policies import Action
from core.moderation.preferences import Preferences, QueueLimits
from core.moderation.scores import Label
from core.moderation.sign_ins import SignIn
from core.store.sql import rows
from core.store.sql.people_rows import person_from_row, preferences_from_row, sign_in_from_row
from core.store.sql.tables import IS_BY_PERSON, cases, decisions, people, preferences, sign_ins
from core.store.views import LeftOutCount

_WAITING = (CaseStatus.OPEN.value, CaseStatus.ESCALATED.value)


class SqlPeople:
    """The part of `core.store.base.Reader` about people."""

    _connection: Connection

    def person(self, name: str) -> Person | None:
        found = self._rows_of(select(people).where(people.c.name == name))
        return person_from_row(found[0]) if found else None

    def people(self) -> Sequence[Person]:
        return [
            person_from_row(row) for row in self._rows_of(select(people).order_by(people.c.name))
        ]

    def sign_in(self, token_digest: str) -> SignIn | None:
        found = self._rows_of(select(sign_ins).where(sign_ins.c.token_digest == token_digest))
        return sign_in_from_row(found[0]) if found else None

    def preferences(self, actor_id: str) -> Preferences | None:
        found = self._rows_of(select(preferences).where(preferences.c.actor == actor_id))
        return preferences_from_row(found[0]) if found else None

    def all_preferences(self) -> Mapping[str, Preferences]:
        return {
            row["actor"]: preferences_from_row(row) for row in self._rows_of(select(preferences))
        }

    def people_deciding(self, since: datetime) -> Sequence[str]:
        # Jumps from one person to the next in the index, however many decisions each has made.
        first = select(func.min(decisions.c.actor).label("actor")).where(IS_BY_PERSON)
        deciding = first.cte("deciding", recursive=True)
        after = (
            select(func.min(decisions.c.actor))
            .where(IS_BY_PERSON, decisions.c.actor > deciding.c.actor)
            .scalar_subquery()
        )
        deciding = deciding.union_all(select(after).where(deciding.c.actor.is_not(None)))
        newest = (
            select(func.max(decisions.c.decided_at))
            .where(IS_BY_PERSON, decisions.c.actor == deciding.c.actor)
            .scalar_subquery()
        )
        query = select(deciding.c.actor).where(newest >= rows.to_micros(since))
        return [row["actor"] for row in self._rows_of(query.order_by(deciding.c.actor))]

    def reviewed_since(self, actor_id: str, since: datetime) -> Sequence[ReviewedText]:
        automated = decisions.alias("automated")
        query = (
            select(decisions.c.revision_id, decisions.c.action, decisions.c.reason_code)
            .add_columns(automated.c.scores)
            .outerjoin(
                automated,
                (automated.c.revision_id == decisions.c.revision_id)
                & (automated.c.source != DecisionSource.REVIEWER.value),
            )
            .where(
                IS_BY_PERSON,
                decisions.c.actor == actor_id,
                decisions.c.decided_at >= rows.to_micros(since),
            )
            .order_by(automated.c.position)
        )
        scores: dict[str, str] = {}
        removed_for: dict[str, set[str]] = {}
        for row in self._rows_of(query):
            scores[row["revision_id"]] = row["scores"] or "{}"
            codes = removed_for.setdefault(row["revision_id"], set())
            if row["action"] == Action.REMOVE.value and row["reason_code"]:
                codes.add(row["reason_code"])
        return [
            ReviewedText(revision, rows.scores_from_json(text), removed_for[revision])
            for revision, text in scores.items()
        ]

    def count_left_out(self, limits: QueueLimits) -> LeftOutCount:
        labels = [label.value for label in limits.left_out]
        waiting = cases.c.status.in_(_WAITING)
        by_label = self._rows_of(
            select(cases.c.scored_label, func.count().label("total"))
            .where(waiting, cases.c.scored_label.in_(labels))
            .group_by(cases.c.scored_label)
        )
        counted = {Label(row["scored_label"]): row["total"] for row in by_label}
        severe = 0
        if limits.score_below is not None:
            is_severe = cases.c.priority >= limits.score_below
            query = select(func.count()).where(
                waiting, is_severe, cases.c.scored_label.is_not(None)
            )
            severe = int(self._connection.execute(query).scalar_one())
        return LeftOutCount({label: counted.get(label, 0) for label in limits.left_out}, severe)

    def _rows_of(self, query: Select[Any]) -> Sequence[RowMapping]:
        return self._connection.execute(query).mappings().all()
