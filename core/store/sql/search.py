"""The search in the full-text index of SQLite (FTS5).

The migration 0010 describes the index and the triggers that keep it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, TextClause, bindparam, text

from core.errors import SearchUnavailable
from core.moderation.cases import CaseStatus
from core.moderation.policies import Action
from core.moderation.search_query import SearchField, SearchQuery, SearchState, SearchTerm
from core.store.search_views import Excerpt, FoundText, FoundTexts
from core.store.sql import rows

LOOKED_AT = 20_000
"""A search looks at the cases of so many texts with the words, and no more at a time."""
EXCERPT_WORDS = 28
_BEFORE, _AFTER = "\x02", "\x03"
"""Around a match. No stored text has control characters."""
_PAST_ALL = 2**62

_COLUMNS = {
    SearchField.ANYWHERE: "body author notes",
    SearchField.AUTHOR: "author",
    SearchField.DECIDER: "deciders",
    SearchField.NOTE: "notes",
    SearchField.REASON: "reasons",
}
_STATES = {
    SearchState.OPEN: "c.status = 'open'",
    SearchState.ESCALATED: "c.status = 'escalated'",
    SearchState.CLOSED: "c.status = 'closed'",
    SearchState.REMOVED: "r.current_action = 'remove'",
    SearchState.APPROVED: "r.current_action = 'approve'",
}
_WITH_WORDS = """
    SELECT rowid AS id FROM search_index WHERE search_index MATCH :words
    AND rowid >= :first AND rowid < :past ORDER BY rowid DESC LIMIT :most"""
_WITHOUT_WORDS = """
    SELECT id FROM search_documents WHERE id >= :first AND id < :past
    ORDER BY id DESC LIMIT :most"""
# The joins are CROSS, which SQLite keeps in this order: it would begin with a table of millions.
_CHOSEN = """
    SELECT s.id FROM ({hits}) h CROSS JOIN search_documents s ON s.id = h.id
    CROSS JOIN revisions r ON r.id = s.revision_id
    LEFT JOIN cases c ON c.revision_id = s.revision_id
    WHERE {conditions} ORDER BY s.id DESC LIMIT :limit"""
_FURTHEST = "SELECT min(h.id) AS id, count(*) AS number FROM ({hits}) h"
_ITEMS = """
    SELECT s.id, s.revision_id, s.received_at, r.body, r.is_latest, r.current_action,
    m.author, m.source, c.status, d.actor, d.decided_at
    FROM search_documents s JOIN revisions r ON r.id = s.revision_id
    JOIN comments m ON m.id = r.comment_id
    LEFT JOIN cases c ON c.revision_id = s.revision_id
    LEFT JOIN decisions d ON d.id = r.current_decision_id
    WHERE s.id IN :ids ORDER BY s.id DESC"""
_EXCERPTS = """
    SELECT rowid AS id, snippet(search_index, 0, :before, :after, '…', :most) AS body,
    snippet(search_index, 2, :before, :after, '…', :most) AS notes
    FROM search_index WHERE search_index MATCH :words AND rowid IN :ids"""
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
        chosen = _CHOSEN.format(hits=hits, conditions=" AND ".join(conditions))
        ids = [row["id"] for row in self._rows(text(chosen), values)]
        if len(ids) > limit:
            return FoundTexts(self._items(ids[:limit], words), next_number=ids[limit - 1])
        furthest = self._rows(text(_FURTHEST.format(hits=hits)), values)[0]
        if furthest["number"] < LOOKED_AT:
            return FoundTexts(self._items(ids, words), next_number=None)
        reached = self._rows(text(_RECEIVED), {"id": furthest["id"]})[0]["received_at"]
        return FoundTexts(self._items(ids, words), furthest["id"], rows.from_micros(reached))

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

    def _items(self, ids: Sequence[int], words: str) -> Sequence[FoundText]:
        excerpts: dict[int, RowMapping] = {}
        if words and ids:
            values = {
                "words": words,
                "ids": ids,
                "before": _BEFORE,
                "after": _AFTER,
                "most": EXCERPT_WORDS,
            }
            found = self._rows(_with_ids(_EXCERPTS), values)
            excerpts = {row["id"]: row for row in found}
        items = self._rows(_with_ids(_ITEMS), {"ids": ids})
        return [_found_text(row, excerpts.get(row["id"])) for row in items]

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
    conditions, values = ["1"], {}
    if query.states:
        conditions.append(f"({' OR '.join(_STATES[state] for state in sorted(query.states))})")
    if query.labels:
        names = {f"label_{number}": label for number, label in enumerate(sorted(query.labels))}
        conditions.append(f"c.scored_label IN ({', '.join(':' + name for name in names)})")
        values = {name: label.value for name, label in names.items()}
    return conditions, values


def _with_ids(query: str) -> TextClause:
    return text(query).bindparams(bindparam("ids", expanding=True))


def _found_text(row: RowMapping, excerpts: RowMapping | None) -> FoundText:
    notes = _excerpt(excerpts["notes"]) if excerpts else Excerpt("")
    return FoundText(
        revision_id=row["revision_id"],
        excerpt=_excerpt(excerpts["body"] if excerpts else _beginning(row["body"])),
        note=notes if notes.matches else None,
        author=row["author"],
        source=row["source"],
        received_at=rows.from_micros(row["received_at"]),
        is_latest=bool(row["is_latest"]),
        status=CaseStatus(row["status"]) if row["status"] else None,
        action=Action(row["current_action"]) if row["current_action"] else None,
        decided_by=row["actor"],
        decided_at=rows.from_micros(row["decided_at"]) if row["actor"] else None,
    )


def _beginning(body: str) -> str:
    words = body.split(maxsplit=EXCERPT_WORDS)
    return " ".join(words[:EXCERPT_WORDS]) + ("…" if len(words) > EXCERPT_WORDS else "")


def _excerpt(marked: str) -> Excerpt:
    """The text without the marks around its matches, and where these were."""
    plain, matches, start = "", [], 0
    for char in " ".join(marked.split()):
        if char == _BEFORE:
            start = len(plain)
        elif char == _AFTER:
            matches.append((start, len(plain)))
        else:
            plain += char
    return Excerpt(plain, tuple(matches))
