"""Rows of a Parquet file by DuckDB, streamed."""

import re
from collections.abc import Iterator
from pathlib import Path

from core.errors import UnreadableFile
from core.sources.files.text_files import Row

_FETCH_ROWS = 1024


def parquet_columns(path: Path) -> dict[str, str]:
    """Each column's name and DuckDB type, in the file's order."""
    return {str(name): str(kind) for name, kind, *_ in _query(path, "DESCRIBE SELECT *")}


def parquet_rows(path: Path, columns: dict[str, str]) -> Iterator[Row]:
    """Rows as mappings of the named columns. A time comes as Unix seconds, one without a time zone
    taken as UTC, which is how tables usually mean it.
    """
    chosen = ", ".join(_selected(name, kind) for name, kind in columns.items())
    for number, values in enumerate(_query(path, f"SELECT {chosen}"), start=1):
        yield Row(f"{path.name}, row {number}", dict(zip(columns, values, strict=True)))


def _selected(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind.startswith("TIMESTAMP"):
        return f"epoch_us({quoted}) / 1e6"
    return f"{quoted}::VARCHAR" if kind == "UUID" else quoted


def _query(path: Path, select: str) -> Iterator[tuple[object, ...]]:
    import duckdb

    # read_parquet takes its argument as a pattern; brackets make each special character itself.
    exact = re.sub(r"([*?\[])", r"[\1]", str(path))
    try:
        # A connection of its own: in DuckDB 2 an open result keeps its connection to itself.
        with duckdb.connect(":memory:") as connection:
            sql = f"{select} FROM read_parquet(?, hive_partitioning = false)"
            result = connection.execute(sql, [exact])
            while rows := result.fetchmany(_FETCH_ROWS):
                yield from rows
    except duckdb.Error as error:
        # DuckDB's own message may quote the text it stumbled over.
        raise UnreadableFile(
            f"{path.name} can't be read as Parquet ({type(error).__name__}): "
            "it is damaged, cut short, not Parquet, or holds text that is not UTF-8"
        ) from None
