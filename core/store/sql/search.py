"""The search: which texts are in question, and what is shown of those that the database's full-text
index finds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, TextClause, bindparam, text

from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.excerpts import make_excerpt
from core.moderation.policies import Action
from core.moderation.search_query import SearchField, SearchQuery, SearchState
from core.store.search_views import FoundText, FoundTexts
from core.store.sql import rows
from core.store.sql.postgres.search_query import find_hits as find_in_postgres
from core.store.sql.search_hits import Asked
from core.store.sql.sqlite.search_query import find_hits as find_in_sqlite

LOOKED_AT = 10_000
"""A search looks at the cases of so many texts with the words, and no more at a time."""
_PAST_ALL = 2**62
_FIND = {"sqlite": find_in_sqlite, "postgresql": find_in_postgres}

_IS_SHOWN = "(c.status IS NULL OR c.status = 'closed' OR c.opened_because <> 'blind')"
_STATES = {
    SearchState.OPEN: "c.status = 'open'",
    SearchState.ESCALATED: "c.status = 'escalated'",
    SearchState.CLOSED: "c.status = 'closed'",
    SearchState.REMOVED: f"r.current_action = 'remove' AND {_IS_SHOWN}",
    SearchState.APPROVED: f"r.current_action = 'approve' AND {_IS_SHOWN}",
}
_ITEMS = """
    SELECT s.id, s.revision_id, s.received_at, r.body, r.is_latest, r.current_action,
    m.author, m.source, c.status, c.opened_because, d.actor, d.decided_at
    FROM search_documents s JOIN revisions r ON r.id = s.revision_id
    JOIN comments m ON m.id = r.comment_id
    LEFT JOIN cases c ON c.revision_id = s.revision_id
    LEFT JOIN decisions d ON d.id = r.current_decision_id
    WHERE s.id IN :ids ORDER BY s.id DESC"""
_NOTES = """
    SELECT revision_id, note, internal_note FROM decisions
    WHERE revision_id IN :ids AND source = 'reviewer' ORDER BY position"""
# Numbers count up in the order of receipt.
_RECEIVED = "SELECT received_at FROM search_documents WHERE id >= :id ORDER BY id LIMIT 1"


class SqlSearch:
    """The part of `core.store.base.Reader` that searches."""

    _connection: Connection

    def search(self, query: SearchQuery, limit: int, below: int | None) -> FoundTexts:
        conditions, values = _conditions(query)
        first, past = self._range(query, below)
        asked = Asked(conditions, values, first, past, limit + 1, LOOKED_AT)
        find = _FIND[self._connection.dialect.name]
        hits = find(self._connection, query, asked)
        if len(hits.ids) > limit:
            shown = hits.ids[:limit]
            return FoundTexts(self._items(shown, query), next_number=shown[-1])
        items = self._items(hits.ids, query)
        if hits.looked_at < LOOKED_AT:
            return FoundTexts(items, next_number=None)
        reached = self._rows(text(_RECEIVED), {"id": hits.furthest})[0]["received_at"]
        return FoundTexts(items, hits.furthest, rows.from_micros(reached))

    def _range(self, query: SearchQuery, below: int | None) -> tuple[int, int]:
        """The numbers of the documents in question: from the first, and under the second."""
        past = _PAST_ALL if below is None else below
        return (
            self._first_since(query.since) if query.since else 0,
            min(past, self._first_since(query.until)) if query.until else past,
        )

    def _first_since(self, moment: datetime) -> int:
        """The number of the first document that was received at that time or later."""
        newest = self._rows(text("SELECT max(id) AS id FROM search_documents"), {})[0]["id"]
        low, high = 0, (newest or 0) + 1
        while low < high:
            middle = (low + high) // 2
            found = self._rows(text(_RECEIVED), {"id": middle})
            if found and found[0]["received_at"] < rows.to_micros(moment):
                low = middle + 1
            else:
                high = middle
        return low

    def _items(self, ids: Sequence[int], query: SearchQuery) -> Sequence[FoundText]:
        if not ids:
            return []
        found = self._rows(_with_ids(_ITEMS), {"ids": ids})
        notes: dict[str, str] = {}
        for row in self._rows(_with_ids(_NOTES), {"ids": [row["revision_id"] for row in found]}):
            written = f"{notes.get(row['revision_id'], '')} {row['note']} {row['internal_note']}"
            notes[row["revision_id"]] = written.strip()
        return [_found_text(row, notes.get(row["revision_id"], ""), query) for row in found]

    def _rows(self, query: TextClause, values: dict[str, Any]) -> Sequence[RowMapping]:
        return self._connection.execute(query, values).mappings().all()


def _conditions(query: SearchQuery) -> tuple[list[str], dict[str, Any]]:
    """On the document `s`, its revision `r` and its case `c`."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if query.states:
        conditions.append(
            f"({' OR '.join(f'({_STATES[state]})' for state in sorted(query.states))})"
        )
    if query.labels:
        names = {f"label_{number}": label for number, label in enumerate(sorted(query.labels))}
        conditions.append(f"c.scored_label IN ({', '.join(':' + name for name in names)})")
        values = {name: label.value for name, label in names.items()}
    return conditions, values


def _with_ids(query: str) -> TextClause:
    return text(query).bindparams(bindparam("ids", expanding=True))


def _found_text(row: RowMapping, notes: str, query: SearchQuery) -> FoundText:
    terms = [term for group in query.wanted for term in group]
    anywhere = [term for term in terms if term.field is SearchField.ANYWHERE]
    noted = [term for term in terms if term.field is SearchField.NOTE]
    note = make_excerpt(notes, [*anywhere, *noted])
    status = CaseStatus(row["status"]) if row["status"] else None
    # What stands on such a case would tell an audit from a hold before it is decided.
    is_hidden = row["opened_because"] == CaseTrigger.BLIND and status is not CaseStatus.CLOSED
    is_decided = row["actor"] is not None and not is_hidden
    return FoundText(
        revision_id=row["revision_id"],
        excerpt=make_excerpt(row["body"], anywhere),
        note=note if note.matches else None,
        author=row["author"],
        source=row["source"],
        received_at=rows.from_micros(row["received_at"]),
        is_latest=bool(row["is_latest"]),
        status=status,
        action=Action(row["current_action"]) if is_decided else None,
        decided_by=row["actor"] if is_decided else None,
        decided_at=rows.from_micros(row["decided_at"]) if is_decided else None,
    )
