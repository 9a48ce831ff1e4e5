"""A whole run on a handful of rows: train, export, quantise, document, load, score."""

from pathlib import Path

import duckdb
import pytest

from core.errors import DataFileMismatch, InvalidInput
from core.inference.local.onnx import OnnxBackend
from core.inference.manifest import CARD_FILE, MANIFEST_FILE, MODEL_FILE, read_manifest
from core.moderation.scores import Label
from core.training.catalogue import DataSet, Use
from core.training.datasets import MODEL_LABELS, sha256_of
from core.training.report import TrainingReport
from core.training.run import train_model

torch = pytest.importorskip("torch", reason="training needs the [train] extra")
transformers = pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")
# The graph exporter and the quantiser warn about themselves; neither is ours to fix.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

WORDS = "you are a bad good idiot nice dog cat i will kill the process this damn compiler thanks"
ROWS = [
    (f"{w} {v}", int("idiot" in (w, v))) for w in WORDS.split() for v in ("idiot", "nice", "dog")
]
QUERY = """SELECT text, [text] AS keys, 1.0 AS weight, toxic AS toxicity, NULL AS obscene,
 NULL AS threat, toxic AS insult, NULL AS identity_attack FROM '{%s}'"""


def write_set(folder: Path, name: str, use: Use) -> DataSet:
    path = folder / name / f"{name}.parquet"
    path.parent.mkdir(parents=True)
    values = ", ".join(f"('{text}', {toxic})" for text, toxic in ROWS)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) t(text, toxic)) TO '{path}'")
    return DataSet(name, sha256_of(path), "CC0 1.0", "this test", use, "a test", QUERY % name)


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


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[DataSet]]:
    folder = tmp_path_factory.mktemp("inputs")
    sets = [
        write_set(folder, "tiny", Use.TRAIN),
        write_set(folder, "wiki_context_gn", Use.EVALUATE),
    ]
    (folder / "base").mkdir()
    return folder, write_base_model(folder / "base"), sets


def run(inputs: tuple[Path, Path, list[DataSet]], out: Path, seed: int = 1) -> TrainingReport:
    data, base, sets = inputs
    return train_model(
        data,
        out,
        epochs=1,
        limit_rows=150,
        seed=seed,
        base_model=base,
        progress=lambda _: None,
        catalogue=sets,
    )


@pytest.fixture(scope="module")
def trained(
    inputs: tuple[Path, Path, list[DataSet]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[TrainingReport, Path]:
    out = tmp_path_factory.mktemp("out")
    return run(inputs, out), out


def test_the_folder_loads_and_scores_in_order(trained: tuple[TrainingReport, Path]) -> None:
    backend = OnnxBackend(trained[1])
    texts = ["you are nice", "idiot", "", "this damn compiler " * 200]
    batch = backend.score(texts)
    assert batch.call.truncated_count == 1
    for text, result in zip(texts, batch.results, strict=True):
        alone = backend.score([text]).results[0].scores
        assert tuple(result.scores) == MODEL_LABELS
        assert result.scores == alone


def test_int8_stays_near_fp32(trained: tuple[TrainingReport, Path]) -> None:
    parity = trained[0].parity
    assert parity.rows > 10
    assert parity.largest < 0.05
    assert "int8 differs from fp32" in trained[0].summary


def test_the_same_seed_gives_the_same_files(
    trained: tuple[TrainingReport, Path],
    inputs: tuple[Path, Path, list[DataSet]],
    tmp_path: Path,
) -> None:
    run(inputs, tmp_path / "again")
    run(inputs, tmp_path / "other", seed=2)
    first = sha256_of(trained[1] / MODEL_FILE)
    assert sha256_of(tmp_path / "again" / MODEL_FILE) == first
    assert sha256_of(tmp_path / "other" / MODEL_FILE) != first


def test_manifest_and_card_say_what_is_not_assessed(trained: tuple[TrainingReport, Path]) -> None:
    manifest = read_manifest(trained[1])
    card = (trained[1] / CARD_FILE).read_text(encoding="utf-8")
    assert manifest.not_assessed == (Label.SEVERE_TOXICITY,)
    assert "Not assessed: `severe_toxicity`" in card
    assert sha256_of(trained[1] / CARD_FILE) == manifest.files[CARD_FILE]
    assert set(manifest.thresholds) == set(MODEL_LABELS)
    for band in manifest.thresholds.values():
        assert 0 < band.hold < band.remove < 1


def test_a_changed_data_file_stops_the_run_before_anything_is_written(
    inputs: tuple[Path, Path, list[DataSet]], tmp_path: Path
) -> None:
    _, base, sets = inputs
    with pytest.raises(DataFileMismatch, match=r"tiny/tiny\.parquet is missing"):
        train_model(tmp_path, tmp_path / "out", base_model=base, catalogue=sets)
    assert not (tmp_path / "out" / MANIFEST_FILE).exists()


@pytest.mark.parametrize(("epochs", "limit"), [(0, None), (1, 3)])
def test_a_run_of_nothing_is_refused(tmp_path: Path, epochs: int, limit: int | None) -> None:
    with pytest.raises(InvalidInput):
        train_model(tmp_path, tmp_path / "out", epochs=epochs, limit_rows=limit)
