"""The columns of an SQLite query with types that hold every value as it is.

A value of SQLite has a type of its own. The driver takes the types of the first rows for all rows,
writes a number among texts with seven digits, and ends at a row that does not fit.
"""

from typing import Any

from core.sources.tables.base import identifier

_CLASSES = ("integer", "real", "text", "blob")
# Of a column without values; as SQLite itself understands a declared type, in this order.
_DECLARED = (
    ("INT", "integer"),
    ("CHAR", "text"),
    ("CLOB", "text"),
    ("TEXT", "text"),
    ("REAL", "real"),
    ("FLOA", "real"),
    ("DOUB", "real"),
)
_FIRST = {"integer": "0", "real": "0.0", "text": "''", "blob": "x''"}
_VIEW = "modconsole_columns"


def exact_sqlite(cursor: Any, select: str) -> str:
    """The query with one row before its own, from which the driver takes the types. Columns of more
    than one type become texts, and bytes if some values are bytes."""
    names, declared = _declared(cursor, select)
    found = _classes(cursor, select, names)
    first, then = [], []
    for name, kind, classes in zip(names, declared, found, strict=True):
        column = identifier(name)
        held = "blob" if "blob" in classes else "text"
        if len(classes) < 2:
            held = next(iter(classes), kind)
        first.append(f"{_FIRST[held]} AS {column}")
        then.append(f"{column if len(classes) < 2 else _as(held, column)} AS {column}")
    return f"SELECT {', '.join(first)} UNION ALL SELECT {', '.join(then)} FROM ({select}\n) AS t"


def _as(held: str, column: str) -> str:
    text = f"CAST({column} AS TEXT)"
    if held == "text":
        return text
    return f"CASE typeof({column}) WHEN 'blob' THEN {column} ELSE CAST({text} AS BLOB) END"


def _declared(cursor: Any, select: str) -> tuple[list[str], list[str]]:
    """The names of the columns, and the types of their declarations."""
    cursor.execute(f"SELECT * FROM ({select}\n) AS t LIMIT 0")  # a view may be of what is not there
    cursor.execute(f"CREATE TEMP VIEW {_VIEW} AS SELECT * FROM ({select}\n) AS t")
    try:
        cursor.execute(f"SELECT name, upper(type) AS type FROM pragma_table_info('{_VIEW}')")
        found = cursor.fetch_arrow_table().to_pydict()
    finally:
        cursor.execute(f"DROP VIEW {_VIEW}")
    kinds = [
        next((kind for part, kind in _DECLARED if part in declared), "text")
        for declared in found["type"]
    ]
    return found["name"], kinds


def _classes(cursor: Any, select: str, names: list[str]) -> list[set[str]]:
    """For each column, the types of its values."""
    sums = []
    for name in names:
        kind = f"typeof({identifier(name)})"
        bits = (f"{2**bit} * MAX({kind} = '{each}')" for bit, each in enumerate(_CLASSES))
        sums.append(f"COALESCE({' + '.join(bits)}, 0)")
    cursor.execute(f"SELECT {', '.join(sums)} FROM ({select}\n) AS t")
    (row,) = cursor.fetchall()
    return [{each for bit, each in enumerate(_CLASSES) if held >> bit & 1} for held in row]
