"""Copies a state into an empty database, in one transaction, and compares both."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from core.errors import InvalidInput, StoreError
from core.store.sql.outbox_table import outbox
from core.store.sql.store import SqlStore
from core.store.sql.tables import (
    audit_events,
    audit_head,
    decisions,
    metadata,
    near_texts,
    revisions,
)

_CHUNK_ROWS = 1_000
_TABLES = (*(table for table in metadata.sorted_tables if table is not audit_head), audit_head)
"""Each after those that its rows refer to."""
_DIGEST_BITS = 256
_ORDER = {
    # Within one revision a decision names earlier ones, which must be there before it.
    decisions: (decisions.c.revision_id, decisions.c.position),
    # SQLite's search lists texts in the order in which they were stored.
    revisions: (revisions.c.received_at, revisions.c.id),
}


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """`digest` is the sum of the rows' SHA-256 modulo 2^256, in hexadecimal: no order of the rows
    changes it."""

    name: str
    rows: int
    digest: str


def copy_state(
    source: SqlStore, target: SqlStore, progress: Callable[[CopiedTable], None]
) -> list[CopiedTable]:
    """Keeps writers out of the source meanwhile. Nothing is stored in the target unless each table
    has arrived whole. Raises InvalidInput if the target holds something, StoreError."""
    copied = []
    with source.transaction() as old, target.transaction() as new:
        if (held := _first_filled(new)) is not None:
            raise InvalidInput(
                f"{target.name} has rows in its table {held}: a state is copied into an empty one"
            )
        for table in _TABLES:
            if table is not audit_head:  # the target's trigger notes it
                _copy_rows(old, new, table)
            was, now = _summed(old, table), _summed(new, table)
            if was != now:
                raise StoreError(f"{target.name}: the table {table.name} did not arrive whole")
            copied.append(now)
            progress(now)
        _go_on_counting(new)
        target.index_texts(new)
    return copied


def _first_filled(connection: Connection) -> str | None:
    for table in _TABLES:
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            return table.name
    return None


def _copy_rows(old: Connection, new: Connection, table: Table) -> None:
    rows = _rows(old, table)
    while chunk := [dict(row) for row in islice(rows, _CHUNK_ROWS)]:
        new.execute(insert(table), chunk)


def _summed(connection: Connection, table: Table) -> CopiedTable:
    total = count = 0
    for row in _rows(connection, table):
        written = json.dumps(list(row.values()), ensure_ascii=False)
        total += int.from_bytes(hashlib.sha256(written.encode()).digest())
        count += 1
    return CopiedTable(table.name, count, f"{total % 2**_DIGEST_BITS:064x}")


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    query = select(table).order_by(*_ORDER.get(table, table.primary_key.columns))
    options = {"stream_results": True, "yield_per": _CHUNK_ROWS}
    return iter(connection.execute(query, execution_options=options).mappings())


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL numbers rows from sequences, which given numbers leave as they are."""
    if connection.dialect.name != "postgresql":
        return
    for counter in (audit_events.c.seq, near_texts.c.number, outbox.c.number):
        last = connection.execute(select(func.max(counter))).scalar()
        if last is not None:
            sequence = f"pg_get_serial_sequence('{counter.table.name}', '{counter.name}')"
            connection.execute(text(f"SELECT setval({sequence}, :last)"), {"last": last})
