"""New texts enter the index of the search at the end of the transaction that stored them. All other
changes are made by the triggers of migration 0010."""

from typing import Any

from sqlalchemy import Connection

_COLUMNS = "body, author, notes, deciders, reasons"
# Documents and the index's own rows count up together, so a higher number is a new document.
_NEWEST = "SELECT coalesce(max(id), 0) FROM search_index_docsize"
_HAS_NEW = f"SELECT max(id) > ({_NEWEST}) FROM search_documents"
_ENTER = f"""
    INSERT INTO search_index(rowid, {_COLUMNS})
    SELECT id, {_COLUMNS} FROM search_source WHERE id > ({_NEWEST})"""
_MERGED_PAGES = 500
"""In one transaction, some tens of milliseconds of work."""
_MERGE = "INSERT INTO search_index(search_index, rank) VALUES ('merge', {})"
_MAKE = (
    "DELETE FROM search_documents",
    "INSERT INTO search_documents (revision_id, received_at) SELECT id, received_at "
    "FROM revisions WHERE withdrawn_at IS NULL ORDER BY received_at, id",
    "INSERT INTO search_index(search_index) VALUES ('rebuild')",
)


def enter_new_texts(connection: Connection) -> None:
    """To be called before the transaction ends."""
    if connection.exec_driver_sql(_HAS_NEW).scalar():
        connection.exec_driver_sql(_ENTER)


def make_index(connection: Connection) -> None:
    """The index of all texts in the tables, from nothing."""
    for statement in _MAKE:
        connection.exec_driver_sql(statement)


def merge_index(connection: Connection, *, is_first: bool) -> bool:
    """Rewrite a part of the index without what was deleted from it, of which it otherwise keeps the
    words until later texts happen to need the room. Whether there may be more. `is_first`: all that
    is in it now is to be rewritten (https://sqlite.org/fts5.html#the_merge_command)."""
    raw: Any = connection.connection.driver_connection
    before = raw.total_changes
    connection.exec_driver_sql(_MERGE.format(-_MERGED_PAGES if is_first else _MERGED_PAGES))
    # The command itself counts as one change.
    return bool(raw.total_changes - before > 1)
