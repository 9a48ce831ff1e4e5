"""A whole training run on a few rows: train, export, quantise, document, load, score."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidInput
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.manifest import (
    CARD_FILE,
    GRAPH_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    PACKED_FILE,
    PLOT_FILE,
    TOKENIZER_FILE,
    read_manifest,
    verify_model_files,
)
from core.inference.pooling import Pooling
from core.moderation.scores import Label
from core.training.card.files import rewrite_card
from core.training.card.model_card import model_card
from core.training.data.batches import encode, load_tokenizer
from core.training.data.datasets import MODEL_LABELS, read_set, sha256_of
from core.training.data.own_examples import own_examples
from core.training.data.split import split_examples
from core.training.evaluation.report import REPORT_FILE, TrainingReport, read_report
from core.training.evaluation.scoring import has_bf16
from core.training.evaluation.thresholds import HOLD_PRECISION
from core.training.run import CHECKPOINT_FILE, WEIGHTS_FILE
from tests.integration import tiny_training
from tests.integration.tiny_training import (
    LOW_RATE_SET,
    ROWS,
    SETTINGS,
    Inputs,
    run,
)

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

# pytest finds a fixture by its name in this module.
without_the_longest_texts = tiny_training.without_the_longest_texts
inputs = tiny_training.inputs


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


def test_a_cut_run_goes_on_and_gives_the_files_of_an_uncut_one(
    trained: tuple[TrainingReport, Path], inputs: Inputs, tmp_path: Path
) -> None:
    def cut(line: str) -> None:
        if line.startswith(f"epoch 1 of {SETTINGS.epochs} done"):
            raise KeyboardInterrupt

    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path, progress=cut)
    with pytest.raises(
        InvalidInput, match="is of another run \\(seed was 1, is 2; other first weights\\)"
    ):
        run(inputs, tmp_path, seed=2)
    run(inputs, tmp_path, progress=said.append)
    assert f"goes on after epoch 1 of {SETTINGS.epochs}" in said
    for name in (MODEL_FILE, GRAPH_FILE, PACKED_FILE):
        assert (tmp_path / name).read_bytes() == (trained[1] / name).read_bytes()


def test_another_seed_gives_another_model(
    trained: tuple[TrainingReport, Path], inputs: Inputs, tmp_path: Path
) -> None:
    import torch

    def stop_once_learnt(_: str) -> None:
        if (tmp_path / WEIGHTS_FILE).exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path, seed=2, progress=stop_once_learnt)
    one, other = (
        torch.load(folder / WEIGHTS_FILE, weights_only=True)["model"]
        for folder in (trained[1], tmp_path)
    )
    assert one.keys() == other.keys()
    assert not all(torch.equal(values, other[name]) for name, values in one.items())


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
