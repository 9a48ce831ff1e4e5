"""All results of a run as CSV."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pyarrow.parquet as pq

from core.batch.results.places import ResultsPlace
from core.batch.results.view import opened_rows
from core.batch.sinks import csv_pieces, open_sink
from core.errors import StoreError
from core.moderation.permissions import Actor, Permission, check_can

BATCH_ROWS = 16_384


def export_csv(actor: Actor, place: ResultsPlace) -> Iterator[bytes]:
    """All rows as they stand, in pieces. Cells that a spreadsheet would run as a formula get an
    apostrophe. Raises PermissionDenied and the errors of `view_results` before the first piece."""
    check_can(actor, Permission.SEE_SERVING)
    try:
        with TemporaryDirectory(prefix="modconsole-csv-") as folder:
            return _pieces(_copied(place, Path(folder) / "rows.parquet"))
    except OSError as error:
        raise StoreError(f"the results can't be written as CSV: {error.strerror}") from None


def _copied(place: ResultsPlace, copy: Path) -> BinaryIO:
    """A copy of the rows, readable also after its name is gone. A reader may take minutes, and
    nobody can write a DuckDB file while it is open here."""
    with (
        opened_rows(place) as (database, rows),
        open_sink(copy, database.schema(rows.select)) as sink,
    ):
        for batch in database.stream(rows.select, BATCH_ROWS):
            sink.write(batch)
    return copy.open("rb")


def _pieces(copy: BinaryIO) -> Iterator[bytes]:
    with copy, pq.ParquetFile(copy) as rows:
        yield from csv_pieces(rows.schema_arrow, rows.iter_batches(BATCH_ROWS))
