"""Exports trained weights to the shipped files. Imports torch and onnx; import it only to train."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from safetensors.torch import save_file

from core.inference.manifest import (
    CONFIG_FILE,
    GRAPH_FILE,
    INT8_FILE,
    TOKENIZER_CONFIG_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
)
from core.training.export.graph import NetworkShape, classifier_graph
from core.training.export.quantising import quantise_layers
from core.training.export.standard import as_sequence_classifier
from core.training.export.weights import Int8Weights, WeightsBeside
from core.training.fitting.network import Classifier, MeanClassifier
from core.training.settings import Pooling


def export_model(
    network: Classifier, base: Path, out_dir: Path, *, calibration: Sequence[Sequence[int]]
) -> None:
    """Writes weights, configuration, tokenizer and both graphs; the same input, the same bytes.

    The folder is a standard BertForSequenceClassification whatever the pooling. `network` is
    rounded to fp16 on the way, so afterwards it is the reference itself. `base` gives the
    tokenizer. `calibration` are token ids of comments like those that will be scored: some 300 fix
    the int8 ranges.
    """
    # A single thread sums in a fixed order.
    torch.set_num_threads(1)
    model, pooling = network.model.eval().half().float(), Pooling.FIRST
    if isinstance(model, MeanClassifier):
        model, pooling = as_sequence_classifier(model).half().float(), Pooling.MEAN
    config = model.config
    weights = {name: value.half().contiguous() for name, value in model.state_dict().items()}
    save_file(weights, out_dir / WEIGHTS_FILE, metadata={"format": "pt"})
    # safetensors creates the file readable for its owner only.
    (out_dir / WEIGHTS_FILE).chmod(0o644)
    _write_json(out_dir / CONFIG_FILE, _config_of(config))
    _copy_tokenizer(base, out_dir, config.max_position_embeddings)
    shape, labels = NetworkShape.of(config, pooling), config.num_labels
    exact = WeightsBeside(out_dir / WEIGHTS_FILE)
    _write_graph(classifier_graph(shape, exact, labels), out_dir / GRAPH_FILE)
    int8 = Int8Weights(quantise_layers(model, calibration, pooling), exact)
    _write_graph(classifier_graph(shape, int8, labels), out_dir / INT8_FILE)


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
