"""The search in SQLite's full-text index (FTS5).

The migration 0010 describes the index and the triggers that keep it.
"""

from sqlalchemy import Connection, text

from core.moderation.search_query import SearchField, SearchQuery, SearchTerm
from core.store.sql.search_hits import Asked, Hits

_COLUMNS = {
    SearchField.ANYWHERE: "body author notes",
    SearchField.AUTHOR: "author",
    SearchField.DECIDER: "deciders",
    SearchField.NOTE: "notes",
    SearchField.REASON: "reasons",
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
_FURTHEST = "SELECT count(*) AS number, min(h.id) AS id FROM ({hits}) h"


def find_hits(connection: Connection, query: SearchQuery, asked: Asked) -> Hits:
    """Two statements at most: the second counts what was looked at, if not all was found."""
    words = match_expression(query)
    hits = _WITH_WORDS if words else _WITHOUT_WORDS
    values = asked.values | {
        "words": words,
        "first": asked.first,
        "past": asked.past,
        "most": asked.most,
        "limit": asked.limit,
    }
    statement = _CHOSEN if asked.conditions else _ALL_HITS
    chosen = statement.format(hits=hits, conditions=" AND ".join(asked.conditions))
    ids = connection.execute(text(chosen), values).scalars().all()
    if len(ids) >= asked.limit:
        return Hits(ids, len(ids), ids[-1])
    looked_at, furthest = connection.execute(text(_FURTHEST.format(hits=hits)), values).one()
    return Hits(ids, looked_at, furthest)


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
