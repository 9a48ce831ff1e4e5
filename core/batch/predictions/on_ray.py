"""The rows of Parquet files, scored by the processes of Ray Data: one reads, each of the others has
a scorer of its own. Ray keeps no order, so each row goes with its id."""

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from core import errors
from core.batch.chunks import parquet_chunk
from core.batch.predictions.inputs import Columns, check_ids, file_rows
from core.batch.predictions.rows import (
    ID,
    TEXT_HASH,
    InputRows,
    ScoredBy,
    id_column,
    prediction_rows,
    text_hash,
)
from core.batch.scoring import score_cells
from core.clock import system_clock
from core.errors import BackendError, ConsoleError
from core.inference.scorer import PROBE, Scorer
from core.servinglog.record import Mode
from core.sources.files.parquet_batches import open_parquet

_OURS = re.compile(rf"^{re.escape(errors.__name__)}\.(\w+): (.*)$", re.MULTILINE)
_ID_ROWS = 65_536
BLOCK_ROWS = 256
"""The rows of one call: fewer would cost more on the way, and with more the last process would
work alone for longer."""


@dataclass(frozen=True, slots=True)
class RowTask:
    """What every process knows of the run. Rows of `settled` whose text is the same are left
    out."""

    make_scorer: Callable[[], Scorer]
    by: ScoredBy
    columns: Columns
    settled: pa.Table
    read_at: datetime
    interval_us: tuple[int, int] | None = None


def scored_on_ray(
    ray: Any, paths: Sequence[Path], task: RowTask, processes: int
) -> Iterator[pa.RecordBatch]:
    """Rows of predictions, in any order. Raises BackendError when the backend is down."""
    _be_quiet(ray)
    names = task.columns.names

    def read(files: dict[str, Sequence[str]]) -> Iterator[pa.Table]:
        # Not Ray's own reader: this one limits the memory that a file may take.
        for name in files["item"]:
            for batch in open_parquet(Path(name), BLOCK_ROWS, names).batches:
                yield pa.Table.from_batches([batch])

    rows = ray.data.from_items([str(path.absolute()) for path in paths]).map_batches(
        read, batch_size=1, concurrency=1
    )
    # Without it, all that was read of a file goes to one process.
    blocks = rows.repartition(target_num_rows_per_block=BLOCK_ROWS)
    scored = blocks.map_batches(
        RowScorer,
        fn_constructor_args=(task,),
        batch_size=BLOCK_ROWS,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=processes),
        num_cpus=1,
    )
    try:
        for table in scored.iter_batches(batch_size=None, batch_format="pyarrow"):
            yield from table.to_batches()
    except ray.exceptions.RayError as error:
        raise translated(error) from error


def count_ids(paths: Sequence[Path], place: str, id_name: str) -> int:
    """The number of rows. Raises InvalidInput unless each has an id of its own, or
    UnreadableFile."""
    found = [
        id_column(batch.column(id_name))
        for path in paths
        for batch in open_parquet(path, _ID_ROWS, [id_name]).batches
    ]
    ids = pa.chunked_array(found, found[0].type if found else pa.int64())
    check_ids(
        place,
        id_name,
        total=len(ids),
        named=len(ids) - ids.null_count,
        ids=pc.count_distinct(ids, mode="only_valid").as_py(),
    )
    return len(ids)


class RowScorer:
    """Lives in a process of Ray and is called with one block of rows after the other."""

    def __init__(self, task: RowTask) -> None:
        self._task = task
        self._scorer = task.make_scorer()
        self._clock = system_clock()
        # So that no block pays for what a first call prepares. A backend that is down is told of
        # by the first block.
        with suppress(BackendError):
            self._scorer.score([PROBE], Mode.WARMUP)

    def __call__(self, table: pa.Table) -> pa.Table:
        (batch,) = table.combine_chunks().to_batches()
        task = self._task
        chunk = parquet_chunk(batch, task.columns.text)
        rows = file_rows(chunk, task.columns, task.read_at, task.interval_us)
        hashes = [text_hash(text) for text in rows.texts]
        new = self._new(rows, hashes)
        rows, hashes = rows.taken(new), [hashes[at] for at in new]
        results = score_cells(rows.texts, rows.problems, self._scorer)
        made = prediction_rows(rows, hashes, results, task.by, self._clock.now())
        return pa.Table.from_batches([made])

    def _new(self, rows: InputRows, hashes: Sequence[str]) -> list[int]:
        settled = self._task.settled
        places = pc.index_in(rows.ids, value_set=settled.column(ID).cast(rows.ids.type))
        there = settled.column(TEXT_HASH).take(places).to_pylist()
        return [at for at, known in enumerate(there) if known != hashes[at]]


def _be_quiet(ray: Any) -> None:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    # What goes wrong is raised, and told once.
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"ray\.")


def translated(error: Exception) -> ConsoleError:
    """Of an error of this package, Ray keeps no more than its text behind a traceback."""
    ours = _OURS.findall(str(error))
    if not ours:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return BackendError(f"Ray ended the run: {lines[-1]}")
    name, message = ours[-1]
    kind: type[ConsoleError] = getattr(errors, name)
    return kind(message)
