"""Exact results of an int8 model file, computed in numpy: the same on every processor.

Without VNNI a processor saturates the sum of two int8 products at 16 bits, so a file whose weights
use all 8 bits may score differently there. With weights of 7 bits no sum saturates: 255 * 64 * 2 <
2**15.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from core.inference.batching.padding import padded

MOST = 64
"""The largest weight of 7 bits."""


def exact_scores(graph: Path, ids: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Scores of a sigmoid classifier, one comment at a time."""
    evaluator = ReferenceEvaluator(str(graph))
    found = []
    for row in ids:
        tokens, mask = padded([row], 0, width=len(row))
        given = {"input_ids": tokens, "attention_mask": mask}
        found.append(evaluator.run(["logits"], given)[0][0])
    return 1 / (1 + np.exp(-np.array(found, dtype=np.float64)))


def int8_matrices(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    """The weights that are multiplied as integers."""
    multiplied = {each.input[0] for each in dequantised(model)}
    found = [each for each in model.graph.initializer if each.name in multiplied]
    return [each for each in found if len(each.dims) == 2]


def dequantised(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    return [each for each in model.graph.node if each.op_type == "DequantizeLinear"]


def largest_weight(graph: Path) -> int:
    matrices = int8_matrices(onnx.load(graph))
    return max(int(np.abs(numpy_helper.to_array(each).astype(int)).max()) for each in matrices)


def take_seven_bits(graph: Path) -> None:
    """Rewrites the file with quantisation steps twice as large, so that no sum can saturate. They
    are in the file afterwards, wherever they were."""
    model, place = onnx.load(graph, load_external_data=False), str(graph.parent)
    tensors = {each.name: each for each in model.graph.initializer}
    scales = {each.input[0]: each.input[1] for each in dequantised(model)}
    for matrix in int8_matrices(model):
        scale = tensors[scales[matrix.name]]
        halves = np.rint(numpy_helper.to_array(matrix, place) / 2).astype(np.int8)
        doubled = numpy_helper.to_array(scale, place) * 2
        matrix.CopyFrom(numpy_helper.from_array(halves, matrix.name))
        scale.CopyFrom(numpy_helper.from_array(doubled, scale.name))
    onnx.save(model, graph)
