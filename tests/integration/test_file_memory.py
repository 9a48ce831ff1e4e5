"""Reading a file takes limited memory, whatever its size and its unpacked size."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow

MOST_MB = 300  # above a file of one row, which takes some 100
LONG_LINE = 512 * 1024**2
CHILD = Path(__file__).with_name("memory_child.py")
BIG = "x" * 1_000_000


def zeros(kind: pa.DataType, count: int) -> pa.Array:
    width = kind.bit_width // 8
    return pa.Array.from_buffers(kind, count, [None, pa.py_buffer(bytes(width * count))])


def repeated(value: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(zeros(pa.int32(), count), pa.array([value]))


def parquet(**columns: pa.Array | list[object]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        # Without Arrow's schema the file says nothing of dictionaries: they are plain texts.
        pq.write_table(
            pa.table(columns), path, row_group_size=10**8, compression="zstd", store_schema=False
        )

    return write


def hollow(start: bytes) -> Callable[[Path], None]:
    """A sparse file: half a gigabyte in one line, of which only the start is on disk."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(start)
            file.truncate(LONG_LINE)

    return write


def packed(start: bytes, filler: bytes, megabytes: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with gzip.open(path, "wb", compresslevel=1) as file:
            file.write(start)
            for _ in range(megabytes):
                file.write(filler)

    return write


def text(*parts: str) -> Callable[[Path], None]:
    return lambda path: path.write_text("".join(parts)) and None


def one_page(path: Path) -> None:
    values = pa.array([f"{BIG}{number}" for number in range(100)])
    table = pa.table({"id": values, "text": values})
    pq.write_table(table, path, use_dictionary=False, compression="zstd")


def shared_beginnings(path: Path) -> None:
    texts = pa.array([f"{BIG}{number:03}" for number in range(200)])
    pq.write_table(
        pa.table({"id": list(range(200)), "text": texts}),
        path,
        use_dictionary=False,
        column_encoding={"id": "PLAIN", "text": "DELTA_BYTE_ARRAY"},
    )


def keyed(count: int) -> str:
    return "\n".join(json.dumps({"id": n, "text": "a", f"k{n}": 1}) for n in range(count))


def rows_of(start: str, row: str, count: int, end: str = "") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with gzip.open(path, "wt", compresslevel=1) as file:
            file.write(start)
            for _ in range(count):
                file.write(row)
            file.write(end)

    return write


WIDE = ",".join(f"c{number}" for number in range(30))

# Name of the file, what writes it, and whether it is read or refused.
FILES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "10 million rows in one page": (
        "a.parquet",
        parquet(id=repeated("7", 10_000_000), text=repeated("hello world", 10_000_000)),
        "read",
    ),
    "one long text in 500 rows": (
        "a.parquet",
        parquet(id=zeros(pa.int32(), 500), text=repeated(BIG, 500)),
        "read",
    ),
    "a page of 100 MB": ("a.parquet", one_page, "refused"),
    "texts with one beginning": ("a.parquet", shared_beginnings, "read"),
    "a list of 20 million numbers": (
        "a.parquet",
        parquet(
            id=["1"],
            text=["a"],
            more=pa.ListArray.from_arrays([0, 20_000_000], zeros(pa.int64(), 20_000_000)),
        ),
        "refused",
    ),
    "a CSV line of 512 MB": ("a.csv", hollow(b"id,text\n1,"), "refused"),
    "a header of 512 MB": ("a.csv", hollow(b"id,text,"), "refused"),
    "a JSON line of 512 MB": ("a.jsonl", hollow(b'{"id": 1, "text": "'), "read"),
    "a JSON text of 512 MB": ("a.json", hollow(b'{"id": 1, "text": "'), "refused"),
    "an array entry of 512 MB": ("a.json", hollow(b'[{"id": 1, "text": "'), "read"),
    "gzip of a line of 400 MB": ("a.csv.gz", packed(b"id,text\n1,", b"x" * 2**20, 400), "refused"),
    "gzip of many lines": ("a.csv.gz", packed(b"id,text\n", b"1,hello\n" * 2**17, 40), "read"),
    "a line of empty objects": (
        "a.jsonl",
        text('{"id": 1, "text": "a", "x": [', "{}," * 1_300_000, "{}]}\n"),
        "read",
    ),
    "an entry of empty objects": (
        "a.json",
        text('[{"id": 1, "text": "a", "x": [', "{}," * 3_000_000, "{}]}]"),
        "read",
    ),
    "a line of commas": ("a.csv", text("id,text\n", "," * 4_000_000, "\n"), "read"),
    "a quote never closed": (
        "a.csv",
        text('id,text\n1,"', ("y" * 99 + "\n") * 1_000_000),
        "read",
    ),
    "150 JSON lines of 4 MB": (
        "a.jsonl.gz",
        rows_of("", json.dumps({"text": "fine", "id": "1", "raw": "a" * 3_900_000}) + "\n", 150),
        "read",
    ),
    "150 JSON lines of a million numbers": (
        "a.jsonl.gz",
        rows_of("", '{"text":"fine","id":"1","raw":[' + "1," * 1_000_000 + "1]}\n", 150),
        "read",
    ),
    "40 JSON lines of a list as text": (
        "a.jsonl.gz",
        rows_of("", '{"id":"1","text":[' + "{}," * 300_000 + "{}]}\n", 40),
        "read",
    ),
    "150 entries of 4 MB": (
        "a.json.gz",
        rows_of("[", '{"text":"fine","id":"1","raw":"' + "a" * 3_900_000 + '"},', 150, "{}]"),
        "read",
    ),
    "150 CSV rows of 30 long cells": (
        "a.csv.gz",
        rows_of(f"id,text,{WIDE}\n", "1,fine" + ("," + "b" * 130_000) * 30 + "\n", 150),
        "read",
    ),
    "150 CSV rows of 4 million cells": (
        "a.csv.gz",
        rows_of("id,text\n", "," * 4_000_000 + "\n", 150),
        "read",
    ),
    "a row of many quoted lines": ("a.csv", text("id,text\n", '"\n",' * 3_000_000), "refused"),
}


def run(what: str, path: Path) -> tuple[int, str]:
    out = path.with_name("out.csv")
    ended = subprocess.run(
        [sys.executable, str(CHILD), what, str(path), str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    out.unlink(missing_ok=True)
    peak, said = ended.stdout.split("\n", 1)
    return int(peak), said


@pytest.fixture(scope="module")
def least(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The memory that a file of one row takes."""
    path = tmp_path_factory.mktemp("least") / "a.parquet"
    parquet(id=["1"], text=["a"])(path)
    return max(run("score", path)[0], run("ingest", path)[0])


@pytest.mark.parametrize("what", ["ingest", "score"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_or_refused_in_bounded_memory(
    tmp_path: Path, least: int, name: str, what: str
) -> None:
    file, write, expected = FILES[name]
    write(tmp_path / file)
    peak, said = run(what, tmp_path / file)
    print(f"{name}: {peak - least} MB above {least} MB; {said}")
    assert peak - least < MOST_MB
    assert said.startswith(expected) or (what == "score" and said.startswith("refused"))
