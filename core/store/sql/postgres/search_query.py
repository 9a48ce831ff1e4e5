"""The search in PostgreSQL's full-text index; core/store/sql/postgres/search_index.py keeps it.

An index by words gives all texts with a word before the newest of them is known. So a search goes
back block by block, and takes larger blocks while it finds little.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from core.moderation.search_query import SearchField, SearchQuery, SearchTerm
from core.moderation.search_words import words_of
from core.store.sql.postgres.search_index import LEVELS, MARKS, MOST_WORD_CHARS, block_mark
from core.store.sql.search_hits import Asked, Hits

_ANYWHERE = ("", MARKS[SearchField.AUTHOR], MARKS[SearchField.NOTE])
_NOWHERE = "'#'"
"""A word that no text has."""
# The sums keep the planner from the index on numbers, where it would compare each text: so it plans
# a statement whose words it does not know yet.
_WITH_WORDS = """s.words @@ CAST(:words AS tsquery)
        AND s.id + 0 >= :first AND s.id + 0 < :past ORDER BY s.id + 0"""
_WITHOUT_WORDS = "s.id >= :first AND s.id < :past ORDER BY s.id"
_HITS = """
    WITH hits AS MATERIALIZED (
        SELECT s.id, s.revision_id, {is_match} AS is_match FROM search_documents s
        WHERE {hits} DESC LIMIT :most)
    SELECT count(*) AS number, min(id) AS furthest, ARRAY(
        SELECT s.id FROM (SELECT * FROM hits WHERE is_match ORDER BY id DESC) s {met}
        ORDER BY s.id DESC LIMIT :limit) AS ids FROM hits"""
# One text after the other until there are enough: the offset keeps the planner from joining all.
_MET = """CROSS JOIN LATERAL (
        SELECT 1 FROM (SELECT s.revision_id) one
        LEFT JOIN revisions r ON r.id = one.revision_id
        LEFT JOIN cases c ON c.revision_id = one.revision_id
        WHERE {conditions} OFFSET 0) met"""
_NEWEST = "SELECT max(id) FROM search_documents"


def find_hits(connection: Connection, query: SearchQuery, asked: Asked) -> Hits:
    """A statement for each block."""
    if not query.wanted:
        return _found(connection, asked, {"first": asked.first, "past": asked.past})
    newest = connection.execute(text(_NEWEST)).scalar() or 0
    exact, loose = _exactly(query), _loosely(query)
    is_exact = {"exact": exact} if " <-> " in exact else {}
    ids: list[int] = []
    looked_at, furthest, level = 0, None, 0
    past = min(asked.past, newest + 1)
    while past > asked.first and len(ids) < asked.limit and looked_at < asked.most:
        number = (past - 1) >> LEVELS[level]
        first = max(number << LEVELS[level], asked.first)
        block = f"({loose}) & '{block_mark(LEVELS[level], past - 1)}'"
        hits = _found(
            connection,
            asked,
            {"first": first, "past": past, "words": block, **is_exact},
            found=len(ids),
            looked_at=looked_at,
        )
        ids += hits.ids
        looked_at += hits.looked_at
        furthest = hits.furthest or furthest
        past = first
        level = _next_level(level, past, hits.looked_at, asked.most)
    return Hits(ids, looked_at, furthest)


def _next_level(level: int, past: int, looked_at: int, most: int) -> int:
    """Larger blocks begin where one of them ends, and are as full as those before."""
    higher = level + 1
    if higher == len(LEVELS) or past % (1 << LEVELS[higher]):
        return level
    growth = 1 << (LEVELS[higher] - LEVELS[level])
    return higher if looked_at * growth <= most else level


def _found(
    connection: Connection,
    asked: Asked,
    values: dict[str, Any],
    *,
    found: int = 0,
    looked_at: int = 0,
) -> Hits:
    conditions = " AND ".join(asked.conditions)
    statement = _HITS.format(
        is_match="s.words @@ CAST(:exact AS tsquery)" if "exact" in values else "TRUE",
        hits=_WITH_WORDS if "words" in values else _WITHOUT_WORDS,
        met=_MET.format(conditions=conditions) if conditions else "",
    )
    rest = {"limit": asked.limit - found, "most": asked.most - looked_at}
    row = connection.execute(text(statement), asked.values | values | rest).one()
    return Hits(row.ids, row.number, row.furthest)


def _exactly(query: SearchQuery) -> str:
    """The query's words in PostgreSQL's language."""
    wanted = [_any_of(group, " <-> ") for group in query.wanted]
    unwanted = [f"!{_any_of([term], ' <-> ')}" for term in query.unwanted]
    return " & ".join([*wanted, *unwanted])


def _loosely(query: SearchQuery) -> str:
    """The same, but words that should follow each other may stand anywhere in the text. The index
    alone answers this; whether they do follow each other, each text has to tell."""
    wanted = [_any_of(group, " & ") for group in query.wanted]
    words = [term for term in query.unwanted if len(words_of(term.text)) == 1]
    return " & ".join([*wanted, *(f"!{_any_of([term], ' & ')}" for term in words)])


def _any_of(terms: Sequence[SearchTerm], between: str) -> str:
    found = []
    for term in terms:
        marks = _ANYWHERE if term.field is SearchField.ANYWHERE else (MARKS[term.field],)
        found += [_term(mark, term, between) for mark in marks]
    return f"({' | '.join(found)})"


def _term(mark: str, term: SearchTerm, between: str) -> str:
    words = [f"'{mark}{word[:MOST_WORD_CHARS]}'" for word in words_of(term.text)]
    if not words:
        return _NOWHERE
    return f"({between.join(words)}{':*' if term.is_prefix else ''})"
