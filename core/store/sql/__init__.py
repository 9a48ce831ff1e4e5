"""The state store in SQL, through SQLAlchemy Core."""

from core.store.sql.store import SqlStore

__all__ = ["SqlStore"]
