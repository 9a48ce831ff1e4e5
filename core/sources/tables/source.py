"""Comments from a table or a query of a database."""

from collections.abc import Iterator

from core.sources.files.parquet_rows import batch_rows
from core.sources.files.source import RowSource, check_columns
from core.sources.files.text_files import Row
from core.sources.tables.base import Database
from core.sources.tables.selection import chosen, selected_schema

READ_ROWS = 1024


def table_source(
    database: Database, source: str, *, table: str | None, query: str | None
) -> RowSource:
    """Its columns have the names that files may have. Raises InvalidInput or StoreError; the
    database stays open."""
    place, select = chosen(database, table, query)
    schema = selected_schema(database, select, table)
    check_columns(place, schema.names)

    def rows() -> Iterator[Row]:
        return batch_rows(database.stream(select, READ_ROWS), place)

    return RowSource(place, rows, source)
