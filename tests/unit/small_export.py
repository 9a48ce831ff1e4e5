"""A small network that nobody trained, exported as the shipped one is."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from core.inference.base import Activation
from core.inference.batching.padding import padded
from core.inference.local.network import Network, activate
from core.inference.local.onnx_network import OnnxNetwork
from core.inference.local.openvino_network import OpenVinoNetwork
from core.inference.manifest import TOKENIZER_FILE
from core.training.data.datasets import MODEL_LABELS

torch = pytest.importorskip("torch", reason="training needs the [train] extra")
transformers = pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")

from core.inference.pooling import Pooling  # noqa: E402
from core.training.export.files import export_model  # noqa: E402
from core.training.fitting.logits import network_logits  # noqa: E402
from core.training.fitting.network import Classifier, MeanClassifier  # noqa: E402
from core.training.site.head import pooling_of  # noqa: E402
from core.training.site.tuning import read_network  # noqa: E402

WORDS = tuple(f"w{number}" for number in range(60))
RUNTIMES = ("openvino", "onnx")
MATRICES = {Pooling.FIRST: 2 * 6 + 2, Pooling.MEAN: 3 * 6}
"""In int8: all of three layers; of a last one whose first token alone is read, key and value."""


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


def trained(pooling: Pooling, ids: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Scores by the network that was exported, before its weights were rounded."""
    return 1 / (1 + np.exp(-network_logits(small_network(pooling), ids, threads=1)))


def reference(folder: Path, ids: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Scores by the weights of an exported folder, in torch and without an added layer."""
    network = read_network(folder, pooling_of(folder))
    return 1 / (1 + np.exp(-network_logits(network, ids, threads=1)))


def scores(folder: Path, name: str, ids: Sequence[Sequence[int]], runtime: str) -> NDArray:
    """By one file and one runtime, all in fp32 that is not int8."""
    if runtime == "openvino":
        network: Network = OpenVinoNetwork(folder / name, "fp32")
    else:
        network = OnnxNetwork(folder / name)
    return sigmoid(network, ids)


def sigmoid(network: Network, ids: Sequence[Sequence[int]]) -> NDArray:
    return activate(network.logits(*padded(ids, 0, width=32)), Activation.SIGMOID)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("export") / "base")


@pytest.fixture(scope="module", params=list(Pooling))
def pooling(request: pytest.FixtureRequest) -> Pooling:
    return request.param


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, base: Path, pooling: Pooling) -> Path:
    return export(tmp_path_factory.mktemp("exported") / "model", base, pooling)
