"""Spark's own way to classify texts, which `bench_batch` compares with."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from transformers import pipeline

from tests.peers.conftest import NAMES
from tests.peers.spark_process import running_spark


def test_it_gives_the_scores_of_a_pipeline(
    program: Callable[[str, str], str], model: Path, tmp_path: Path
) -> None:
    texts = ["You idiot.", "", "Fine words.", "Fine words. " * 90]
    pq.write_table(pa.table({"id": range(4), "text": texts}), tmp_path / "in.parquet")
    with running_spark(Path(program("spark", "python")), model, 16, 2) as spark:
        assert spark.classify(tmp_path / "in.parquet", tmp_path / "first") > 0
        assert spark.classify(tmp_path / "in.parquet", tmp_path / "second") > 0
    alone = pipeline("text-classification", model=str(model), top_k=None)
    for target in ("first", "second"):
        rows = pq.read_table(tmp_path / target).sort_by("id").to_pylist()
        assert [row["text"] for row in rows] == texts
        for row in rows:
            (expected,) = alone(
                [row["text"]], function_to_apply="sigmoid", truncation=True, max_length=16
            )
            found = {each["label"]: each["score"] for each in json.loads(row["scores"])}
            assert set(found) == set(NAMES.values())
            for each in expected:
                assert abs(found[each["label"]] - each["score"]) < 1e-4
