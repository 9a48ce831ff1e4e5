"""The state store in SQL, through SQLAlchemy Core."""

from core.store.sql.engine import SqlStore

__all__ = ["SqlStore"]
