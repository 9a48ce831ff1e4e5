"""A whole training run on a few rows: train, export, quantise, document, load, score."""

import itertools
import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from core.errors import DataFileMismatch, InvalidInput
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.manifest import (
    CARD_FILE,
    GRAPH_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    PLOT_FILE,
    TOKENIZER_FILE,
    read_manifest,
    verify_model_files,
)
from core.inference.manifest import (
    WEIGHTS_FILE as MODEL_WEIGHTS_FILE,
)
from core.moderation.scores import Label
from core.training.card.files import rewrite_card
from core.training.card.model_card import model_card
from core.training.data.batches import encode, load_tokenizer
from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import MODEL_LABELS, Example, read_set, sha256_of
from core.training.data.learnt_rows import RowKind
from core.training.data.own_examples import HARD_SOURCE, own_examples
from core.training.data.split import split_examples
from core.training.data.teacher_scores import TEACHER_SET
from core.training.data.traffic import UnlabelledTraffic
from core.training.evaluation.long_suite import read_long_texts
from core.training.evaluation.report import REPORT_FILE, TrainingReport, read_report
from core.training.evaluation.scoring import has_bf16
from core.training.evaluation.thresholds import HOLD_PRECISION
from core.training.run import CHECKPOINT_FILE, WEIGHTS_FILE, train_model
from core.training.settings import Pooling, TrainSettings
from tests.integration.tiny_base_model import WORDS, write_base_model
from tests.integration.tiny_teacher import rows_of, write_scores, write_teacher

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")
from tests.integer_arithmetic import exact_scores  # needs what is looked for above

# The graph exporter and the quantiser warn about themselves; neither is ours to fix.
pytestmark = [
    pytest.mark.training,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

LOW_RATE_SET = "wiki_context_gn"
LIMIT = 700
SETTINGS = TrainSettings(epochs=1, limit_rows=LIMIT, seed=1)
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


@pytest.fixture(scope="module", autouse=True)
def _without_the_longest_texts() -> Iterator[None]:
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


@pytest.fixture(scope="module")
def trained(
    inputs: Inputs, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TrainingReport, Path]:
    out = tmp_path_factory.mktemp("out")
    return run(inputs, out), out


def test_the_folder_loads_and_scores_in_order(trained: tuple[TrainingReport, Path]) -> None:
    texts = ["you are nice", "idiot", "", "this damn compiler " * 200]
    for precision in ("fp32", "int8"):
        choice = LocalChoice(backend="onnx", precision=precision, model=str(trained[1]))
        backend = choose_local(choice)
        batch = backend.score(texts)
        assert [bool(result.passages) for result in batch.results] == [False] * 3 + [True]
        for text, result in zip(texts, batch.results, strict=True):
            alone = backend.score([text]).results[0].scores
            assert tuple(result.scores) == MODEL_LABELS
            assert result.scores == pytest.approx(alone, abs=1e-5 if precision == "fp32" else 0.02)


def test_int8_stays_near_the_reference(trained: tuple[TrainingReport, Path]) -> None:
    folder = trained[1]
    tokenizer = load_tokenizer(folder / TOKENIZER_FILE, 64)
    ids = encode(tokenizer, [text for text, _ in ROWS[::40]])
    exact = exact_scores(folder / GRAPH_FILE, ids)
    assert np.abs(exact_scores(folder / MODEL_FILE, ids) - exact).max() < 0.05


def test_int8_is_compared_as_this_processor_runs_it(trained: tuple[TrainingReport, Path]) -> None:
    parity = trained[0].parity["int8"]
    assert parity.rows > 10
    assert 0 < parity.largest < 1
    assert "int8 differs from the reference" in trained[0].summary


def test_bf16_is_compared_where_the_processor_has_it(trained: tuple[TrainingReport, Path]) -> None:
    parity = trained[0].parity
    assert set(parity) - {"transformers"} == ({"int8", "bf16"} if has_bf16() else {"int8"})
    if has_bf16():
        assert 0.0 < parity["bf16"].mean != parity["int8"].mean


def test_the_same_seed_gives_the_same_files(
    trained: tuple[TrainingReport, Path],
    inputs: Inputs,
    tmp_path: Path,
) -> None:
    run(inputs, tmp_path / "again")
    run(inputs, tmp_path / "other", seed=2)
    first = sha256_of(trained[1] / MODEL_FILE)
    assert sha256_of(tmp_path / "again" / MODEL_FILE) == first
    assert sha256_of(tmp_path / "other" / MODEL_FILE) != first


def test_the_first_token_can_be_read_in_place_of_the_mean(
    trained: tuple[TrainingReport, Path], inputs: Inputs, tmp_path: Path
) -> None:
    import torch

    report = run(inputs, tmp_path / "first", pooling=Pooling.FIRST)
    learnt = torch.load(tmp_path / "first" / WEIGHTS_FILE, weights_only=True)["model"]
    assert "model.bert.pooler.dense.weight" in learnt
    assert "transformers" not in report.parity
    # The mean's folder has a layer more, and what that costs is measured.
    assert trained[0].parity["transformers"].rows > 10
    assert trained[0].parity["transformers"].largest < 2e-3


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


def test_a_cut_run_goes_on_and_gives_the_files_of_an_uncut_one(
    inputs: Inputs, tmp_path: Path
) -> None:
    def cut(line: str) -> None:
        if line.startswith("epoch 1 of 2 done"):
            raise KeyboardInterrupt

    whole, said = tmp_path / "whole", []
    run(inputs, whole, epochs=2)
    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "cut", epochs=2, progress=cut)
    with pytest.raises(
        InvalidInput, match="is of another run \\(seed was 1, is 2; other first weights\\)"
    ):
        run(inputs, tmp_path / "cut", epochs=2, seed=2)
    run(inputs, tmp_path / "cut", epochs=2, progress=said.append)
    assert "goes on after epoch 1 of 2" in said
    for name in (MODEL_FILE, GRAPH_FILE, MODEL_WEIGHTS_FILE):
        assert (tmp_path / "cut" / name).read_bytes() == (whole / name).read_bytes()


def test_nothing_is_left_to_go_on_from_once_the_folder_is_complete(
    trained: tuple[TrainingReport, Path],
) -> None:
    assert not (trained[1] / CHECKPOINT_FILE).exists()
    assert (trained[1] / MANIFEST_FILE).exists()


def test_a_text_that_was_learnt_measures_nothing(
    trained: tuple[TrainingReport, Path], inputs: Inputs
) -> None:
    rows = read_set(inputs.data, inputs.sets[0], inputs.sets) + own_examples()
    learnt = {row.text for row in split_examples(rows).train}
    whole = [
        row for row in read_set(inputs.data, inputs.sets[1], inputs.sets) if row.text not in learnt
    ]
    low_rate = next(each for each in trained[0].sets if each.name == LOW_RATE_SET)
    assert low_rate.rows == len(whole) < len(ROWS) - 100


def test_weights_of_another_version_are_refused(
    trained: tuple[TrainingReport, Path], inputs: Inputs, tmp_path: Path
) -> None:
    import torch

    state = torch.load(trained[1] / WEIGHTS_FILE, weights_only=True)
    torch.save({**state, "version": "minilm-toxicity-1"}, tmp_path / WEIGHTS_FILE)
    with pytest.raises(InvalidInput, match="holds weights of minilm-toxicity-1"):
        run(inputs, tmp_path / "again", weights=tmp_path / WEIGHTS_FILE)


def test_weights_of_an_earlier_run_give_the_same_model_without_fitting(
    trained: tuple[TrainingReport, Path], inputs: Inputs, tmp_path: Path
) -> None:
    report = run(inputs, tmp_path / "again", weights=trained[1] / WEIGHTS_FILE)
    assert sha256_of(tmp_path / "again" / MODEL_FILE) == sha256_of(trained[1] / MODEL_FILE)
    assert report.train_seconds == trained[0].train_seconds


def test_temperatures_are_folded_into_what_is_served(
    trained: tuple[TrainingReport, Path],
) -> None:
    found = {each.label: each for each in trained[0].calibrations}
    toxicity = found["toxicity"]
    assert toxicity.temperature != 1.0
    assert toxicity.before.brier != toxicity.after.brier
    # Labels that nobody knows there keep their logits.
    assert found["obscene"].temperature == 1.0


def test_the_manifest_carries_bands_and_the_rule_behind_them(
    trained: tuple[TrainingReport, Path],
) -> None:
    report, folder = trained
    manifest = read_manifest(folder)
    verify_model_files(folder, manifest)
    assert manifest.not_assessed == (Label.SEVERE_TOXICITY,)
    assert manifest.window_tokens == SETTINGS.max_tokens == 128
    assert manifest.tokens_at_once == 128
    assert manifest.thresholds == {Label(each.label): each.band for each in report.bands}
    assert set(manifest.thresholds) == set(MODEL_LABELS)
    for band in manifest.thresholds.values():
        assert 0 < band.hold < (band.remove or 1) <= 1
    assert manifest.about["thresholds_rule"]["hold_precision"] == HOLD_PRECISION


def test_low_rate_sets_are_reported_on_the_half_that_chose_nothing(
    trained: tuple[TrainingReport, Path],
) -> None:
    effects = {each.data_set: each for each in trained[0].low_rate}
    assert set(effects) == {"wiki_context_gn", "site"}
    assert 5 < effects["site"].clean_held.rows < 35
    assert not effects["site"].labelled
    assert effects["wiki_context_gn"].labelled
    toxic = sum(toxic for _, toxic in ROWS)
    assert 0 < effects["wiki_context_gn"].toxic_held.rows < toxic


def test_the_card_is_what_its_report_says(
    trained: tuple[TrainingReport, Path], tmp_path: Path
) -> None:
    folder = trained[1]
    card = (folder / CARD_FILE).read_text(encoding="utf-8")
    assert card == model_card(read_report(folder))
    assert "Not assessed: `severe_toxicity`" in card
    assert f"({PLOT_FILE})" in card
    assert (folder / PLOT_FILE).read_text(encoding="utf-8").startswith("<svg")
    assert len((folder / REPORT_FILE).read_bytes()) < 200_000


def test_the_validation_side_is_measured_on_its_own_rows(
    trained: tuple[TrainingReport, Path],
) -> None:
    report = trained[0]
    sides = {each.name: (each.val, each.test) for each in report.sets}
    measured = {
        m.data_set: m.rows
        for m in report.validation
        if m.label == "toxicity" and m.data_set in sides
    }
    assert measured
    assert measured == {name: sides[name][0] for name in measured}
    assert any(sides[name][0] != sides[name][1] for name in measured)


def test_the_suites_are_measured_and_in_the_card(trained: tuple[TrainingReport, Path]) -> None:
    report, folder = trained
    assert report.evasions
    assert report.long_texts
    assert (report.evasions.acted_on.rows, report.evasions.twins_held.rows) == (400, 400)
    assert report.long_texts.acted_on.rows == 7 * 16
    card = (folder / CARD_FILE).read_text(encoding="utf-8")
    for suite in (report.evasions, report.long_texts):
        assert f"sha256 `{suite.sha256}`" in card
    assert "evasion suite: " in report.summary


def test_a_rewritten_card_is_the_same_and_fits_the_manifest(
    trained: tuple[TrainingReport, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained[1], folder)
    (folder / CARD_FILE).write_text("by hand", encoding="utf-8")
    (folder / PLOT_FILE).unlink()
    rewrite_card(folder)
    for name in (CARD_FILE, PLOT_FILE, MANIFEST_FILE):
        assert (folder / name).read_bytes() == (trained[1] / name).read_bytes()
    verify_model_files(folder, read_manifest(folder))


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
