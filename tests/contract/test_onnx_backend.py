"""The shipped model through its backend: what anybody who scores may rely on."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import ModelNotUsable
from core.inference.base import Activation, ErrorKind
from core.inference.local.onnx import SHIPPED_MODEL, OnnxBackend
from core.inference.manifest import MANIFEST_FILE, MODEL_FILE, TOKENIZER_FILE, read_manifest
from core.inference.padding import padded
from core.moderation.scores import Label
from core.training.probes import ABUSIVE, BENIGN

"""None was measured on one machine; kernels may sum in another order elsewhere."""


@pytest.fixture(scope="module")
def backend() -> OnnxBackend:
    shipped = OnnxBackend()
    shipped.load()
    return shipped


def toxicity(backend: OnnxBackend, text: str) -> float:
    return backend.score([text]).results[0].scores[Label.TOXICITY]


def test_info_is_known_before_load_and_says_what_is_not_assessed() -> None:
    info = OnnxBackend(name="shipped").info
    assert info.name == "shipped"
    assert info.model_version == "minilm-toxicity-1"
    assert info.activation is Activation.SIGMOID
    assert set(Label) - set(info.labels) == {Label.SEVERE_TOXICITY}
    assert (info.runtime, info.precision, info.location) == ("onnxruntime", "int8", "in_process")


def test_results_keep_order_and_number(backend: OnnxBackend) -> None:
    texts = ["You are a worthless idiot " * (n % 4 + 1) if n % 3 else f"hi {n}" for n in range(50)]
    results = backend.score(texts).results
    assert len(results) == 50
    for n in (0, 1, 2, 30, 49):
        alone = backend.score([texts[n]]).results[0].scores
        assert results[n].scores == alone
        assert (results[n].scores[Label.INSULT] > 0.5) is bool(n % 3)


def test_nothing_in_nothing_out(backend: OnnxBackend) -> None:
    assert backend.score([]).results == ()


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\ud800", "\x00", "\U0001f921" * 50, "&" * 100, "日本語のコメント"]
)
def test_any_string_is_scored(backend: OnnxBackend, text: str) -> None:
    result = backend.score([text]).results[0]
    assert result.error is None
    assert all(0.0 <= score <= 1.0 for score in result.scores.values())


def test_a_megabyte_is_cut_and_counted(backend: OnnxBackend) -> None:
    batch = backend.score(["short", "word " * 210_000, "<b>" * 350_000])
    assert batch.call.truncated_count == 2
    assert batch.call.tokens is not None
    assert batch.call.tokens < 300
    assert batch.call.total_ms < 20_000


def test_the_call_tells_its_phases(backend: OnnxBackend) -> None:
    call = backend.score(["one", "two words"]).call
    assert call.tokens == 3 + 4
    assert call.tokenize_ms is not None
    assert call.compute_ms is not None
    assert call.total_ms == pytest.approx(call.tokenize_ms + call.compute_ms)
    assert call.truncated_count == 0


def test_threads_may_share_it(backend: OnnxBackend) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: toxicity(backend, text), ["you idiot"] * 12))
    assert len(set(found)) == 1


def test_it_opens_again_after_close() -> None:
    backend = OnnxBackend(threads=1)
    assert backend.health() is None
    backend.close()
    assert backend.health() is None


@pytest.mark.parametrize("text", BENIGN)
def test_plain_sentences_are_not_removed(backend: OnnxBackend, text: str) -> None:
    bands = backend.manifest.thresholds
    scores = backend.score([text]).results[0].scores
    assert all(score < bands[label].remove for label, score in scores.items())


def test_abuse_ranks_above_plain_sentences(backend: OnnxBackend) -> None:
    benign = sorted(toxicity(backend, text) for text in BENIGN)
    abusive = sorted(toxicity(backend, text) for text in ABUSIVE)
    assert abusive[len(abusive) // 2] > benign[-2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED_MODEL, tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_changed_file_is_named_and_refused(copy: Path, name: str) -> None:
    with (copy / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelNotUsable, match=f"{name} differs from its manifest") as caught:
        OnnxBackend(copy).load()
    assert caught.value.kind == ErrorKind.MODEL
    assert name in (OnnxBackend(copy).health() or "")


def test_a_missing_file_is_named_and_refused(copy: Path) -> None:
    (copy / MODEL_FILE).unlink()
    with pytest.raises(ModelNotUsable, match=f"{MODEL_FILE} is missing"):
        OnnxBackend(copy).load()


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable, match=MANIFEST_FILE):
        _ = OnnxBackend(tmp_path).info


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("schema", 99, "schema is 99"),
        ("labels", ["kindness"], "kindness"),
        ("text_form", "other", "text form 'other'"),
        ("files", None, "manifest of schema"),
    ],
)
def test_a_manifest_that_cannot_be_followed_is_refused(
    copy: Path, field: str, value: object, words: str
) -> None:
    content = json.loads((copy / MANIFEST_FILE).read_text(encoding="utf-8"))
    (copy / MANIFEST_FILE).write_text(json.dumps({**content, field: value}), encoding="utf-8")
    with pytest.raises(ModelNotUsable, match=words):
        read_manifest(copy)


def test_a_file_that_is_no_network_is_refused(copy: Path) -> None:
    import hashlib

    (copy / MODEL_FILE).write_bytes(b"no network")
    content = json.loads((copy / MANIFEST_FILE).read_text(encoding="utf-8"))
    content["files"][MODEL_FILE] = hashlib.sha256(b"no network").hexdigest()
    (copy / MANIFEST_FILE).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelNotUsable, match="can't open"):
        OnnxBackend(copy).load()


def test_the_manifest_reads_back_as_written() -> None:
    text = (SHIPPED_MODEL / MANIFEST_FILE).read_text(encoding="utf-8")
    assert read_manifest(SHIPPED_MODEL).as_json() == text


def test_padding_reaches_the_longest_row_only() -> None:
    tokens, mask = padded([[7, 8, 9], [7]], pad_id=0)
    assert tokens.tolist() == [[7, 8, 9], [7, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
