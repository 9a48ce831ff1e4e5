"""Reads one file like `ingest` or `score FILE`, and prints its peak memory in MB.

`python memory_child.py ingest|score FILE OUT` stores and scores nothing; at most MOST_ROWS are
read.
"""

import sys
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq

from core.batch.chunks import open_table
from core.batch.sinks import open_sink
from core.errors import ConsoleError
from core.sources.files.source import FileSource

MOST_ROWS = 50_000
CHUNK_ROWS = 1024


def ingest(path: Path) -> None:
    for _ in islice(FileSource(path).read(), MOST_ROWS):
        pass


def score(path: Path, out: Path) -> None:
    table = open_table(path, "text", CHUNK_ROWS)
    with open_sink(out, table.schema) as sink:
        for chunk in islice(table.chunks, MOST_ROWS // CHUNK_ROWS):
            sink.write(chunk.columns)


def peak_mb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def main() -> None:
    what, path, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    assert pq
    try:
        if what == "ingest":
            ingest(path)
        else:
            score(path, out)
        ended = "read"
    except ConsoleError as error:
        ended = f"refused: {error}"
    print(peak_mb())
    print(ended)


if __name__ == "__main__":
    main()
