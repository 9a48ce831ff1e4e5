"""The sources of a graph's weights: a safetensors file beside it, or int8 layers inside it."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from core.training.export.graph import Nodes, Weights
from core.training.export.quantising import Int8Layer

if TYPE_CHECKING:
    from numpy.typing import NDArray


class WeightsBeside:
    """fp16 tensors of a safetensors file, by name and offset; runtimes widen them as they load."""

    def __init__(self, path: Path) -> None:
        self._file = path.name
        with path.open("rb") as file:
            length = struct.unpack("<Q", file.read(8))[0]
            self._entries = json.loads(file.read(length))
        self._start = 8 + length

    def vector(self, nodes: Nodes, name: str) -> str:
        """The vector, converted to fp32."""
        return nodes.add("Cast", [self._tensor(nodes, name)], f"{name}.fp32", to=TensorProto.FLOAT)

    def product(self, nodes: Nodes, at: str, source: str) -> str:
        """The product with the matrix, converted to fp32 and transposed."""
        wide = self.vector(nodes, f"{at}.weight")
        turned = nodes.add("Transpose", [wide], f"{at}.turned", perm=[1, 0])
        return nodes.add("MatMul", [source, turned], f"{at}.product")

    def rows(self, nodes: Nodes, name: str, ids: str) -> str:
        """Looked up in fp16, so that the table takes half the memory."""
        found = nodes.add("Gather", [self._tensor(nodes, name), ids], f"{name}.found")
        return nodes.add("Cast", [found], f"{name}.fp32", to=TensorProto.FLOAT)

    def _tensor(self, nodes: Nodes, name: str) -> str:
        entry = self._entries[name]
        begin, end = entry["data_offsets"]
        tensor = onnx.TensorProto(
            name=name,
            data_type=TensorProto.FLOAT16,
            dims=entry["shape"],
            data_location=TensorProto.EXTERNAL,
        )
        place = {"location": self._file, "offset": self._start + begin, "length": end - begin}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        nodes.tensors[name] = tensor
        return name


class Int8Weights:
    """Layers in int8, stored in the graph; all other weights come from another source."""

    def __init__(self, layers: Mapping[str, Int8Layer], others: Weights) -> None:
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
            _store(nodes, f"{at}.weight", layer.matrix),
            _store(nodes, f"{at}.weight_scale", layer.matrix_scale),
            _store(nodes, f"{at}.weight_zero", np.zeros(layer.matrix.shape[1], dtype=np.int8)),
        ]
        matrix = nodes.add("DequantizeLinear", stored, f"{at}.matrix", axis=1)
        if not len(layer.apart):
            return nodes.add("MatMul", [given, matrix], f"{at}.product")
        most = nodes.add("MatMul", [given, matrix], f"{at}.most")
        loud = _store(nodes, f"{at}.loud", layer.apart_matrix)
        rest = nodes.add("MatMul", [f"{first}.loudest", loud], f"{at}.rest")
        return nodes.add("Add", [most, rest], f"{at}.product")

    def _round(self, nodes: Nodes, at: str, source: str, layer: Int8Layer) -> None:
        """The part shared by the layers of a group: the rounded input, and its large channels."""
        factor = _store(nodes, f"{at}.factor", layer.factor)
        smooth = nodes.add("Mul", [source, factor], f"{at}.smoothed")
        if layer.middle.any():
            middle = _store(nodes, f"{at}.middle", -layer.middle * layer.factor)
            smooth = nodes.add("Add", [smooth, middle], f"{at}.centred")
        scale = _store(nodes, f"{at}.input_scale", np.array(layer.scale, dtype=np.float32))
        zero = _store(nodes, f"{at}.input_zero", np.array(layer.zero, dtype=np.uint8))
        nodes.add("QuantizeLinear", [smooth, scale, zero], f"{at}.rounded")
        if len(layer.apart):
            channels = _store(nodes, f"{at}.channels", layer.apart)
            nodes.add("Gather", [source, channels], f"{at}.loudest", axis=-1)

    def rows(self, nodes: Nodes, name: str, ids: str) -> str:
        """Not quantised: int8 in the word table alone would move scores by up to 0.05."""
        return self._others.rows(nodes, name, ids)


def _store(nodes: Nodes, name: str, values: "NDArray[Any]") -> str:
    nodes.tensors[name] = numpy_helper.from_array(values, name)
    return name
