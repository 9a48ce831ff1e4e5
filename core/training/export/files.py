"""Exports trained weights to the shipped files. Imports torch and onnx; import it only to train."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from transformers import BertConfig

from core.inference.local.standard_network import standard_classifier
from core.inference.manifest import (
    CONFIG_FILE,
    GRAPH_FILE,
    INT8_FILE,
    PACKED_FILE,
    TOKENIZER_CONFIG_FILE,
    TOKENIZER_FILE,
)
from core.inference.pooling import Pooling
from core.training.export.graph import NetworkShape, classifier_graph
from core.training.export.packing import WORDS, rounded_rows, write_packed
from core.training.export.quantising import quantise_layers
from core.training.export.weights import Int8Weights, PackedWeights
from core.training.fitting.network import Classifier, MeanClassifier


def export_model(
    network: Classifier, base: Path, out_dir: Path, *, calibration: Sequence[Sequence[int]]
) -> None:
    """Writes weights, configuration, tokenizer and both graphs; the same input, the same bytes.

    The configuration is that of a standard BertForSequenceClassification whatever the pooling.
    `base` gives the tokenizer. `calibration` are token ids of comments like those that will be
    scored: some 300 fix the int8 ranges, and the biases that make up for rounded weights.
    """
    # A single thread sums in a fixed order.
    torch.set_num_threads(1)
    config, state, pooling = _taken_apart(network.eval().model)
    words = rounded_rows(state[WORDS])
    state[WORDS] = words[0] * words[1][:, None]
    model = standard_classifier(config, state, pooling)
    layers = quantise_layers(model, calibration, pooling)
    write_packed(out_dir / PACKED_FILE, state, words=words, layers=layers, pooling=pooling)
    _write_json(out_dir / CONFIG_FILE, _config_of(config))
    _copy_tokenizer(base, out_dir, config.max_position_embeddings)
    shape, labels = NetworkShape.of(config, pooling), config.num_labels
    exact = PackedWeights(out_dir / PACKED_FILE)
    _write_graph(classifier_graph(shape, exact, labels), out_dir / GRAPH_FILE)
    int8 = Int8Weights(layers, exact)
    _write_graph(classifier_graph(shape, int8, labels), out_dir / INT8_FILE)


def _taken_apart(model: Any) -> tuple[Any, dict[str, torch.Tensor], Pooling]:
    """The configuration of the standard class, and the weights in fp16 under its names."""
    state = {name: value.half().float() for name, value in model.state_dict().items()}
    config = model.config
    if not isinstance(model, MeanClassifier):
        return config, state, Pooling.FIRST
    config = BertConfig.from_dict(
        {**config.to_dict(), "num_hidden_layers": config.num_hidden_layers + 1}
    )
    named = {
        f"bert.{name.removeprefix('encoder.')}" if name.startswith("encoder.") else name: value
        for name, value in state.items()
    }
    return config, named, Pooling.MEAN


def _write_graph(graph: onnx.ModelProto, path: Path) -> None:
    onnx.save(graph, path)
    onnx.checker.check_model(path, full_check=True)


def _config_of(config: Any) -> dict[str, Any]:
    """The settings for transformers, which converts the weights to fp32 as it loads them."""
    return {
        **config.to_diff_dict(),
        "architectures": ["BertForSequenceClassification"],
        "dtype": "float32",
    }


def _copy_tokenizer(base: Path, out_dir: Path, max_tokens: int) -> None:
    """The file of the base model as it is, and how transformers is to load it."""
    shutil.copyfile(base / TOKENIZER_FILE, out_dir / TOKENIZER_FILE)
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": max_tokens}
    names = ("unk", "sep", "pad", "cls")
    tokens = {f"{name}_token": f"[{name.upper()}]" for name in names}
    _write_json(out_dir / TOKENIZER_CONFIG_FILE, {**settings, **tokens})


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
