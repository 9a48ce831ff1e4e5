"""From trained weights to the files that ship. Imports torch and onnx; import it only to train."""

import shutil
import warnings
from pathlib import Path

import torch
from torch import Tensor

from core.training.network import Classifier

_OPSET = 17


def export_onnx(network: Classifier, path: Path) -> None:
    """fp32, inputs `input_ids` and `attention_mask` (rows, tokens), output `logits`."""
    network.eval()
    ids = torch.tensor([[1, 3, 4, 2], [1, 2, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    with warnings.catch_warnings():
        # The tracing exporter is old, but its graph is the one the quantiser knows.
        warnings.simplefilter("ignore")
        _trace(network, ids, mask, path)


def _trace(network: Classifier, ids: Tensor, mask: Tensor, path: Path) -> None:
    rows_tokens = {0: "rows", 1: "tokens"}
    torch.onnx.export(
        network,
        (ids, mask),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_axes={
            "input_ids": rows_tokens,
            "attention_mask": rows_tokens,
            "logits": {0: "rows"},
        },
        opset_version=_OPSET,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """int8 weights a channel each, activations at run time.

    Weights keep 7 bits: processors without VNNI add pairs of 8-bit products in 16 bits, which
    overflows with full-range weights and would score differently there.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = source.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(
        str(prepared),
        str(target),
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
    )
    prepared.unlink()


def copy_tokenizer(base_model: Path, target: Path) -> None:
    """The base model's tokenizer file, unchanged; length limits are set by who loads it."""
    shutil.copyfile(base_model / "tokenizer.json", target)
