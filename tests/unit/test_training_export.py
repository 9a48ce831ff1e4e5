"""Export: every file of the model folder gives the same scores on every runtime."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.inference.batching.padding import padded
from core.inference.local.standard_network import standard_classifier
from core.inference.local.torch_network import TorchNetwork
from core.inference.manifest import GRAPH_FILE, INT8_FILE, PACKED_FILE
from core.inference.pooling import Pooling
from core.training.data.datasets import MODEL_LABELS
from tests.unit import small_export
from tests.unit.small_export import (
    RUNTIMES,
    export,
    random_ids,
    reference,
    scores,
    sigmoid,
    small_network,
    trained,
)

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")
onnx = pytest.importorskip("onnx", reason="training needs the [train] extra")

from transformers import BertConfig  # noqa: E402

from core.training.export.files import export_model  # noqa: E402
from core.training.fitting.logits import network_logits  # noqa: E402
from core.training.fitting.network import Classifier  # noqa: E402

pytestmark = pytest.mark.training

# pytest finds a fixture by its name in this module.
base = small_export.base
pooling = small_export.pooling
folder = small_export.folder

NEAR = {Pooling.FIRST: 1e-5, Pooling.MEAN: 2e-3}
"""How near the standard class comes to the network."""


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_graph_scores_as_the_network_does(folder: Path, runtime: str) -> None:
    ids = random_ids(40, seed=9)
    expected = reference(folder, ids)
    assert expected.std(axis=0).min() > 0.01
    assert np.abs(scores(folder, GRAPH_FILE, ids, runtime) - expected).max() < 1e-5


def test_the_weights_stay_near_those_that_were_trained(folder: Path, pooling: Pooling) -> None:
    ids = random_ids(200, seed=9)
    apart = np.abs(reference(folder, ids) - trained(pooling, ids))
    assert apart.mean() < 0.01
    assert np.quantile(apart, 0.99) < 0.05


def test_torch_runs_the_weights_as_a_standard_class(folder: Path, pooling: Pooling) -> None:
    ids = random_ids(100, seed=9)
    found = sigmoid(TorchNetwork(str(folder / PACKED_FILE), "fp32"), ids)
    assert np.abs(found - reference(folder, ids)).max() < NEAR[pooling]


def standard_of(network: Classifier) -> object:
    """As a folder for servers of Hugging Face models has it, in fp16."""
    state = {
        name.replace("encoder.", "bert.", 1): value
        for name, value in network.model.state_dict().items()
    }
    layers = network.model.config.num_hidden_layers + 1
    config = BertConfig(**{**network.model.config.to_dict(), "num_hidden_layers": layers})
    return standard_classifier(config, state, Pooling.MEAN).half().float()


def test_the_standard_class_holds_for_logits_of_any_size() -> None:
    network = small_network(Pooling.MEAN).half().float()
    ids = random_ids(60, seed=9)
    for size in (0.1, 10.0, 2.0):
        network.model.classifier.weight.data *= size
        network.model.classifier.bias.data += 0.5
        standard = Classifier(standard_of(network))
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


@pytest.mark.parametrize(("name", "most"), [(GRAPH_FILE, 50), (INT8_FILE, 6_000)])
def test_the_weights_are_stored_once(folder: Path, pooling: Pooling, name: str, most: int) -> None:
    graph = onnx.load(folder / name, load_external_data=False).graph
    inside = [each for each in graph.initializer if not each.external_data]
    beside = [each for each in graph.initializer if each.external_data]
    assert sum(int(np.prod(each.dims)) for each in inside) < most
    assert {entry.value for each in beside for entry in each.external_data[:1]} == {PACKED_FILE}
    assert (folder / PACKED_FILE).stat().st_size < {Pooling.FIRST: 230_000, Pooling.MEAN: 160_000}[
        pooling
    ]


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


def test_the_configuration_says_how_labels_are_read(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["problem_type"] == "multi_label_classification"
    assert list(config["id2label"].values()) == list(MODEL_LABELS)
