"""The DuckDB tables of the serving log's lines, one for each format. Adapter: imports duckdb."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import files

import duckdb
import pyarrow as pa

from core.servinglog.lines import CALL, REFUSAL, Kind, LineField, LineFormat, why_unreadable
from core.servinglog.segment_files import COLUMNS, SegmentReader
from core.servinglog.shared.ledger import Group

_GROUPS = ("root", "hour", "key", "first_at", "last_at", "count")
TABLES = {CALL: "call_lines", REFUSAL: "refusal_lines"}


def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("core.servinglog") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """The tables, empty, and the views over them."""
    for form, table in TABLES.items():
        columns = "".join(f", {one.name} {one.kind.sql_type}" for one in form.fields)
        cursor.execute(
            f"CREATE TABLE {table} (segment_id INTEGER, line_number INTEGER{columns}, "
            "unsound_line VARCHAR, identity UBIGINT, is_copy BOOLEAN, is_archived BOOLEAN)"
        )
    cursor.execute(statement("schema"))


def load(cursor: duckdb.DuckDBPyConnection, readers: Iterable[SegmentReader]) -> None:
    """Inserts the lines that were added to these files; those with values out of range are
    reported.

    One statement takes the lines of all files, because DuckDB needs about 10 ms for a statement
    with so many columns, as long as for the lines that a process writes in a minute.
    """
    refusals: list[pa.RecordBatch] = []  # few: a process writes about one a second
    _insert(cursor, CALL, _calls(readers, refusals))
    _insert(cursor, REFUSAL, iter(refusals))
    by_id = {reader.segment_id: reader for reader in readers}
    for table in TABLES.values():
        unsound = cursor.execute(
            f"DELETE FROM {table} WHERE unsound_line IS NOT NULL "
            "RETURNING segment_id, line_number, unsound_line"
        ).fetchall()
        for segment_id, line_number, line in sorted(unsound):
            by_id[segment_id].reject(line_number, why_unreadable(line.encode()))


def load_stored(
    cursor: duckdb.DuckDBPyConnection,
    form: LineFormat,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
) -> None:
    """Inserts rows of the shared store: the columns of the schema, `segment_id` and `line_number`.
    Their segments have negative numbers, so that queries can tell them from local ones."""
    for name in ("segment_id", "line_number"):
        schema = schema.append(pa.field(name, pa.int32()))
    cursor.register("stored_rows", pa.RecordBatchReader.from_batches(schema, batches))
    cursor.execute(
        statement("load_stored").format(
            table=TABLES[form],
            names=", ".join(one.name for one in form.fields),
            identity=f"{form.fields[0].name}, {form.time}",
        )
    )
    cursor.unregister("stored_rows")


def remove(cursor: duckdb.DuckDBPyConnection, segment_ids: list[int], after_line: int = 0) -> int:
    """Deletes the lines of these files with higher numbers, and returns how many."""
    removed = 0
    for table in TABLES.values():
        counted = cursor.execute(
            f"DELETE FROM {table} "
            "WHERE list_contains($segment_ids, segment_id) AND line_number > $after_line",
            {"segment_ids": segment_ids, "after_line": after_line},
        ).fetchone()
        assert counted is not None  # DELETE returns the count
        removed += counted[0]
    return removed


def mark_copies(cursor: duckdb.DuckDBPyConnection, segment_ids: list[int] | None) -> None:
    """Marks all but the first of identical lines, in one file or in several, as copies. Looks only
    at lines that are also in these files; None is all lines."""
    for form, table in TABLES.items():
        scope = "true"
        if segment_ids is not None:
            chosen = ", ".join(map(str, segment_ids)) or "NULL"
            scope = f"identity IN (SELECT identity FROM {table} WHERE segment_id IN ({chosen}))"
        names = ", ".join(one.name for one in form.fields)
        cursor.execute(statement("mark_copies").format(table=table, names=names, scope=scope))


def name_segments(
    cursor: duckdb.DuckDBPyConnection, names: dict[int, str], *, are_stored: bool = False
) -> None:
    """Replaces the names of all files, or of all objects of the shared store."""
    cursor.execute("DELETE FROM segments WHERE (segment_id < 0) = $stored", {"stored": are_stored})
    cursor.execute(
        "INSERT INTO segments SELECT unnest($ids), unnest($names)",
        {"ids": list(names), "names": list(names.values())},
    )


def write_groups(
    cursor: duckdb.DuckDBPyConnection, table: str, groups: Iterable[tuple[str, datetime, Group]]
) -> None:
    """Replaces the counts in the table: each has its kind and its hour."""
    cursor.execute(f"DELETE FROM {table}")
    rows = [
        (root, _naive(hour), list(key), _naive(first_at), _naive(last_at), number)
        for root, hour, (key, first_at, last_at, number) in groups
    ]
    if rows:
        columns = dict(zip(_GROUPS, map(list, zip(*rows, strict=True)), strict=True))
        cursor.register("groups", pa.table(columns))
        cursor.execute(f"INSERT INTO {table} SELECT * FROM groups")
        cursor.unregister("groups")


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _calls(
    readers: Iterable[SegmentReader], refusals: list[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for reader in readers:
        for form, batch in reader.read():
            if form is CALL:
                yield batch
            else:  # copied: a slice would keep its whole block in memory
                refusals.append(batch.take(pa.array(range(batch.num_rows))))


def _insert(
    cursor: duckdb.DuckDBPyConnection, form: LineFormat, batches: Iterator[pa.RecordBatch]
) -> None:
    cursor.register("batch", pa.RecordBatchReader.from_batches(COLUMNS, batches))
    text = statement("load").format(
        table=TABLES[form],
        columns=", ".join(f"{_value(one)} AS {one.name}" for one in form.fields),
        names=", ".join(one.name for one in form.fields),
        structure=form.structure,
        sound=form.sound,
        identity=f"{form.fields[0].name}, {form.time}",
    )
    cursor.execute(text)
    cursor.unregister("batch")


def _value(field: LineField) -> str:
    if field.kind is Kind.TIME:
        # `encode` writes UTC. The offset is cut off, because a cast would depend on DuckDB's zone.
        return f"TRY_CAST(left(parsed.{field.name}, 26) AS TIMESTAMP)"
    if field.default is None:
        return f"parsed.{field.name}"
    return f"coalesce(parsed.{field.name}, {field.default})"
