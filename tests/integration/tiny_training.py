"""A training run on a few rows: its data sets, and the run itself."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import sha256_of
from core.training.data.traffic import UnlabelledTraffic
from core.training.evaluation.long_suite import read_long_texts
from core.training.evaluation.report import TrainingReport
from core.training.run import train_model
from core.training.settings import TrainSettings
from tests.integration.tiny_base_model import WORDS, write_base_model
from tests.integration.tiny_teacher import write_teacher

LOW_RATE_SET = "wiki_context_gn"
LIMIT = 700
SETTINGS = TrainSettings(epochs=2, limit_rows=LIMIT, seed=1)
# Many beside the project's own examples, so that a small limit takes of both.
ROWS = [
    (" ".join(words), int("idiot" in words or "bad" in words))
    for words in itertools.product(WORDS.split(), repeat=3)
]
QUERY = """SELECT text, [text] AS keys, 1.0 AS weight, toxic AS toxicity, NULL AS obscene,
 NULL AS threat, toxic AS insult, NULL AS identity_attack FROM '{%s}'"""


def write_set(folder: Path, name: str, use: DataSetUse) -> DataSet:
    path = folder / name / f"{name}.parquet"
    path.parent.mkdir(parents=True)
    values = ", ".join(f"('{text}', {toxic})" for text, toxic in ROWS)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) t(text, toxic)) TO '{path}'")
    return DataSet(name, sha256_of(path), "CC0 1.0", "this test", use, "a test", QUERY % name)


def write_traffic(folder: Path) -> UnlabelledTraffic:
    path = folder / "site.parquet"
    values = ", ".join(f"('a dog {n}')" for n in range(40))
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) t(text)) TO '{path}'")
    query = """SELECT text, [text] AS keys, 1.0 AS weight, NULL AS toxicity, NULL AS obscene,
 NULL AS threat, NULL AS insult, NULL AS identity_attack FROM '{site}'"""
    made = ("site", sha256_of(path), "CC0 1.0", "this test", DataSetUse.EVALUATE, "a test", query)
    return UnlabelledTraffic(*made, below="site.parquet")


@dataclass(frozen=True)
class Inputs:
    data: Path
    base: Path
    sets: list[DataSet]
    traffic: UnlabelledTraffic
    teacher: DataSet


def run(
    inputs: Inputs,
    out: Path,
    *,
    weights: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    **changes: object,
) -> TrainingReport:
    return train_model(
        inputs.data,
        out,
        settings=replace(SETTINGS, **changes),  # type: ignore[arg-type]
        base_model=inputs.base,
        progress=progress,
        catalogue=inputs.sets,
        teacher=inputs.teacher,
        weights=weights,
        traffic=[inputs.traffic],
    )


@pytest.fixture(scope="module", autouse=True)
def without_the_longest_texts() -> Iterator[None]:
    """Of the suite of long texts the last kind costs more than the whole rest of a run here."""
    suite = read_long_texts()
    with pytest.MonkeyPatch.context() as patched:
        shorter = replace(suite, kinds=suite.kinds[:-1])
        patched.setattr("core.training.evaluation.findings.read_long_texts", lambda: shorter)
        yield


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("inputs")
    sets = [
        write_set(folder, "tiny", DataSetUse.TRAIN),
        write_set(folder, LOW_RATE_SET, DataSetUse.EVALUATE),
    ]
    (folder / "base").mkdir()
    base = write_base_model(folder / "base")
    return Inputs(folder, base, sets, write_traffic(folder), write_teacher(folder, sets))
