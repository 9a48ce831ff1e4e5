"""The reads for texts alike: cases that wait, and texts that people decided on."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Subquery, and_, func, select, union_all

from core.moderation.alike import Signature
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.store.near_views import DecidedText, NearCase
from core.store.sql import rows
from core.store.sql.lists import SqlLists
from core.store.sql.tables import cases, comments, decisions, near_bands, near_texts, revisions

# Blind cases are in no group: the others would tell what the model found in them.
_IS_GROUPED = and_(
    cases.c.status.in_((CaseStatus.OPEN.value, CaseStatus.ESCALATED.value)),
    cases.c.opened_because != CaseTrigger.BLIND.value,
)
NEWEST_OF_BAND = 2_000
"""Of a text that was posted very often only the newest are looked at."""
CANDIDATES = 600
"""Those with the most bands in common are looked up."""


class SqlAlike(SqlLists):
    """The part of `core.store.base.Reader` about texts alike."""

    def count_same(self, revision_ids: Collection[str]) -> Mapping[str, int]:
        own = cases.alias("own")
        is_own = and_(
            own.c.revision_id.in_(revision_ids), own.c.opened_because != CaseTrigger.BLIND.value
        )
        # Each text is counted once, however many of the cases have it.
        counted = (
            select(cases.c.text_key, func.count().label("total"))
            .where(cases.c.text_key.in_(select(own.c.text_key).where(is_own)), _IS_GROUPED)
            .group_by(cases.c.text_key)
            .subquery()
        )
        query = (
            select(own.c.revision_id, counted.c.total)
            .join(counted, counted.c.text_key == own.c.text_key)
            .where(is_own)
        )
        return {row["revision_id"]: row["total"] for row in self._all(query)}

    def same_waiting(self, text_key: int, limit: int) -> Sequence[str]:
        query = select(cases.c.revision_id).where(cases.c.text_key == text_key, _IS_GROUPED)
        query = query.order_by(cases.c.opened_at, cases.c.id).limit(limit)
        return [row["revision_id"] for row in self._all(query)]

    def near_waiting(self, signature: Signature, limit: int, *, least: float) -> Sequence[str]:
        if not signature.bands:
            return []
        found = _candidates(signature)
        query = (
            select(cases.c.revision_id)
            .join(near_texts, near_texts.c.revision_id == cases.c.revision_id)
            .join(found, found.c.number == near_texts.c.number)
            .where(_IS_GROUPED, *_other_texts(signature, least))
            .order_by(found.c.shared.desc(), found.c.number)
            .limit(limit)
        )
        return [row["revision_id"] for row in self._all(query)]

    def near_cases(self, revision_ids: Sequence[str]) -> Sequence[NearCase]:
        query = (
            select(cases, revisions.c.body, revisions.c.version)
            .add_columns(comments.c.source, comments.c.author)
            .join(revisions, revisions.c.id == cases.c.revision_id)
            .join(comments, comments.c.id == revisions.c.comment_id)
            .where(cases.c.revision_id.in_(revision_ids))
        )
        scores = self._last_scores(revision_ids)
        found = {row["revision_id"]: row for row in self._all(query)}
        return [
            _near_case(found[revision_id], scores.get(revision_id, {}))
            for revision_id in revision_ids
            if revision_id in found
        ]

    def same_decided(self, text_key: int, limit: int, *, apart_from: str) -> Sequence[DecidedText]:
        query = _decided_texts().where(*_closed_with(text_key, apart_from))
        query = query.order_by(cases.c.opened_at.desc(), cases.c.id).limit(limit)
        return [_decided_text(row) for row in self._all(query)]

    def count_same_decided(
        self, text_key: int, limit: int, *, apart_from: str
    ) -> Mapping[Action, int]:
        newest = (
            _decided_texts()
            .with_only_columns(decisions.c.action)
            .where(*_closed_with(text_key, apart_from))
            .order_by(cases.c.opened_at.desc())
            .limit(limit)
            .subquery()
        )
        query = select(newest.c.action, func.count().label("total")).group_by(newest.c.action)
        return {Action(row["action"]): row["total"] for row in self._all(query)}

    def near_decided(
        self, signature: Signature, limit: int, *, least: float
    ) -> Sequence[DecidedText]:
        if not signature.bands:
            return []
        found = _candidates(signature)
        query = (
            _decided_texts()
            .join(near_texts, near_texts.c.revision_id == cases.c.revision_id)
            .join(found, found.c.number == near_texts.c.number)
            .where(*_other_texts(signature, least))
            .order_by(found.c.shared.desc(), found.c.number.desc())
            .limit(limit)
        )
        return [_decided_text(row) for row in self._all(query)]

    def _last_scores(self, revision_ids: Collection[str]) -> Mapping[str, Mapping[Label, float]]:
        """The scores of each revision's last automated decision."""
        query = (
            select(decisions.c.revision_id, decisions.c.scores)
            .where(
                decisions.c.revision_id.in_(revision_ids),
                decisions.c.source != DecisionSource.REVIEWER.value,
            )
            .order_by(decisions.c.position)  # the last one stays
        )
        found = self._all(query)
        return {row["revision_id"]: rows.scores_from_json(row["scores"]) for row in found}


def _candidates(signature: Signature) -> Subquery:
    """The numbers of the texts with the most bands in common, and how many."""
    # One query a band, because each has its own limit.
    found = [
        select(
            select(near_bands.c.number)
            .where(near_bands.c.band == band)
            .order_by(near_bands.c.number.desc())
            .limit(NEWEST_OF_BAND)
            .subquery()
        )
        for band in dict.fromkeys(signature.bands)
    ]
    every = union_all(*found).subquery()
    shared = func.count().label("shared")
    return (
        select(every.c.number, shared)
        .group_by(every.c.number)
        .order_by(shared.desc(), every.c.number.desc())
        .limit(CANDIDATES)
        .subquery("candidates")
    )


def _other_texts(signature: Signature, least: float) -> tuple[ColumnElement[bool], ...]:
    return (
        cases.c.text_key != signature.text_key,
        near_texts.c.size.between(*signature.sizes(least)),
    )


def _near_case(row: RowMapping, scores: Mapping[Label, float]) -> NearCase:
    return NearCase(
        revision_id=row["revision_id"],
        seen_version=row["version"],
        status=CaseStatus(row["status"]),
        text=row["body"],
        source=row["source"],
        author=row["author"],
        label=Label(row["scored_label"]) if row["scored_label"] else None,
        opened_at=rows.from_micros(row["opened_at"]),
        reports=row["report_count"],
        scores=scores,
    )


def _decided_texts() -> Select[Any]:
    """Texts of cases whose current decision is a person's that settled it; not withdrawn ones."""
    return (
        select(decisions, revisions.c.body)
        .select_from(cases)
        .join(revisions, revisions.c.id == cases.c.revision_id)
        .join(decisions, decisions.c.id == revisions.c.current_decision_id)
        .where(
            decisions.c.source == DecisionSource.REVIEWER.value,
            decisions.c.action.in_((Action.APPROVE.value, Action.REMOVE.value)),
            revisions.c.withdrawn_at.is_(None),
        )
    )


def _closed_with(text_key: int, apart_from: str) -> tuple[ColumnElement[bool], ...]:
    return (
        cases.c.text_key == text_key,
        cases.c.status == CaseStatus.CLOSED.value,
        cases.c.revision_id != apart_from,
    )


def _decided_text(row: RowMapping) -> DecidedText:
    return DecidedText(
        revision_id=row["revision_id"],
        text=row["body"],
        action=Action(row["action"]),
        reason_code=row["reason_code"],
        actor=row["actor"],
        decided_at=rows.from_micros(row["decided_at"]),
    )
