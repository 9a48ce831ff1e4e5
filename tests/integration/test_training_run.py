"""A whole run on a handful of rows: train, export, quantise, document, load, score."""

import itertools
import shutil
from pathlib import Path

import duckdb
import pytest

from core.errors import DataFileMismatch, InvalidInput
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.manifest import (
    CARD_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    read_manifest,
    verify_model_files,
)
from core.moderation.scores import Label
from core.training.card import rewrite_card
from core.training.catalogue import DataSet, Use
from core.training.datasets import MODEL_LABELS, sha256_of
from core.training.model_card import PLOT_FILE, model_card
from core.training.report import REPORT_FILE, TrainingReport, read_report
from core.training.run import WEIGHTS_FILE, train_model
from core.training.thresholds import HOLD_PRECISION
from core.training.traffic import Traffic

torch = pytest.importorskip("torch", reason="training needs the [train] extra")
transformers = pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")
# The graph exporter and the quantiser warn about themselves; neither is ours to fix.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

WORDS = "you are a bad good idiot nice dog cat i will kill the process this damn compiler thanks"
# Many beside the project's own examples, so that a small limit takes of both.
ROWS = [
    (" ".join(words), int("idiot" in words or "bad" in words))
    for words in itertools.product(WORDS.split(), repeat=3)
]
QUERY = """SELECT text, [text] AS keys, 1.0 AS weight, toxic AS toxicity, NULL AS obscene,
 NULL AS threat, toxic AS insult, NULL AS identity_attack FROM '{%s}'"""


def write_set(folder: Path, name: str, use: Use) -> DataSet:
    path = folder / name / f"{name}.parquet"
    path.parent.mkdir(parents=True)
    values = ", ".join(f"('{text}', {toxic})" for text, toxic in ROWS)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) t(text, toxic)) TO '{path}'")
    return DataSet(name, sha256_of(path), "CC0 1.0", "this test", use, "a test", QUERY % name)


def write_traffic(folder: Path) -> Traffic:
    path = folder / "site.parquet"
    values = ", ".join(f"('a dog {n}')" for n in range(40))
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) t(text)) TO '{path}'")
    query = """SELECT text, [text] AS keys, 1.0 AS weight, NULL AS toxicity, NULL AS obscene,
 NULL AS threat, NULL AS insult, NULL AS identity_attack FROM '{site}'"""
    made = ("site", sha256_of(path), "CC0 1.0", "this test", Use.EVALUATE, "a test", query)
    return Traffic(*made, below="site.parquet")


def write_base_model(folder: Path) -> Path:
    """An untrained two-layer encoder and a tokenizer that knows the words of this file."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", *dict.fromkeys(WORDS.split())]
    ids = {word: number for number, word in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    transformers.BertModel(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


Inputs = tuple[Path, Path, list[DataSet], Traffic]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("inputs")
    sets = [
        write_set(folder, "tiny", Use.TRAIN),
        write_set(folder, "wiki_context_gn", Use.EVALUATE),
    ]
    (folder / "base").mkdir()
    return folder, write_base_model(folder / "base"), sets, write_traffic(folder)


def run(inputs: Inputs, out: Path, seed: int = 1, weights: Path | None = None) -> TrainingReport:
    data, base, sets, traffic = inputs
    return train_model(
        data,
        out,
        epochs=1,
        limit_rows=700,
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
    backend = choose_local(LocalChoice(backend="onnx", model=str(trained[1])))
    texts = ["you are nice", "idiot", "", "this damn compiler " * 200]
    batch = backend.score(texts)
    assert batch.call.truncated_count == 1
    for text, result in zip(texts, batch.results, strict=True):
        alone = backend.score([text]).results[0].scores
        assert tuple(result.scores) == MODEL_LABELS
        assert result.scores == alone


def test_int8_stays_near_the_reference(trained: tuple[TrainingReport, Path]) -> None:
    parity = trained[0].parity
    assert parity.rows > 10
    assert parity.largest < 0.05
    assert "int8 differs from the reference" in trained[0].summary


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
