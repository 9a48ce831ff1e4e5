"""The table or query that a command names."""

from typing import TYPE_CHECKING

from core.errors import InvalidInput
from core.sources.tables.base import Database, quoted

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN_TABLES = 20


def check_choice(table: str | None, query: str | None) -> None:
    """Raises InvalidInput unless one of both is given."""
    if bool(table) == bool(query):
        raise InvalidInput("a database needs --table NAME or --query SQL, and not both")


def check_no_choice(text: str, table: str | None, query: str | None) -> None:
    """Raises InvalidInput if one is given for what is no database."""
    if table or query:
        raise InvalidInput(f"{text} is no database: --table and --query need one")


def chosen(database: Database, table: str | None, query: str | None) -> tuple[str, str]:
    """A name for its rows, for messages, and a SELECT for them. One of both is given."""
    if table:
        return f"{database.name}: `{table}`", f"SELECT * FROM {quoted(table)}"
    return f"the query on {database.name}", (query or "").strip().rstrip(";")


def selected_schema(database: Database, select: str, table: str | None) -> "pa.Schema":
    """The columns of the SELECT. Raises InvalidInput, naming the tables there are if that one is
    missing."""
    try:
        return database.schema(select)
    except InvalidInput:
        with database.transaction() as work:
            there = work.tables()
        if table is None or table in there:
            raise
    shown = ", ".join(f"`{name}`" for name in there[:_SHOWN_TABLES]) or "none"
    more = f" and {len(there) - _SHOWN_TABLES:,} more" if len(there) > _SHOWN_TABLES else ""
    raise InvalidInput(f"{database.name} has no table `{table}`; its tables are {shown}{more}")
