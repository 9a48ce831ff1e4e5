"""A first stage distilled from the fake backend on a few rows reproduces its flags."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import duckdb
import numpy as np
import pytest

from core.errors import BackendError, DataFileMismatch
from core.inference.base import BatchResult, ErrorKind, TextResult
from core.inference.cascade.first_stage import read_first_stage
from core.inference.fake import LABELS, FakeBackend
from core.inference.manifest import FIRST_STAGE_FILE
from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import sha256_of
from core.training.distillation.first_stage_rows import MADE_TO_MEASURE, distil_first_stage

torch = pytest.importorskip("torch", reason="training needs the [train] extra")

pytestmark = pytest.mark.training

WORDS = [
    "the",
    "a",
    "dog",
    "house",
    "tree",
    "you",
    "we",
    "they",
    "read",
    "saw",
    "often",
    "blue",
    "page",
]
QUERY = """SELECT text, [text] AS keys, 1.0 AS weight, 0 AS toxicity, NULL AS obscene,
 NULL AS threat, NULL AS insult, NULL AS identity_attack FROM '{%s}'"""


def sentences(count: int, seed: int = 1) -> list[str]:
    """Every third sentence contains `moron`, the only word the fake backend flags."""
    chance = Random(seed)
    found = []
    for number in range(count):
        words = chance.choices(WORDS, k=chance.randint(3, 12))
        if number % 3 == 0:
            words.insert(chance.randrange(len(words)), "moron")
        found.append(f"{' '.join(words)} {number}")
    return found


def write_set(folder: Path, name: str, use: DataSetUse, texts: Sequence[str]) -> DataSet:
    path = folder / name / f"{name}.parquet"
    path.parent.mkdir(parents=True)
    values = ", ".join(f"('{text}')" for text in texts)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) t(text)) TO '{path}'")
    return DataSet(name, sha256_of(path), "CC0 1.0", "this test", use, "a test", QUERY % name)


class Listening(FakeBackend):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.heard += texts
        return super().score(texts)


def test_first_stage_is_of_its_full_model_and_the_report_of_unseen_rows(
    tmp_path: Path,
) -> None:
    texts = sentences(1200)
    catalogue = [
        write_set(tmp_path, "one", DataSetUse.TRAIN, texts[:800]),
        write_set(tmp_path, "two", DataSetUse.EVALUATE, [*texts[800:], texts[0]]),
        write_set(tmp_path, MADE_TO_MEASURE, DataSetUse.EVALUATE, ["only to measure"]),
        DataSet("three", "", "", "", DataSetUse.LEFT_OUT, ""),
    ]
    full_model, said = Listening(), []
    report = distil_first_stage(
        tmp_path, full_model, tmp_path / "out", progress=said.append, catalogue=catalogue
    )
    assert sorted(full_model.heard) == sorted(texts)  # each once, and no other
    assert report.trained_on + report.rows == 1200
    assert report.flagged == pytest.approx(report.rows / 3, rel=0.3)
    assert report.share_cleared is None
    assert "Too few of them are flagged" in report.summary
    assert any("epoch 3 of 3" in line for line in said)
    first = read_first_stage(tmp_path / "out" / FIRST_STAGE_FILE)
    assert first.labels == LABELS
    assert first.version == report.version
    assert first.full_model == "fake-1"
    assert report.bytes < 5_000_000


def test_first_stage_learns_what_the_full_model_flags(tmp_path: Path) -> None:
    catalogue = [write_set(tmp_path, "one", DataSetUse.TRAIN, sentences(5000))]
    report = distil_first_stage(
        tmp_path, FakeBackend(), tmp_path, progress=lambda line: None, catalogue=catalogue
    )
    assert report.roc_auc > 0.95
    assert report.flagged >= 299
    assert report.bound <= 0.01
    assert report.share_cleared is not None
    assert report.share_cleared > 0.3
    assert f"clears {report.share_cleared:.1%} of them" in report.summary
    first = read_first_stage(tmp_path / FIRST_STAGE_FILE)
    flagged, fine = first.scores(["you moron read the page", "they often saw a blue dog"])[:, 0]
    assert flagged > fine + 0.5


def test_same_texts_give_the_same_bytes(tmp_path: Path) -> None:
    from core.training.distillation.first_stage import FirstStageSettings, train_first_stage

    texts = sentences(60)
    scores = np.array(
        [list(result.scores.values()) for result in FakeBackend().score(texts).results]
    )
    written = []
    for name in ("a.npz", "b.npz"):
        train_first_stage(
            texts,
            scores,
            tmp_path / name,
            labels=LABELS,
            edges=dict.fromkeys(LABELS, 0.5),
            full_model="fake-1",
            settings=FirstStageSettings(epochs=1, word_bits=8, part_bits=8),
            progress=lambda line: None,
        )
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_changed_data_is_refused_before_any_work(tmp_path: Path) -> None:
    found = write_set(tmp_path, "one", DataSetUse.TRAIN, sentences(10))
    (tmp_path / found.file).write_bytes(b"other")
    full_model = Listening()
    with pytest.raises(DataFileMismatch, match="one"):
        distil_first_stage(tmp_path, full_model, tmp_path, catalogue=[found])
    assert full_model.heard == []


def test_text_the_full_model_can_not_score_stops_it(tmp_path: Path) -> None:
    class Refusing(FakeBackend):
        def score(self, texts: Sequence[str]) -> BatchResult:
            failed = TextResult(error="too odd", error_kind=ErrorKind.BAD_SCORE)
            return BatchResult((failed,) * len(texts), super().score(texts).call)

    catalogue = [write_set(tmp_path, "one", DataSetUse.TRAIN, sentences(20))]
    with pytest.raises(BackendError, match="could not be scored: too odd"):
        distil_first_stage(
            tmp_path, Refusing(), tmp_path, progress=lambda line: None, catalogue=catalogue
        )
