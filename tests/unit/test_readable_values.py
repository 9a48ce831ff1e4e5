"""The cells of a column are read alike, all at once or one by one."""

import pyarrow as pa
import pytest

from core.sources.files.parquet_rows import readable, readable_values


def broken(kind: pa.DataType, width: str) -> pa.Array:
    """A text and one that is not valid UTF-8, which other writers store under that type too."""
    offsets, data = pa.array([0, 2, 3], width).buffers()[1], pa.py_buffer(b"ok\xff")
    return pa.Array.from_buffers(kind, 2, [None, offsets, data])


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["a", None, "é 🙂", ""]), ["a", None, "é 🙂", ""]),
        (pa.array(["a", None], pa.large_string()), ["a", None]),
        (pa.array(["a", None], pa.string_view()), ["a", None]),
        (pa.array([b"a", b"\xff"], pa.binary()), ["a", b"\xff"]),
        (broken(pa.string(), "int32"), ["ok", b"\xff"]),
        (broken(pa.large_string(), "int64"), ["ok", b"\xff"]),
        (pa.array([1.5, float("nan")]), [1.5, None]),
        (pa.array([], pa.string()), []),
    ],
)
def test_a_column_is_read_as_its_cells_are(column: pa.Array, expected: list[object]) -> None:
    assert readable_values(column) == [readable(cell) for cell in column] == expected
