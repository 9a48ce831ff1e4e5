"""The search in the full-text index of SQLite (FTS5).

The migration 0010 describes the index and the triggers that keep it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, TextClause, bindparam, text

from core.errors import SearchUnavailable
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.excerpts import make_excerpt
from core.moderation.policies import Action
from core.moderation.search_query import SearchField, SearchQuery, SearchState, SearchTerm
from core.store.search_views import FoundText, FoundTexts
from core.store.sql import rows

LOOKED_AT = 10_000
"""A search looks at the cases of so many texts with the words, and no more at a time."""
_PAST_ALL = 2**62

_COLUMNS = {
    SearchField.ANYWHERE: "body author notes",
    SearchField.AUTHOR: "author",
    SearchField.DECIDER: "deciders",
    SearchField.NOTE: "notes",
    SearchField.REASON: "reasons",
}
_IS_SHOWN = "(c.status IS NULL OR c.status = 'closed' OR c.opened_because <> 'blind')"
_STATES = {
    SearchState.OPEN: "c.status = 'open'",
    SearchState.ESCALATED: "c.status = 'escalated'",
    SearchState.CLOSED: "c.status = 'closed'",
    SearchState.REMOVED: f"r.current_action = 'remove' AND {_IS_SHOWN}",
    SearchState.APPROVED: f"r.current_action = 'approve' AND {_IS_SHOWN}",
}
_WITH_WORDS = """
    SELECT rowid AS id FROM search_index WHERE search_index MATCH :words
    AND rowid >= :first AND rowid < :past ORDER BY rowid DESC LIMIT :most"""
_WITHOUT_WORDS = """
    SELECT id FROM search_documents WHERE id >= :first AND id < :past
    ORDER BY id DESC LIMIT :most"""
# The joins are CROSS, which SQLite keeps in this order: it would begin with a table of millions. So
# the documents come in the order of the hits; asking for it again would read them all first.
_CHOSEN = """
    SELECT h.id FROM ({hits}) h CROSS JOIN search_documents s ON s.id = h.id
    CROSS JOIN revisions r ON r.id = s.revision_id
    LEFT JOIN cases c ON c.revision_id = s.revision_id
    WHERE {conditions} LIMIT :limit"""
_ALL_HITS = "SELECT h.id FROM ({hits}) h LIMIT :limit"
_FURTHEST = "SELECT min(h.id) AS id, count(*) AS number FROM ({hits}) h"
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
        if self._connection.dialect.name != "sqlite":
            raise SearchUnavailable(
                "Searching works only with the state in SQLite so far; "
                "this console keeps it in PostgreSQL."
            )
        words = match_expression(query)
        hits = _WITH_WORDS if words else _WITHOUT_WORDS
        conditions, values = _conditions(query)
        values |= self._range(query, below)
        values |= {"words": words, "most": LOOKED_AT, "limit": limit + 1}
        asked = _CHOSEN if conditions else _ALL_HITS
        chosen = asked.format(hits=hits, conditions=" AND ".join(conditions))
        ids = [row["id"] for row in self._rows(text(chosen), values)]
        if len(ids) > limit:
            return FoundTexts(self._items(ids[:limit], query), next_number=ids[limit - 1])
        furthest = self._rows(text(_FURTHEST.format(hits=hits)), values)[0]
        if furthest["number"] < LOOKED_AT:
            return FoundTexts(self._items(ids, query), next_number=None)
        reached = self._rows(text(_RECEIVED), {"id": furthest["id"]})[0]["received_at"]
        return FoundTexts(self._items(ids, query), furthest["id"], rows.from_micros(reached))

    def _range(self, query: SearchQuery, below: int | None) -> dict[str, int]:
        """The numbers of the documents in question: from `first`, and under `past`."""
        past = _PAST_ALL if below is None else below
        return {
            "first": self._first_since(query.since) if query.since else 0,
            "past": min(past, self._first_since(query.until)) if query.until else past,
        }

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
        found = self._rows(_with_ids(_ITEMS), {"ids": ids})
        notes: dict[str, str] = {}
        for row in self._rows(_with_ids(_NOTES), {"ids": [row["revision_id"] for row in found]}):
            written = f"{notes.get(row['revision_id'], '')} {row['note']} {row['internal_note']}"
            notes[row["revision_id"]] = written.strip()
        return [_found_text(row, notes.get(row["revision_id"], ""), query) for row in found]

    def _rows(self, query: TextClause, values: dict[str, Any]) -> Sequence[RowMapping]:
        return self._connection.execute(query, values).mappings().all()


def match_expression(query: SearchQuery) -> str:
    """The query's words in the language of FTS5, in which only quoted words stand for themselves.
    Empty without words."""
    wanted = " AND ".join(
        "(" + " OR ".join(map(_term, group)) + ")" for group in query.wanted if group
    )
    if not wanted or not query.unwanted:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(map(_term, query.unwanted))})"


def _term(term: SearchTerm) -> str:
    quoted = '"' + term.text.replace('"', '""') + '"'
    return f"{{{_COLUMNS[term.field]}}} : {quoted}{' *' if term.is_prefix else ''}"


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
