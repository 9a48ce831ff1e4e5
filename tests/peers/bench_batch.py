"""Ray Data beside the default engine, and both beside the ways in which Ray Data and Spark classify
texts, over the same comments: `.venv-peers/ray/bin/python -m tests.peers.bench_batch [FILE]`.

Ray and Spark are started once for all; each round loads the model in their processes.
"""

import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.batch.predictions.inputs import Columns, files_input
from core.batch.predictions.on_ray import RowTask, scored_on_ray
from core.batch.predictions.runs import Run
from core.batch.predictions.scoring_run import RunPlan, ScoringRun
from core.benchmarks.local_texts import bench_texts
from core.bootstrap.one_thread import one_thread_scorer
from core.bootstrap.services import file_scorer
from core.cli.score_ray import OBJECT_STORE_BYTES
from core.clock import system_clock
from core.config import Settings
from core.environment import load_settings
from core.identifiers import new_id
from core.inference.local.processors import processor_count, processor_name
from core.inference.manifest import model_folder
from core.inference.scorer import Scorer
from core.moderation.default_policy import default_policy
from core.processes.local_ray import absolute, import_ray, running_ray
from core.sources.tables.address import database_address
from core.sources.tables.opening import open_database
from tests.peers.install import ROOT
from tests.peers.peer_servers import as_peers_read_it
from tests.peers.spark_process import Spark, running_spark

ROUNDS = 3
PEER_ROWS = 300
"""Of the ways of Ray and Spark, which score one text after the other."""
COLUMNS = Columns("id", "text")
CLOCK = system_clock()
Way = Callable[[Path], object]
PIPELINE = " with a pipeline"


class TextClassifier:
    """As in Ray Data's example of text classification, with the shipped model."""

    def __init__(self, model: str, tokens: int) -> None:
        from transformers import pipeline

        self._model = pipeline(
            "text-classification",
            model=model,
            top_k=None,
            function_to_apply="sigmoid",
            truncation=True,
            max_length=tokens,
        )

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        batch["scores"] = [json.dumps(found) for found in self._model(list(batch["text"]))]
        return batch


def ways(
    settings: Settings,
    ray: Any,
    scorer: Scorer,
    processes: int,
    *,
    folder: Path,
    spark: Spark | None,
) -> dict[str, Way]:
    """Each scores a Parquet file; this console writes a table of predictions, the others a
    file. `folder` is the model as they read it."""
    info = scorer.backend.info

    def run_into(folder_of_rows: Path) -> ScoringRun:
        address = database_address(str(folder_of_rows / f"{new_id()}.duckdb"))
        assert address is not None
        now = CLOCK.now()
        return ScoringRun(
            RunPlan("predictions"),
            Run(new_id(), "bench", "bench", now, "", "", info.name, info.model_version),
            pa.int64(),
            database=open_database(address, is_written=True),
            scorer=scorer,
            policy=default_policy(now),
            clock=CLOCK,
        )

    def one_process(path: Path) -> None:
        rows = files_input([path], COLUMNS, read_at=CLOCK.now())
        run_into(path.parent).score(rows.batches, lambda _: None)

    def on_ray(path: Path) -> None:
        run = run_into(path.parent)
        make_scorer = partial(one_thread_scorer, absolute(settings))
        task = RowTask(make_scorer, run.by, COLUMNS, run.settled(), CLOCK.now())
        rows = scored_on_ray(ray, [path], task, processes)
        total = pq.read_metadata(path).num_rows
        run.store(rows, lambda _: None, settled=task.settled, total=total)

    def rays_own(path: Path) -> None:
        ray.data.read_parquet(str(path)).map_batches(
            TextClassifier,
            fn_constructor_args=(str(folder), info.max_tokens),
            batch_size=PEER_ROWS // processes,
            compute=ray.data.ActorPoolStrategy(size=processes),
            num_cpus=1,
        ).write_parquet(str(path.parent / new_id()))

    found = {
        "this console": one_process,
        "this console, --engine ray": on_ray,
        f"Ray Data{PIPELINE}": rays_own,
    }
    if spark is not None:
        found[f"Spark{PIPELINE}"] = lambda path: spark.classify(path, path.parent / new_id())
    return found


@contextmanager
def maybe_spark(model: Path, scorer: Scorer, processes: int) -> Iterator[Spark | None]:
    """None where Spark is not installed."""
    python = ROOT / ".venv-peers" / "spark" / "bin" / "python"
    if not python.exists():
        print("Spark is not installed: run `make test-peers`", file=sys.stderr)
        yield None
        return
    with running_spark(python, model, scorer.backend.info.max_tokens, processes) as spark:
        yield spark


def put(folder: Path, name: str, texts: Sequence[str]) -> Path:
    path = folder / f"{name}.parquet"
    table = pa.table({"id": range(len(texts)), "text": texts})
    # A row group for each process, so that Ray's own reader gives work to all of them.
    pq.write_table(table, path, row_group_size=-(-len(texts) // processor_count()))
    return path


def main(file: Path | None) -> None:
    """Prints the table as JSON, progress on standard error."""
    settings = replace(load_settings(), cache_size=0)  # each round scores the same texts
    source, texts = bench_texts(settings, file)
    ray, processes = import_ray("data"), processor_count()
    scorer = file_scorer(settings)
    rates: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder, ExitStack() as stack:
        model = as_peers_read_it(model_folder(settings.model), Path(folder).absolute())
        stack.enter_context(
            running_ray(ray, processors=processes + 1, object_store_bytes=OBJECT_STORE_BYTES)
        )
        spark = stack.enter_context(maybe_spark(model, scorer, processes))
        everything = put(Path(folder), "all", texts)
        some = put(Path(folder), "some", texts[:: max(1, len(texts) // PEER_ROWS)][:PEER_ROWS])
        for number in range(ROUNDS):
            made = ways(settings, ray, scorer, processes, folder=model, spark=spark)
            for name, way in made.items():
                path = some if name.endswith(PIPELINE) else everything
                rows = pq.read_metadata(path).num_rows
                print(f"round {number + 1}: {rows} rows, {name}", file=sys.stderr, flush=True)
                begin_s = CLOCK.monotonic()
                way(path)
                rates.setdefault(name, []).append(rows / (CLOCK.monotonic() - begin_s))
        spark_version = spark.version if spark else None
    print(json.dumps(table_of(rates, source) | {"spark": spark_version}, indent=2))


def table_of(rates: dict[str, list[float]], source: str) -> dict[str, Any]:
    first = rates["this console"]
    return {
        "benchmark": "batch on Ray Data and Spark",
        "command": "python -m tests.peers.bench_batch",
        "rows": [
            {
                "way": name,
                "rows/s": round(statistics.median(found), 1),
                "min-max": f"{min(found):.1f}-{max(found):.1f}",
                "times_one_process": round(
                    statistics.median(a / b for a, b in zip(found, first, strict=True)), 2
                ),
            }
            for name, found in rates.items()
        ],
        "texts": source,
        "ray": version("ray"),
        "load_average": round(os.getloadavg()[0], 1),
        "machine": f"{os.cpu_count()} cores of {processor_name()}",
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
