"""`modconsole score FILES --out DATABASE --engine ray`: a scorer for each processor."""

import argparse
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from core.config import Settings
from core.errors import ConsoleError
from core.inference.local.processors import processor_count

if TYPE_CHECKING:
    import pyarrow as pa

    from core.batch.predictions.inputs import Columns
    from core.batch.predictions.scoring_run import ScoringRun
    from core.bootstrap.tables import Files
    from core.sources.tables.address import DatabaseAddress

ENGINES = ("process", "ray")
OBJECT_STORE_BYTES = 512 * 1024 * 1024
"""Rows on their way between processes, and the ids and hashes of rows that are scored already."""


def check_for_ray(arguments: argparse.Namespace, sink: "DatabaseAddress | None") -> None:
    """Raises ConsoleError if Ray can't do what the command says, or is not installed."""
    from core.bootstrap.tables import Files, source_of
    from core.processes.local_ray import import_ray

    source = source_of(arguments.source)
    if not isinstance(source, Files) or any(
        path.suffix.lower() != ".parquet" for path in source.paths
    ):
        raise ConsoleError("`--engine ray` reads Parquet files only")
    if sink is None:
        raise ConsoleError(
            "`--engine ray` needs a database as OUT: Ray keeps no order, so rows go by their ids"
        )
    for flag, given in (("--limit", arguments.limit), ("--dry-run", arguments.dry_run)):
        if given:
            raise ConsoleError(f"{flag} can't go with `--engine ray`")
    import_ray("data")


def score_on_ray(
    run: "ScoringRun",
    files: "Files",
    columns: "Columns",
    settings: Settings,
    *,
    read_at: datetime,
    total: int | None,
    interval_us: tuple[int, int] | None,
    progress: Callable[[int], None],
) -> None:
    """The run over these files, of which `total` rows are known. Raises BackendError."""
    import ray

    from core.batch.predictions.on_ray import RowTask, scored_on_ray
    from core.bootstrap.one_thread import one_thread_scorer
    from core.processes.local_ray import absolute, running_ray

    settled, processes = run.settled(), processor_count()
    make_scorer = partial(one_thread_scorer, absolute(settings))
    task = RowTask(make_scorer, run.by, columns, settled, read_at, interval_us)

    def scored() -> "Generator[pa.RecordBatch, None, None]":
        # One more: the process that reads.
        with running_ray(ray, processors=processes + 1, object_store_bytes=OBJECT_STORE_BYTES):
            yield from scored_on_ray(ray, files.paths, task, processes)

    with closing(scored()) as batches:
        run.store(batches, progress, settled=settled, total=None if interval_us else total)
