"""Teachers learn the training side alone, and what they write is what `train` reads."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from core.cli.main import main
from core.errors import DataFileMismatch, InvalidInput
from core.training.data.catalogue import CATALOGUE, DataSet
from core.training.data.datasets import read_set, sha256_of
from core.training.data.learnt_rows import RowKind, learnt_rows
from core.training.data.own_examples import own_examples
from core.training.data.split import split_examples
from core.training.data.teacher_scores import join_scores
from tests.integration.tiny_base_model import WORDS, write_base_model

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")

from core.training.distillation.teacher import (
    TEACHER_SETTINGS,
    TeacherReport,
    train_teachers,
)

pytestmark = pytest.mark.training

BY_NAME = {each.name: each for each in CATALOGUE}
TEXTS = [" ".join(words) for words in itertools.product(WORDS.split(), repeat=2)]
WIKI = """SELECT text, contains(text, 'idiot')::INT AS toxic, text AS norm_key FROM texts"""
UNLABELLED = """SELECT 'well ' || text AS text, 0 AS sexist, 'none' AS label_category,
 'well ' || text AS norm_key FROM texts"""
QUICK = {
    name: replace(each, epochs=1, learning_rate=3e-3) for name, each in TEACHER_SETTINGS.items()
}

Inputs = tuple[Path, list[DataSet], Path]


def write_set(folder: Path, name: str, select: str) -> DataSet:
    path = folder / BY_NAME[name].file
    path.parent.mkdir(parents=True)
    values = ", ".join(f"('{text}')" for text in TEXTS)
    rows = f"WITH texts AS (SELECT * FROM (VALUES {values}) t(text)) {select}"
    duckdb.sql(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    return replace(BY_NAME[name], sha256=sha256_of(path))


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("data")
    (folder / "base").mkdir()
    made = [write_set(folder, "jigsaw_wiki", WIKI), write_set(folder, "edos_sexism", UNLABELLED)]
    return folder, made, write_base_model(folder / "base")


def teach(
    sets: Inputs, out: Path, progress: Callable[[str], None] = lambda _: None
) -> TeacherReport:
    data, catalogue, base = sets
    return train_teachers(data, base, out, settings=QUICK, progress=progress, catalogue=catalogue)


@pytest.fixture(scope="module")
def taught(
    sets: Inputs, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TeacherReport, Path, list[str]]:
    out, said = tmp_path_factory.mktemp("taught") / "scores.parquet", []
    return teach(sets, out, said.append), out, said


def test_they_score_every_row_that_train_learns_and_nothing_held_out(
    sets: Inputs, taught: tuple[TeacherReport, Path, list[str]]
) -> None:
    data, catalogue, _ = sets
    report, out, _ = taught
    read = [row for each in catalogue for row in read_set(data, each, catalogue)]
    split = split_examples(read + own_examples())
    rows = learnt_rows(split.train)
    _, counts = join_scores(out, rows, (*split.val, *split.test))
    assert (counts.scored, counts.unscored, counts.unused) == (len(rows), {}, 0)
    assert counts.held_out == 0
    assert report.scored == len(rows)
    assert report.learnt == sum(row.kind is not RowKind.UNLABELLED for row in rows) < len(rows)
    assert report.sha256 == sha256_of(out)
    assert b"idiot" not in out.read_bytes()


def test_they_learn_what_people_labelled(taught: tuple[TeacherReport, Path, list[str]]) -> None:
    report = taught[0]
    assert report.roc_auc["jigsaw_wiki"] > 0.9
    assert "edos_sexism" not in report.roc_auc
    assert f"jigsaw_wiki: ROC AUC {report.roc_auc['jigsaw_wiki']:.4f}" in report.summary


def test_the_two_differ(taught: tuple[TeacherReport, Path, list[str]]) -> None:
    apart = duckdb.sql(
        f"SELECT max(abs(toxicity_logit_a - toxicity_logit_b)) FROM '{taught[1]}'"
    ).fetchall()
    assert apart[0][0] > 0.01


def test_how_long_it_takes_is_told_before_the_first_step(
    taught: tuple[TeacherReport, Path, list[str]],
) -> None:
    said = taught[2]
    assert said[0].startswith("two teachers learn ")
    assert said[1].startswith("about ")
    assert said[1].endswith(" for both on one CPU core")
    assert not any("step" in line or "done" in line for line in said[:2])


def test_the_same_data_gives_the_same_file_and_leaves_nothing_beside_it(
    sets: Inputs, taught: tuple[TeacherReport, Path, list[str]], tmp_path: Path
) -> None:
    teach(sets, tmp_path / "scores.parquet")
    assert (tmp_path / "scores.parquet").read_bytes() == taught[1].read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["scores.parquet"]


def test_a_folder_without_weights_and_a_changed_set_are_named_before_any_work(
    sets: Inputs, tmp_path: Path
) -> None:
    data, catalogue, base = sets
    with pytest.raises(InvalidInput, match=r"has no model\.safetensors"):
        teach((data, catalogue, tmp_path), tmp_path / "scores")
    changed = [replace(catalogue[0], sha256="0" * 64), catalogue[1]]
    with pytest.raises(DataFileMismatch, match="jigsaw_wiki"):
        teach((data, changed, base), tmp_path / "scores")
    assert not (tmp_path / "scores").exists()
    with pytest.raises(InvalidInput, match="nowhere/scores can't be written"):
        teach(sets, tmp_path / "nowhere" / "scores")


def test_the_command_teaches_all_sets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ["--data", tmp_path, "--base-model", tmp_path, "--out", tmp_path / "scores"]
    arguments = ["train-teacher", *map(str, paths), "--set"]
    assert main([*arguments, "all"]) != 0
    assert "jigsaw_wiki/jigsaw_wiki.parquet is missing" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*arguments, "cad_reddit"])
    capsys.readouterr()

    def learnt(*_: object, **__: object) -> TeacherReport:
        return TeacherReport(1200, 1300, {"jigsaw_wiki": 0.9}, "f" * 64)

    monkeypatch.setattr("core.training.distillation.teacher.train_teachers", learnt)
    assert main([*arguments, "all"]) == 0
    printed = capsys.readouterr().out
    assert "learnt 1,200 rows and scored 1,300" in printed
    assert f"sha256 of their file: {'f' * 64}" in printed
