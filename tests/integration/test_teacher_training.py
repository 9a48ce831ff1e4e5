"""A teacher is trained on the training split alone, and `train` reads the file it writes."""

import itertools
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from core.cli.main import main
from core.errors import DataFileMismatch, InvalidInput
from core.training.data.catalogue import CATALOGUE, DataSet
from core.training.data.datasets import read_set, sha256_of
from core.training.data.distillation_tasks import REDDIT, WIKIPEDIA, DistillationTask
from core.training.data.split import split_examples
from core.training.data.teacher_scores import check_scores, read_scores, with_teacher_scores
from core.training.distillation.teacher import TeacherReport, train_teacher
from tests.integration.tiny_base_model import WORDS, write_base_model

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")

pytestmark = pytest.mark.training

BY_NAME = {each.name: each for each in CATALOGUE}
TEXTS = [" ".join(words) for words in itertools.product(WORDS.split(), repeat=2)]
THREADS = """SELECT text, contains(text, 'idiot')::INT AS toxic, toxic AS identity_abuse,
 0 AS affiliation_abuse, contains(text, 'bad')::INT AS person_abuse, 0 AS counter_speech,
 text AS norm_key FROM texts"""
WIKI = """SELECT text, contains(text, 'idiot')::INT AS toxic, text AS norm_key FROM texts"""
DETOXIFY = """SELECT 'well ' || text AS text, 0.5 AS detoxify_toxicity, 0.5 AS detoxify_obscene,
 0.5 AS detoxify_threat, 0.5 AS detoxify_insult, 0.5 AS detoxify_identity_attack,
 'well ' || text AS norm_key FROM texts"""
UNLABELLED = """SELECT 'well ' || text AS text, 0 AS sexist, 'none' AS label_category,
 'well ' || text AS norm_key FROM texts"""


def write_set(folder: Path, name: str, select: str) -> DataSet:
    path = folder / BY_NAME[name].file
    path.parent.mkdir(parents=True)
    values = ", ".join(f"('{text}')" for text in TEXTS)
    rows = f"WITH texts AS (SELECT * FROM (VALUES {values}) t(text)) {select}"
    duckdb.sql(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    return replace(BY_NAME[name], sha256=sha256_of(path))


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[DataSet], Path]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "base").mkdir()
    made = [write_set(folder, "cad_reddit", THREADS), write_set(folder, "edos_sexism", UNLABELLED)]
    return folder, made, write_base_model(folder / "base")


def train(
    sets: tuple[Path, list[DataSet], Path], out: Path, task: DistillationTask = REDDIT
) -> TeacherReport:
    data, catalogue, base = sets
    return train_teacher(task, data, base, out, progress=lambda _: None, catalogue=catalogue)


def test_it_scores_the_training_side_and_nothing_held_out(
    sets: tuple[Path, list[DataSet], Path], tmp_path: Path
) -> None:
    report = train(sets, tmp_path / "scores")
    scores = read_scores(REDDIT, tmp_path / "scores")
    data, catalogue, base = sets
    split = split_examples([row for each in catalogue for row in read_set(data, each, catalogue)])
    assert all(scores.of(row.text) is not None for row in split.train)
    assert all(scores.of(row.text) is None for row in (*split.val, *split.test))
    assert report.scored == len(split.train)
    assert report.held_out == sum(row.source == "cad_reddit" for row in split.val)
    assert scores.about == {
        "base_model": "base",
        "base_sha256": sha256_of(base / "model.safetensors"),
        "held_out": str(report.held_out),
        "roc_auc": f"{report.roc_auc:.4f}",
    }
    check_scores(scores, split)
    assert len(with_teacher_scores(split.train, scores)) == len(split.train)


def test_a_set_without_kinds_is_learnt_for_toxicity_alone(tmp_path: Path) -> None:
    made = [
        write_set(tmp_path, "jigsaw_wiki", WIKI),
        write_set(tmp_path, "jigsaw_detoxify_scored", DETOXIFY),
    ]
    (tmp_path / "base").mkdir()
    base = write_base_model(tmp_path / "base")
    report = train((tmp_path, made, base), tmp_path / "scores", WIKIPEDIA)
    scores = read_scores(WIKIPEDIA, tmp_path / "scores")
    split = split_examples([row for each in made for row in read_set(tmp_path, each, made)])
    check_scores(scores, split)
    assert report.learnt == sum(row.source == "jigsaw_wiki" for row in split.train)
    assert report.scored == len(split.train) > report.learnt
    assert {len(each) for each in scores.by_text.values()} == {1}
    assert all(row.targets[1:] == (0.0,) * 4 for row in split.train if row.targets[0] == 0)


def test_the_same_data_gives_the_same_file(
    sets: tuple[Path, list[DataSet], Path], tmp_path: Path
) -> None:
    train(sets, tmp_path / "one")
    train(sets, tmp_path / "other")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_folder_without_weights_and_a_changed_set_are_named_before_any_work(
    sets: tuple[Path, list[DataSet], Path], tmp_path: Path
) -> None:
    data, catalogue, base = sets
    with pytest.raises(InvalidInput, match=r"has no model\.safetensors"):
        train((data, catalogue, tmp_path), tmp_path / "scores")
    changed = [replace(catalogue[0], sha256="0" * 64), catalogue[1]]
    with pytest.raises(DataFileMismatch, match="cad_reddit"):
        train((data, changed, base), tmp_path / "scores")
    assert not (tmp_path / "scores").exists()
    with pytest.raises(InvalidInput, match="nowhere/scores can't be written"):
        train(sets, tmp_path / "nowhere" / "scores")


def test_the_command_teaches_the_set_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = ["--data", tmp_path, "--base-model", tmp_path, "--out", tmp_path / "scores"]
    arguments = ["train-teacher", *map(str, paths), "--set"]
    assert main([*arguments, "cad_reddit"]) != 0
    assert "cad_reddit/cad_reddit.parquet is missing" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*arguments, "davidson_tweets"])
    assert "choose from cad_reddit, jigsaw_wiki" in capsys.readouterr().err.replace("'", "")


def test_the_command_passes_on_the_lesson_and_prints_what_was_reached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taught = []

    def learnt(task: DistillationTask, *_: object, **__: object) -> TeacherReport:
        taught.append(task)
        return TeacherReport(learnt=1200, held_out=34, roc_auc=0.9, scored=56)

    monkeypatch.setattr("core.training.distillation.teacher.train_teacher", learnt)
    paths = ["--data", tmp_path, "--base-model", tmp_path, "--out", tmp_path / "scores"]
    assert main(["train-teacher", "--set", "jigsaw_wiki", *map(str, paths)]) == 0
    assert taught == [WIKIPEDIA]
    assert "learnt 1,200 comments; on 34 held-out ones its ROC AUC is 0.9000" in (
        capsys.readouterr().out
    )


def test_a_teacher_learns_each_kind_and_padding_changes_nothing(
    sets: tuple[Path, list[DataSet], Path],
) -> None:
    from core.training.distillation.teacher_network import Teacher, TeacherSettings

    teacher = Teacher(sets[2], TeacherSettings(kinds=2, epochs=25, learning_rate=3e-3))
    answers = [(float("idiot" in text), float("bad" in text)) for text in TEXTS]
    teacher.fit(TEXTS, answers, lambda _: None)
    scores = teacher.scores(TEXTS)
    assert ((scores >= 0.5) == (np.array(answers) == 1)).mean() > 0.95
    long = " ".join(["nice"] * 60)
    assert teacher.scores([TEXTS[0], long])[0] == pytest.approx(scores[0], abs=0.02)
