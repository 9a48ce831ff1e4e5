"""Every value of a database comes back as it is, whatever its type and its neighbours."""

from collections.abc import Sequence
from contextlib import closing

import pyarrow as pa
import pytest

from core.batch.plain_values import plain_values
from core.sources.tables.base import Database
from tests.contract.test_table_databases import opened


def made(database: Database, columns: str, *rows: str) -> Database:
    with database.transaction() as work:
        work.execute(f"CREATE TABLE odd ({columns})")
        for row in rows:
            work.execute(f"INSERT INTO odd {row}")
    return database


def read(database: Database, select: str = "SELECT * FROM odd") -> tuple[pa.Schema, list[object]]:
    """The schema and the first column's values, as a CSV has them."""
    schema, found = database.schema(select), []
    for batch in database.stream(select, 1000):
        assert batch.schema.types == schema.types
        found += plain_values(batch.column(0))
    return schema, found


MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) SELECT"
# The column, what it has behind 1,500 rows without a value, and the type that it is read in.
LATE: dict[str, tuple[str, str, pa.DataType]] = {
    "text": ("x TEXT", "'t1_abc'", pa.string()),
    "untyped text": ("x", "'t1_abc'", pa.string()),
    "number": ("x", "7", pa.int64()),
    "real": ("x REAL", "1.5", pa.float64()),
    "bytes": ("x", "x'616263'", pa.binary()),
}


@pytest.mark.parametrize("name", LATE)
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_column_may_begin_with_many_rows_without_a_value(address: str, name: str) -> None:
    column, value, kind = LATE[name]
    with closing(opened(address)) as database:
        made(database, column, f"{MANY} NULL FROM n", f"VALUES ({value})")
        schema, found = read(database)
    assert schema.types == [kind]
    assert found[:1500] == [None] * 1500
    assert str(found[1500]) == value.strip("'").replace("x'616263", "abc")


# Values in one column of SQLite, and what is read of them.
MIXED: dict[str, tuple[Sequence[str], list[object]]] = {
    "numbers and a text": (["4611686018427387904", "1.5", "'abc'"], [str(2**62), "1.5", "abc"]),
    "a real beside a text": (["1.0", "'a'"], ["1.0", "a"]),
    "a text after numbers": (["1", "2", "'x1'"], ["1", "2", "x1"]),
    "whole and real": (["9007199254740993", "0.5", "NULL"], ["9007199254740993", "0.5", None]),
    "a real of 17 digits": (["0.1 + 0.2", "'a'"], ["0.30000000000000004", "a"]),
    "bytes among texts": (["'fine'", "x'ff00'", "x'6f6b'"], ["fine", "\\xff\x00", "ok"]),
    "bytes, a number, a text": (["x'6f6b'", "7", "'é'"], ["ok", "7", "é"]),
    "a text with zeros before": (["'007'", "7"], ["007", "7"]),
    "only numbers": (["7", "4611686018427387904"], [7, 2**62]),
    "a text that is no UTF-8": (["'a'", "CAST(x'ff' AS TEXT)"], ["a", "\\xff"]),
}


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_values_of_several_types_in_one_column_are_read_exactly(address: str, name: str) -> None:
    values, expected = MIXED[name]
    with closing(opened(address)) as database:
        made(
            database,
            "x, n INTEGER",
            *(f"VALUES ({value}, {at})" for at, value in enumerate(values)),
        )
        assert read(database)[1] == expected
        # And in the order asked for.
        assert read(database, "SELECT x FROM odd ORDER BY n DESC")[1] == expected[::-1]


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_table_without_rows_has_the_types_that_it_declares(address: str) -> None:
    with closing(opened(address)) as database:
        made(database, 'id TEXT, n BIGINT, r DOUBLE, d DATETIME, "a.b""c" VARCHAR(9), z')
        schema, found = read(database)
    texts = dict.fromkeys(("id", "d", 'a.b"c', "z"), pa.string())
    assert dict(zip(schema.names, schema.types, strict=True)) == texts | {
        "n": pa.int64(),
        "r": pa.float64(),
    }
    assert found == []


# For each database: the type of a column, its value in SQL, and how the value is read.
ODD: dict[str, list[tuple[str, str, str]]] = {
    "duckdb": [
        ("UHUGEINT", "340282366920938463463374607431768211455", str(2**128 - 1)),
        ("HUGEINT", "170141183460469231731687303715884105727", str(2**127 - 1)),
        ("BIGNUM", f"{'9' * 60}", "9" * 60),
        ("BIT", "'10101'", "10101"),
        ("TIMETZ", "'12:00:00+02'", "12:00:00+02"),
        ("INTERVAL", "INTERVAL '1 month 2 days 3 us'", "1 month 2 days 00:00:00.000003"),
        ("DATE", "'infinity'", "infinity"),
        ("DATE", "'44-01-01 (BC)'", "0044-01-01 (BC)"),
        ("TIMESTAMP", "'-infinity'", "-infinity"),
        ("TIMESTAMP", "'294247-01-01'", "294247-01-01 00:00:00"),
        ("TIMESTAMPTZ", "'infinity'", "infinity"),
        ("TIMESTAMP_S", "'infinity'", "infinity"),
        ("TIMESTAMP_MS", "'infinity'", "infinity"),
        ("TIMESTAMP_NS", "'infinity'", "infinity"),
        ("TIMESTAMP_NS", "'1677-09-21 00:12:43.145224194'", "1677-09-21 00:12:43.145224194"),
        ("TIME", "'24:00:00'", "24:00:00"),
        ("UNION(n INTEGER, t VARCHAR)", "union_value(t := 'a')", "a"),
        ("INTERVAL[]", "[INTERVAL '1 month']", "[1 month]"),
        ("STRUCT(d DATE)", "{'d': 'infinity'::DATE}", "{'d': infinity}"),
        ("BLOB", "'caf\\xC3\\xA9'", "café"),
    ],
    "postgresql": [
        ("TIMESTAMP", "'infinity'", "infinity"),
        ("TIMESTAMPTZ", "'-infinity'", "-infinity"),
        ("TIMESTAMP", "'294276-01-01'", "294276-01-01 00:00:00"),
        ("DATE", "'infinity'", "infinity"),
        ("DATE", "'0044-01-01 BC'", "0044-01-01 BC"),
        ("TIME", "'24:00:00'", "24:00:00"),
        ("TIMETZ", "'12:00:00+02'", "12:00:00+02"),
        ("INTERVAL", "'1 month 2 days'", "1 mon 2 days"),
        ("BIT(5)", "B'10101'", "10101"),
        ("INET", "'127.0.0.1'", "127.0.0.1"),
        ("MONEY", "1.5", "$1.50"),
        ("INT4RANGE", "'[1,3)'", "[1,3)"),
        ("POINT", "'(1,2)'", "(1,2)"),
        ("OID", "4294967295", str(2**32 - 1)),
        ("DATE[]", "ARRAY['infinity'::date]", "{infinity}"),
        ("INET[]", "ARRAY['::1'::inet]", "{::1}"),
        ("NUMERIC", "12345678901234567890.5", "12345678901234567890.5"),
        ("BYTEA", "'caf\\303\\251'", "café"),
    ],
}


@pytest.mark.parametrize("address", ["duckdb", "postgresql"], indirect=True)
def test_a_value_that_arrow_does_not_hold_is_read_as_its_text(address: str) -> None:
    kind = "duckdb" if address.endswith("duckdb") else "postgresql"
    columns = ", ".join(f"c{at} {column}" for at, (column, _, _) in enumerate(ODD[kind]))
    values = ", ".join(value for _, value, _ in ODD[kind])
    with closing(opened(address)) as database:
        made(database, columns, f"VALUES ({values})", "(c0) SELECT c0 FROM odd")
        for at, (column, _, expected) in enumerate(ODD[kind]):
            _, found = read(database, f"SELECT c{at} FROM odd")
            first = next(each for each in found if each is not None)
            assert (column, str(first)) == (column, expected)


@pytest.mark.parametrize("address", ["duckdb", "postgresql"], indirect=True)
def test_a_column_of_ordinary_values_keeps_its_type(address: str) -> None:
    kinds = {
        "BIGINT": ("7", pa.int64()),
        "DATE": ("'2026-01-31'", pa.date32()),
        "TIMESTAMP": ("'2026-01-31 12:00:00'", pa.timestamp("us")),
        "TIMESTAMPTZ": ("'2026-01-31 12:00:00+00'", pa.timestamp("us", "UTC")),
        "TIME": ("'23:59:59.999999'", pa.time64("us")),
        "VARCHAR": ("'infinity'", pa.string()),
        "INTEGER[]": ("'{1}'" if "postgresql" in address else "[1]", pa.list_(pa.int32())),
    }
    columns = ", ".join(f"c{at} {kind}" for at, kind in enumerate(kinds))
    with closing(opened(address)) as database:
        made(database, columns, f"VALUES ({', '.join(value for value, _ in kinds.values())})")
        schema, _ = read(database)
    for field, (_, expected) in zip(schema, kinds.values(), strict=True):
        is_list = pa.types.is_list(expected)
        assert (field.type.value_type if is_list else field.type) == (
            expected.value_type if is_list else expected
        )
