"""A whole training run on a few rows: train, export, quantise, document, load, score."""

import itertools
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from core.moderation.scores import Label
from core.training.card.files import rewrite_card
from core.training.card.model_card import model_card
from core.training.data.batches import encode, load_tokenizer
from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import MODEL_LABELS, Example, read_set, sha256_of
from core.training.data.distillation_tasks import REDDIT, WIKIPEDIA
from core.training.data.own_examples import own_examples
from core.training.data.split import Split, split_examples, take_rows
from core.training.data.teacher_scores import gather_scores
from core.training.data.traffic import UnlabelledTraffic
from core.training.evaluation.report import REPORT_FILE, TrainingReport, read_report
from core.training.evaluation.scoring import has_bf16
from core.training.evaluation.thresholds import HOLD_PRECISION
from core.training.run import WEIGHTS_FILE, train_model
from tests.integration.tiny_base_model import WORDS, write_base_model

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
ABOUT = {
    "base_model": "a large one",
    "base_sha256": "0" * 64,
    "held_out": "9",
    "roc_auc": "0.8750",
}
SILENT = gather_scores(WIKIPEDIA, [], [], ABOUT)
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


Inputs = tuple[Path, Path, list[DataSet], UnlabelledTraffic]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("inputs")
    sets = [
        write_set(folder, "tiny", DataSetUse.TRAIN),
        write_set(folder, LOW_RATE_SET, DataSetUse.EVALUATE),
    ]
    (folder / "base").mkdir()
    return folder, write_base_model(folder / "base"), sets, write_traffic(folder)


def run(inputs: Inputs, out: Path, seed: int = 1, weights: Path | None = None) -> TrainingReport:
    data, base, sets, traffic = inputs
    return train_model(
        data,
        out,
        epochs=1,
        limit_rows=LIMIT,
        seed=seed,
        base_model=base,
        progress=lambda _: None,
        catalogue=sets,
        weights=weights,
        traffic=[traffic],
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
    assert set(parity) == ({"int8", "bf16"} if has_bf16() else {"int8"})
    if has_bf16():
        assert 0.0 < parity["bf16"].largest != parity["int8"].largest


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


@pytest.fixture
def unlabelled(inputs: Inputs, tmp_path: Path) -> tuple[Inputs, Split]:
    """A set without labels by people, which only a teacher scores, and its split."""
    query = QUERY.replace("toxic AS", "NULL AS") % REDDIT.scored
    sets = [
        write_set(tmp_path, "tiny", DataSetUse.TRAIN),
        replace(write_set(tmp_path, REDDIT.scored, DataSetUse.TRAIN), query=query),
        write_set(tmp_path, LOW_RATE_SET, DataSetUse.EVALUATE),
    ]
    rows = [row for each in sets[:2] for row in read_set(tmp_path, each, sets)] + own_examples()
    given = (tmp_path, inputs[1], sets, write_traffic(tmp_path))
    return given, split_examples(take_rows(rows, LIMIT))


def texts_of(rows: Sequence[Example]) -> list[str]:
    return [row.text for row in rows if row.source == REDDIT.scored]


def test_rows_nobody_labelled_are_learnt_as_the_teacher_scores_them(
    unlabelled: tuple[Inputs, Split], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.training.fitting.loop import refine

    given, split = unlabelled
    texts = texts_of(split.train)
    knows = gather_scores(REDDIT, texts, [(0.9, 0.1)] * len(texts), ABOUT)
    learnt: list[Example] = []

    def spied(network: Any, rows: Any, *more: Any, **named: Any) -> None:
        learnt.extend(rows.examples)
        refine(network, rows, *more, **named)

    monkeypatch.setattr("core.training.run.read_all_scores", lambda: (knows, SILENT))
    monkeypatch.setattr("core.training.fitting.loop.refine", spied)
    report = run(given, tmp_path / "out")
    found = [row.targets for row in learnt if row.source == REDDIT.scored]
    assert found == [(0.9, None, None, None, 0.1)] * len(texts)
    reddit, wikipedia = report.teachers
    assert report.refining_rows == len(learnt) > len(texts) > 100
    assert (reddit.learnt_rows, reddit.scored_rows) == (0, len(texts))
    assert (wikipedia.learnt_rows, wikipedia.scored_rows) == (0, 0)


@pytest.mark.parametrize(("lacks", "knows"), [(1, 0), (0, 2)])
def test_a_teacher_of_other_files_or_of_held_out_comments_is_refused(
    unlabelled: tuple[Inputs, Split],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lacks: int,
    knows: int,
) -> None:
    given, split = unlabelled
    texts = [*texts_of(split.train)[lacks:], *texts_of(split.val)[:knows]]
    scores = gather_scores(REDDIT, texts, [(0.9, 0.1)] * len(texts), ABOUT)
    monkeypatch.setattr("core.training.run.read_all_scores", lambda: (SILENT, scores))
    said = (
        f"scores of cad_reddit lack {lacks} comments of the training side and know {knows} "
        "held-out ones"
    )
    with pytest.raises(InvalidInput, match=said):
        run(given, tmp_path / "out")
    assert not (tmp_path / "out" / WEIGHTS_FILE).exists()


def test_a_text_that_was_learnt_measures_nothing(
    trained: tuple[TrainingReport, Path], inputs: Inputs
) -> None:
    data, _, sets, _ = inputs
    rows = read_set(data, sets[0], sets) + own_examples()
    learnt = {row.text for row in split_examples(take_rows(rows, LIMIT)).train}
    whole = [row for row in read_set(data, sets[1], sets) if row.text not in learnt]
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
    assert manifest.thresholds == {Label(each.label): each.band for each in report.bands}
    assert set(manifest.thresholds) == set(MODEL_LABELS)
    for band in manifest.thresholds.values():
        assert 0 < band.hold < band.remove < 1
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
    _, base, sets, _ = inputs
    with pytest.raises(DataFileMismatch, match=r"tiny/tiny\.parquet is missing"):
        train_model(tmp_path, tmp_path / "out", base_model=base, catalogue=sets)
    assert not (tmp_path / "out" / MANIFEST_FILE).exists()


@pytest.mark.parametrize(("epochs", "limit"), [(0, None), (1, 3)])
def test_a_run_of_nothing_is_refused(tmp_path: Path, epochs: int, limit: int | None) -> None:
    with pytest.raises(InvalidInput):
        train_model(tmp_path, tmp_path / "out", epochs=epochs, limit_rows=limit)
