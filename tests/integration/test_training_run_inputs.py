"""What a training run takes, or refuses: teachers' scores, data files, the state of a cut run."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import DataFileMismatch, InvalidInput
from core.inference.manifest import MANIFEST_FILE
from core.training.data.catalogue import DataSetUse
from core.training.data.datasets import Example
from core.training.data.learnt_rows import RowKind
from core.training.data.own_examples import HARD_SOURCE
from core.training.data.teacher_scores import TEACHER_SET
from core.training.run import WEIGHTS_FILE, train_model
from core.training.settings import TrainSettings
from tests.integration import tiny_training
from tests.integration.tiny_teacher import rows_of, write_scores
from tests.integration.tiny_training import (
    LOW_RATE_SET,
    QUERY,
    Inputs,
    run,
    write_set,
    write_traffic,
)

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")


# The graph exporter and the quantiser warn about themselves; neither is ours to fix.
pytestmark = [
    pytest.mark.training,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

# pytest finds a fixture by its name in this module.
without_the_longest_texts = tiny_training.without_the_longest_texts
inputs = tiny_training.inputs


def test_what_teachers_and_people_say_is_learnt(
    inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = QUERY.replace("toxic AS", "NULL AS") % "edos_sexism"
    shutil.copytree(inputs.data / "tiny", tmp_path / "tiny")
    shutil.copytree(inputs.data / LOW_RATE_SET, tmp_path / LOW_RATE_SET)
    unlabelled = replace(write_set(tmp_path, "edos_sexism", DataSetUse.TRAIN), query=query)
    sets = [inputs.sets[0], unlabelled, inputs.sets[1]]
    rows = [row for row in rows_of(tmp_path, sets) if row.example.source != HARD_SOURCE]
    traffic = write_traffic(tmp_path)
    given = Inputs(tmp_path, inputs.base, sets, traffic, write_scores(tmp_path, rows))
    learnt: list[Example] = []
    said: list[str] = []

    def spied(examples: list[Example], *_: object) -> None:
        learnt.extend(examples)
        raise StopIteration

    # Copies for long texts are made of these rows, and come after them.
    monkeypatch.setattr("core.training.run.surrounded_copies", lambda *_, seed: [])
    monkeypatch.setattr("core.training.fitting.rows.FitRows.__init__", lambda _, *a: spied(*a))
    with pytest.raises(StopIteration):
        run(given, tmp_path / "out", progress=said.append, limit_rows=None)
    hard = [row for row in learnt if row.source == HARD_SOURCE]
    assert len(learnt) == len(rows) + len(hard) > len(rows) > 1000
    assert said[0].startswith(
        f"teachers scored {len(rows):,} of {len(learnt):,} rows; without scores: {len(hard)} of "
        "hard_examples; 0 of their scores belong to no row"
    )
    taught = {row.example.text: row.kind for row in rows}
    low = round(sum(1 / (1 + math.exp(-each)) for each in (-2.0, -4.0)) / 2, 6)
    alone = [row for row in learnt if row.source == "edos_sexism" and "idiot" not in row.text]
    mixed = [row for row in learnt if row.source == "tiny" and "idiot" not in row.text]
    assert {round(target or 0.0, 6) for row in alone for target in row.targets} == {low}
    assert {round(row.targets[1] or 0.0, 6) for row in mixed} == {low}
    found = sorted({round(row.targets[0] or 0.0, 6) for row in mixed})
    assert found == pytest.approx([0.7 * low, 0.7 * low + 0.3], abs=2e-6)
    assert set(taught.values()) == set(RowKind)


def test_a_missing_or_changed_file_of_the_teachers_is_named(inputs: Inputs, tmp_path: Path) -> None:
    other = replace(inputs, teacher=replace(inputs.teacher, sha256="0" * 64))
    with pytest.raises(DataFileMismatch, match=r"teacher_mpnet\.parquet differs \(sha256"):
        run(other, tmp_path / "out")
    shutil.copytree(inputs.data, tmp_path / "data", ignore=lambda *_: [TEACHER_SET.name])
    with pytest.raises(DataFileMismatch, match=r"teacher_mpnet\.parquet is missing"):
        run(replace(inputs, data=tmp_path / "data"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_scores_of_other_rows_are_refused(inputs: Inputs, tmp_path: Path) -> None:
    shutil.copytree(inputs.data, tmp_path / "data")
    few = rows_of(inputs.data, inputs.sets)[:100]
    teacher = write_scores(tmp_path / "data", few)
    other = replace(inputs, data=tmp_path / "data", teacher=teacher)
    with pytest.raises(InvalidInput, match="is of other data sets: teachers scored 100 of"):
        run(other, tmp_path / "out")
    assert not (tmp_path / "out" / WEIGHTS_FILE).exists()


def test_a_changed_data_file_stops_the_run_before_anything_is_written(
    inputs: Inputs, tmp_path: Path
) -> None:
    with pytest.raises(DataFileMismatch, match=r"tiny/tiny\.parquet is missing"):
        run(replace(inputs, data=tmp_path), tmp_path / "out")
    assert not (tmp_path / "out" / MANIFEST_FILE).exists()


@pytest.mark.parametrize(("epochs", "limit"), [(0, None), (1, 3)])
def test_a_run_of_nothing_is_refused(tmp_path: Path, epochs: int, limit: int | None) -> None:
    settings = TrainSettings(epochs=epochs, limit_rows=limit)
    with pytest.raises(InvalidInput):
        train_model(tmp_path, tmp_path / "out", settings=settings)
