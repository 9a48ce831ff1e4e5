"""The sources of a graph's weights: a packed file beside it, multiplied in fp32 or in int8."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from core.inference.local.packed_weights import APART, FACTOR, LOUD, SIZE, STEPS
from core.training.export.graph import Nodes
from core.training.export.quantising import Int8Layer

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KINDS = {
    "F32": TensorProto.FLOAT,
    "F16": TensorProto.FLOAT16,
    "I64": TensorProto.INT64,
    "I8": TensorProto.INT8,
}


class PackedWeights:
    """Tensors of a packed file, by name and offset.

    What makes fp32 matrices of them are nodes that onnxruntime computes once, as it loads: it would
    not with DequantizeLinear.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.name
        with path.open("rb") as file:
            length = struct.unpack("<Q", file.read(8))[0]
            self._entries = json.loads(file.read(length))
        self._start = 8 + length

    def vector(self, nodes: Nodes, name: str) -> str:
        """The values, converted to fp32 if they are stored in another type."""
        stored = self.tensor(nodes, name)
        return stored if self._entries[name]["dtype"] == "F32" else _wide(nodes, stored)

    def product(self, nodes: Nodes, at: str, source: str) -> str:
        """The product with the matrix, converted to fp32."""
        name = f"{at}.weight"
        if f"{name}{STEPS}" in self._entries:
            matrix = self._matrix(nodes, name)
        else:
            matrix = nodes.add("Transpose", [self.vector(nodes, name)], f"{at}.turned", perm=[1, 0])
        return nodes.add("MatMul", [source, matrix], f"{at}.product")

    def rows(self, nodes: Nodes, name: str, ids: str) -> str:
        """Looked up as they are stored, so that the table takes no more memory than the file."""
        is_rounded = f"{name}{STEPS}" in self._entries
        table = self.tensor(nodes, f"{name}{STEPS}" if is_rounded else name)
        found = _wide(nodes, nodes.add("Gather", [table, ids], f"{name}.found"))
        if not is_rounded:
            return found
        size = nodes.add("Gather", [self.tensor(nodes, f"{name}{SIZE}"), ids], f"{name}.found_size")
        last = nodes.constant("last_axis", [-1])
        column = nodes.add("Unsqueeze", [size, last], f"{name}.size_column")
        return nodes.add("Mul", [found, column], f"{name}.sized")

    def tensor(self, nodes: Nodes, name: str) -> str:
        """The stored values, of whatever type."""
        entry = self._entries[name]
        begin, end = entry["data_offsets"]
        tensor = onnx.TensorProto(
            name=name,
            data_type=_KINDS[entry["dtype"]],
            dims=entry["shape"],
            data_location=TensorProto.EXTERNAL,
        )
        place = {"location": self._file, "offset": self._start + begin, "length": end - begin}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        nodes.tensors[name] = tensor
        return name

    def _matrix(self, nodes: Nodes, name: str) -> str:
        """(inputs, outputs), in the order in which `read_packed` multiplies."""
        last = nodes.constant("last_axis", [-1])

        def column(part: str) -> str:
            stored = self.tensor(nodes, f"{name}{part}")
            return nodes.add("Unsqueeze", [stored, last], f"{name}{part}_column")

        steps = _wide(nodes, self.tensor(nodes, f"{name}{STEPS}"))
        sized = nodes.add("Mul", [steps, self.tensor(nodes, f"{name}{SIZE}")], f"{name}.sized")
        made = nodes.add("Mul", [sized, column(FACTOR)], f"{name}.quiet")
        if not self._entries[f"{name}{APART}"]["shape"][0]:
            return made
        loud = self.tensor(nodes, f"{name}{LOUD}")
        return nodes.add("ScatterND", [made, column(APART), loud], f"{name}.whole")


class Int8Weights:
    """Layers in int8, with ranges and biases of their own in the graph; all else as in `others`."""

    def __init__(self, layers: Mapping[str, Int8Layer], others: PackedWeights) -> None:
        self._layers = layers
        self._others = others

    def vector(self, nodes: Nodes, name: str) -> str:
        """A layer in int8 has its own bias, in fp32."""
        layer = self._layers.get(name.removesuffix(".bias"))
        return _store(nodes, name, layer.bias) if layer else self._others.vector(nodes, name)

    def product(self, nodes: Nodes, at: str, source: str) -> str:
        """Each layer that reads a rounded input converts it again: otherwise onnxruntime would not
        recognise the product as one of integers."""
        layer = self._layers.get(at)
        if layer is None:
            return self._others.product(nodes, at, source)
        first = layer.shared[0]
        step = [f"{first}.input_scale", f"{first}.input_zero"]
        if at == first:
            self._round(nodes, at, source, layer)
        given = nodes.add("DequantizeLinear", [f"{first}.rounded", *step], f"{at}.input")
        stored = [
            self._others.tensor(nodes, f"{at}.weight{STEPS}"),
            self._others.tensor(nodes, f"{at}.weight{SIZE}"),
            _store(nodes, f"{at}.weight_zero", np.zeros(layer.matrix.shape[1], dtype=np.int8)),
        ]
        matrix = nodes.add("DequantizeLinear", stored, f"{at}.matrix", axis=1)
        if not len(layer.apart):
            return nodes.add("MatMul", [given, matrix], f"{at}.product")
        most = nodes.add("MatMul", [given, matrix], f"{at}.most")
        loud = self._others.tensor(nodes, f"{at}.weight{LOUD}")
        rest = nodes.add("MatMul", [f"{first}.loudest", loud], f"{at}.rest")
        return nodes.add("Add", [most, rest], f"{at}.product")

    def _round(self, nodes: Nodes, at: str, source: str, layer: Int8Layer) -> None:
        """The part shared by the layers of a group: the rounded input, and its large channels."""
        factor = self._others.tensor(nodes, f"{at}.weight{FACTOR}")
        smooth = nodes.add("Mul", [source, factor], f"{at}.smoothed")
        if layer.middle.any():
            middle = _store(nodes, f"{at}.middle", -layer.middle * layer.factor)
            smooth = nodes.add("Add", [smooth, middle], f"{at}.centred")
        scale = _store(nodes, f"{at}.input_scale", np.array(layer.scale, dtype=np.float32))
        zero = _store(nodes, f"{at}.input_zero", np.array(layer.zero, dtype=np.uint8))
        nodes.add("QuantizeLinear", [smooth, scale, zero], f"{at}.rounded")
        if len(layer.apart):
            channels = self._others.tensor(nodes, f"{at}.weight{APART}")
            nodes.add("Gather", [source, channels], f"{at}.loudest", axis=-1)

    def rows(self, nodes: Nodes, name: str, ids: str) -> str:
        return self._others.rows(nodes, name, ids)


def _wide(nodes: Nodes, name: str) -> str:
    return nodes.add("Cast", [name], f"{name}.fp32", to=TensorProto.FLOAT)


def _store(nodes: Nodes, name: str, values: "NDArray[Any]") -> str:
    nodes.tensors[name] = numpy_helper.from_array(values, name)
    return name
