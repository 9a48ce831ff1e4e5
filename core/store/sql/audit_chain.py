"""The chain of the audit log in SQL. An event's link is computed by the statement that stores it,
so that the last link needs no trip of its own; triggers note the head and refuse any change."""

from typing import Any

from sqlalchemy import FromClause, Insert, Text, bindparam, func, insert, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from core.moderation.audit import AuditEvent
from core.moderation.audit_chain import StoredEvent, digest_of
from core.store.sql import rows
from core.store.sql.tables import audit_events, audit_head

PREFIX = "audit_"
"""Before the names of an event's columns as parameters: what it is stored with has such, too."""
SHA256 = "sha256_hex"
"""The function that a connection to SQLite gets."""
_TOLD = ("id", "kind", "actor", "subject_id", "occurred_at", "data")


class _Hashed(FunctionElement[str]):
    """SHA-256 of a text, in hexadecimal."""

    type = Text()
    inherit_cache = True


@compiles(_Hashed, "sqlite")
def _in_sqlite(element: _Hashed, compiler: Any, **kwargs: Any) -> str:
    return f"{SHA256}({compiler.process(element.clauses, **kwargs)})"


@compiles(_Hashed, "postgresql")
def _in_postgresql(element: _Hashed, compiler: Any, **kwargs: Any) -> str:
    text = compiler.process(element.clauses, **kwargs)
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"


def event_values(event: AuditEvent) -> dict[str, object]:
    """The parameters of `insert_event`."""
    row = rows.audit_to_row(event)
    digest = digest_of(StoredEvent(seq=0, link="", **row))
    return {PREFIX + name: value for name, value in {**row, "digest": digest}.items()}


def insert_event(source: FromClause | None = None) -> Insert:
    """Stores an event once for each row of `source`, once without one."""
    told = [audit_events.c[name] for name in _TOLD]
    last = select(audit_head.c.link).scalar_subquery()
    link = _Hashed(func.coalesce(last, "").concat(bindparam(f"{PREFIX}digest", type_=Text)))
    chosen = select(*[bindparam(PREFIX + each.name, type_=each.type) for each in told], link)
    if source is not None:
        chosen = chosen.select_from(source)
    return insert(audit_events).from_select([*told, audit_events.c.link], chosen)
