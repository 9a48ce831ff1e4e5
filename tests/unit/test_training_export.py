"""Export: every file of the model folder gives the same scores on every runtime."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from core.errors import BackendError
from core.inference.base import Activation, BatchResult, CallMetadata, ErrorKind, TextResult
from core.inference.batching.padding import padded
from core.inference.local.backend import LocalBackend
from core.inference.local.network import Network, activate
from core.inference.local.onnx_network import OnnxNetwork
from core.inference.local.openvino_network import OpenVinoNetwork
from core.inference.local.torch_network import TorchNetwork
from core.inference.manifest import (
    GRAPH_FILE,
    INT8_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
)
from core.inference.text.form import readings
from core.inference.windows import READ_CHARS, cut_windows, token_rule
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.scoring import ExportedNetwork

torch = pytest.importorskip("torch", reason="training needs the [train] extra")
transformers = pytest.importorskip("transformers", reason="training needs the [train] extra")
onnx = pytest.importorskip("onnx", reason="training needs the [train] extra")

from core.training.export.files import export_model  # noqa: E402
from core.training.export.shipping import describe  # noqa: E402
from core.training.export.standard import as_sequence_classifier  # noqa: E402
from core.training.fitting.logits import network_logits  # noqa: E402
from core.training.fitting.network import Classifier, MeanClassifier  # noqa: E402
from core.training.settings import Pooling, TrainSettings  # noqa: E402
from tests.integer_arithmetic import (  # noqa: E402
    MOST,
    exact_scores,
    int8_matrices,
    numpy_helper,
    take_seven_bits,
)

pytestmark = pytest.mark.training

WORDS = tuple(f"w{number}" for number in range(60))
WINDOWED = TrainSettings(max_tokens=40)
RUNTIMES = ("openvino", "onnx")
MATRICES = {Pooling.FIRST: 2 * 6 + 2, Pooling.MEAN: 3 * 6}
"""In int8: all of three layers; of a last one whose first token alone is read, key and value."""
NEAR = {Pooling.FIRST: 1e-5, Pooling.MEAN: 2e-3}
"""How near the folder that transformers reads comes to the graphs."""


def small_network(pooling: Pooling, seed: int = 3) -> Classifier:
    torch.manual_seed(seed)
    config = transformers.BertConfig(
        vocab_size=len(WORDS) + 4,
        hidden_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=64,
        initializer_range=0.2,
        id2label=dict(enumerate(map(str, MODEL_LABELS))),
        label2id={str(label): number for number, label in enumerate(MODEL_LABELS)},
        problem_type="multi_label_classification",
    )
    if pooling is Pooling.FIRST:
        network = Classifier(transformers.BertForSequenceClassification(config).eval())
        encoder = network.model.bert
    else:
        encoder = transformers.BertModel(config, add_pooling_layer=False)
        network = Classifier(MeanClassifier(encoder).eval())
        # The mean is quieter than a token.
        network.model.classifier.weight.data *= 3
    # Some channels are far louder than the others, as in a trained encoder.
    for layer in encoder.encoder.layer:
        layer.output.LayerNorm.weight.data[:2] *= 4
    return network


def write_base(folder: Path) -> Path:
    folder.mkdir()
    names = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", *WORDS)
    ids = {name: number for number, name in enumerate(names)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tokenizer.save(str(folder / TOKENIZER_FILE))
    return folder


def random_ids(rows: int, seed: int) -> list[list[int]]:
    chance = np.random.default_rng(seed)
    return [
        [1, *chance.integers(4, len(WORDS) + 4, size=chance.integers(1, 30)).tolist(), 2]
        for _ in range(rows)
    ]


def text_of(ids: Sequence[int]) -> str:
    return " ".join(WORDS[each - 4] for each in ids[1:-1])


def export(folder: Path, base: Path, pooling: Pooling, seed: int = 1) -> Path:
    folder.mkdir()
    export_model(small_network(pooling), base, folder, calibration=random_ids(150, seed))
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("export") / "base")


@pytest.fixture(scope="module", params=list(Pooling))
def pooling(request: pytest.FixtureRequest) -> Pooling:
    return request.param


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, base: Path, pooling: Pooling) -> Path:
    return export(tmp_path_factory.mktemp("exported") / "model", base, pooling)


@pytest.fixture(scope="module")
def seven_bits(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with 7-bit weights, which scores the same on every processor."""
    copy = shutil.copytree(folder, tmp_path_factory.mktemp("seven_bits") / "model")
    take_seven_bits(copy / INT8_FILE)
    return copy


def reference(pooling: Pooling, ids: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Scores by the network that was exported, rounded as its weights are stored."""
    network = small_network(pooling).half().float()
    return 1 / (1 + np.exp(-network_logits(network, ids, threads=1)))


def by_transformers(folder: Path, ids: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Scores by transformers from the folder, one comment at a time."""
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    assert model.dtype is torch.float32
    with torch.inference_mode():
        found = [model(torch.tensor([row])).logits[0].sigmoid().numpy() for row in ids]
    return np.array(found, dtype=np.float64)


def scores(folder: Path, name: str, ids: Sequence[Sequence[int]], runtime: str) -> NDArray:
    """By one file and one runtime, all in fp32 that is not int8."""
    if runtime == "openvino":
        network: Network = OpenVinoNetwork(folder / name, "fp32")
    else:
        network = OnnxNetwork(folder / name)
    return sigmoid(network, ids)


def sigmoid(network: Network, ids: Sequence[Sequence[int]]) -> NDArray:
    return activate(network.logits(*padded(ids, 0, width=32)), Activation.SIGMOID)


def exported(folder: Path, backend: str, precision: str) -> ExportedNetwork:
    return ExportedNetwork(folder, describe(folder, WINDOWED), backend, precision)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_graph_scores_as_the_network_does(folder: Path, pooling: Pooling, runtime: str) -> None:
    ids = random_ids(40, seed=9)
    expected = reference(pooling, ids)
    assert expected.std(axis=0).min() > 0.01
    assert np.abs(scores(folder, GRAPH_FILE, ids, runtime) - expected).max() < 1e-5


def test_transformers_reads_the_folder_as_a_standard_class(folder: Path, pooling: Pooling) -> None:
    ids = random_ids(100, seed=9)
    expected = reference(pooling, ids)
    assert np.abs(by_transformers(folder, ids) - expected).max() < NEAR[pooling]
    padded_together = sigmoid(TorchNetwork(str(folder), "fp32"), ids)
    assert np.abs(padded_together - expected).max() < NEAR[pooling]


def test_the_standard_class_holds_for_logits_of_any_size() -> None:
    network = small_network(Pooling.MEAN).half().float()
    ids = random_ids(60, seed=9)
    for size in (0.1, 10.0, 2.0):
        network.model.classifier.weight.data *= size
        network.model.classifier.bias.data += 0.5
        standard = Classifier(as_sequence_classifier(network.model).half().float())
        expected, found = (network_logits(each, ids, threads=1) for each in (network, standard))
        apart = 1 / (1 + np.exp(-found)) - 1 / (1 + np.exp(-expected))
        assert np.abs(apart).max() < NEAR[Pooling.MEAN]
    assert np.abs(expected).max() > 8


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_attention_louder_than_any_trained_still_gives_numbers(
    tmp_path: Path, base: Path, pooling: Pooling, runtime: str
) -> None:
    network = small_network(pooling)
    encoder = network.model.bert if pooling is Pooling.FIRST else network.model.encoder
    for layer in encoder.encoder.layer:
        layer.attention.self.query.weight.data *= 300
    export_model(network, base, tmp_path, calibration=random_ids(20, seed=1))
    assert np.isfinite(scores(tmp_path, GRAPH_FILE, random_ids(40, seed=9), runtime)).all()


@pytest.mark.parametrize(("name", "most"), [(GRAPH_FILE, 50), (INT8_FILE, 110_000)])
def test_the_weights_are_stored_once(folder: Path, name: str, most: int) -> None:
    graph = onnx.load(folder / name, load_external_data=False).graph
    inside = [each for each in graph.initializer if not each.external_data]
    beside = [each for each in graph.initializer if each.external_data]
    assert sum(int(np.prod(each.dims)) for each in inside) < most
    assert {entry.value for each in beside for entry in each.external_data[:1]} == {WEIGHTS_FILE}


@pytest.mark.rounding
def test_int8_stays_near_the_reference(folder: Path, pooling: Pooling) -> None:
    ids = random_ids(100, seed=5)
    apart = np.abs(exact_scores(folder / INT8_FILE, ids) - reference(pooling, ids))
    assert apart.mean() < 0.025
    assert np.quantile(apart, 0.99) < 0.12


@pytest.mark.rounding
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_int8_runs_as_its_file_says(seven_bits: Path, pooling: Pooling, runtime: str) -> None:
    ids = random_ids(100, seed=5)
    expected = exact_scores(seven_bits / INT8_FILE, ids)
    apart = np.abs(scores(seven_bits, INT8_FILE, ids, runtime) - expected)
    # A value on the edge between two steps may fall to either side: a few scores move a little.
    assert np.median(apart) < 1e-5
    assert apart.max() < 0.05
    assert np.abs(expected - reference(pooling, ids)).mean() < 0.025


@pytest.mark.rounding
def test_seven_bits_are_half_of_eight(folder: Path, seven_bits: Path, pooling: Pooling) -> None:
    whole, half = (int8_matrices(onnx.load(each / INT8_FILE)) for each in (folder, seven_bits))
    assert len(whole) == len(half) == MATRICES[pooling]
    for one, other in zip(whole, half, strict=True):
        eight, seven = (numpy_helper.to_array(each).astype(int) for each in (one, other))
        assert np.abs(eight).max() == 127
        assert np.abs(seven).max() <= MOST
        assert np.abs(eight - 2 * seven).max() <= 1


@pytest.mark.rounding
@pytest.mark.parametrize("name", [GRAPH_FILE, INT8_FILE])
def test_a_score_does_not_depend_on_its_batch(folder: Path, name: str) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / name, providers=["CPUExecutionProvider"])

    def logits(rows: Sequence[Sequence[int]], width: int) -> NDArray:
        tokens, mask = padded(rows, 0, width=width)
        return session.run(["logits"], {"input_ids": tokens, "attention_mask": mask})[0]

    ids = random_ids(12, seed=8)
    together = logits(ids, 64)
    alone = np.concatenate([logits([row], len(row)) for row in ids])
    apart = np.abs(together - alone)
    # int8: a value on the edge between two steps may fall to either side; a range taken from the
    # company would move every score.
    assert np.median(apart) < 1e-4
    assert apart.max() < (0.1 if name == INT8_FILE else 1e-4)


def test_the_large_layers_are_multiplied_in_int8(folder: Path, pooling: Pooling) -> None:
    graph = onnx.load(folder / INT8_FILE).graph
    kinds = {each.name: each.data_type for each in graph.initializer}
    whole = [name for name, kind in kinds.items() if kind == onnx.TensorProto.INT8]
    matrices = [name for name in whole if name.endswith("weight")]
    assert len(matrices) == MATRICES[pooling]


def test_the_same_input_gives_the_same_bytes(
    folder: Path, base: Path, pooling: Pooling, tmp_path: Path
) -> None:
    again = export(tmp_path / "again", base, pooling)
    other = export(tmp_path / "other", base, pooling, seed=2)
    names = sorted(path.name for path in folder.iterdir())
    assert sorted(path.name for path in again.iterdir()) == names
    for name in names:
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    assert (other / INT8_FILE).read_bytes() != (folder / INT8_FILE).read_bytes()


def test_the_pipeline_of_transformers_takes_the_folder(folder: Path, pooling: Pooling) -> None:
    pipeline = transformers.pipeline(
        "text-classification", str(folder), top_k=None, function_to_apply="sigmoid"
    )
    ids = random_ids(1, seed=4)
    found = {each["label"]: each["score"] for each in pipeline([text_of(ids[0])])[0]}
    expected = dict(zip(map(str, MODEL_LABELS), reference(pooling, ids)[0], strict=True))
    assert found == pytest.approx(expected, abs=NEAR[pooling])


def test_the_configuration_says_how_labels_are_read(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["problem_type"] == "multi_label_classification"
    assert list(config["id2label"].values()) == list(MODEL_LABELS)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_scores_come_in_input_order(folder: Path, runtime: str) -> None:
    texts = [text_of(each) for each in random_ids(40, seed=6)]
    network = exported(folder, runtime, "fp32")
    forth, back = network.score_texts(texts), network.score_texts(texts[::-1])
    assert np.abs(forth - back[::-1]).max() < 1e-5
    assert np.abs(forth - back).max() > 0.1


def test_a_long_text_has_the_highest_score_of_its_windows(folder: Path) -> None:
    """As in serving: nothing is cut away, and harmless parts do not dilute the others."""
    network = exported(folder, "openvino", "fp32")
    words = [WORDS[each] for each in np.random.default_rng(3).integers(0, len(WORDS), size=100)]
    (whole,) = network.score_texts([" ".join(words)])
    windows = cut_windows(len(words), token_rule(WINDOWED.window_tokens - 2, READ_CHARS))
    every = network.score_texts([" ".join(words[each.start : each.stop]) for each in windows])
    assert len(windows) > 2
    assert whole == pytest.approx(every.max(axis=0), abs=1e-5)
    assert (whole > every[0] + 1e-3).any()


def test_the_highest_score_of_all_readings_counts(folder: Path) -> None:
    network = exported(folder, "openvino", "fp32")
    text = "w1 <b w2 w3> w4"
    ways = readings(text)
    assert len(ways) == 2
    (found,) = network.score_texts([text])
    assert found == pytest.approx(network.score_texts(ways).max(axis=0), abs=1e-5)


def test_a_text_that_can_not_be_scored_stops_the_measuring(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = TextResult(error="not a score", error_kind=ErrorKind.BAD_SCORE)
    answer = BatchResult((failed,), CallMetadata(0.0))
    monkeypatch.setattr(LocalBackend, "score", lambda *_: answer)
    with pytest.raises(BackendError, match="not a score"):
        exported(folder, "openvino", "fp32").score_texts(["w1"])
