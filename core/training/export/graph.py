"""The ONNX graph of a BERT sequence classifier, node by node.

Written by hand rather than traced, for three things that tracing does not give: weights may stay in
another file, a last layer whose first token alone is read computes that one row, and the same
weights give the same bytes. Imports onnx; import it only to train.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.inference.pooling import Pooling

_OPSET = 20
_IR_VERSION = 10
_MASKED = -1e4
"""Added to the attention of padding: e to this is 0 in every float type."""
_SHIFT = 40.0
_SCORES = (-45.0, 115.0)
"""Attention scores are kept within these and shifted by -_SHIFT, so that e to them, and to 256 of
them added up, is neither infinite nor 0 in fp32 and bf16. On Hacker News they reach 84 in the first
layer, where one head compares words, and 20 in the others; a token's largest is never below -4."""


class Weights(Protocol):
    """Where the numbers of a graph come from; each method adds what it needs to `nodes`."""

    def vector(self, nodes: "Nodes", name: str) -> str:
        """The fp32 values, unchanged."""

    def product(self, nodes: "Nodes", at: str, source: str) -> str:
        """`source` times the matrix of the linear layer `at`, without its bias."""

    def rows(self, nodes: "Nodes", name: str, ids: str) -> str:
        """The fp32 rows of a table with these ids."""


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """What the graph takes from the configuration of the standard classifier.

    With the pooling `MEAN` that has a layer more than the network: `standard_classifier` adds it.
    """

    layers: int
    heads: int
    width: int
    norm_epsilon: float
    pooling: Pooling

    @classmethod
    def of(cls, config: Any, pooling: Pooling) -> "NetworkShape":
        """Reads a transformers BertConfig."""
        return cls(
            layers=config.num_hidden_layers - (pooling is Pooling.MEAN),
            heads=config.num_attention_heads,
            width=config.hidden_size,
            norm_epsilon=config.layer_norm_eps,
            pooling=pooling,
        )


class Nodes:
    """A graph under construction; a value is named after the part of the network that makes it."""

    def __init__(self) -> None:
        self.found: list[onnx.NodeProto] = []
        self.tensors: dict[str, onnx.TensorProto] = {}

    def add(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        """One node; its only output is called `name`."""
        self.found.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, values: object, kind: type = np.int64) -> str:
        """A small number or list; equal constants are stored once."""
        self.tensors.setdefault(name, numpy_helper.from_array(np.array(values, dtype=kind), name))
        return name


def classifier_graph(shape: NetworkShape, weights: Weights, labels: int) -> onnx.ModelProto:
    """`input_ids` and `attention_mask` (rows, tokens) to `logits` (rows, labels)."""
    nodes = Nodes()
    network = _Bert(nodes, shape, weights)
    hidden = network.embed("input_ids")
    mask = network.mask("attention_mask")
    first_row = shape.pooling is Pooling.FIRST
    for number in range(shape.layers):
        is_last = number == shape.layers - 1
        hidden = network.layer(number, hidden, mask, first_row=first_row and is_last)
    classify = network.classify_first if first_row else network.classify_mean
    classify(hidden)
    rows_tokens = ["rows", "tokens"]
    graph = helper.make_graph(
        nodes.found,
        "classifier",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, rows_tokens)
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", labels])],
        list(nodes.tensors.values()),
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
    )


@dataclass(frozen=True, slots=True)
class _Bert:
    nodes: Nodes
    shape: NetworkShape
    weights: Weights

    def embed(self, ids: str) -> str:
        add, constant = self.nodes.add, self.nodes.constant
        words = self.weights.rows(self.nodes, "bert.embeddings.word_embeddings.weight", ids)
        length = add("Shape", [ids], "length", start=1, end=2)
        scalar = add("Squeeze", [length], "length_scalar")
        places = add("Range", [constant("zero", 0), scalar, constant("one", 1)], "places")
        table = "bert.embeddings.position_embeddings.weight"
        placed = self.weights.rows(self.nodes, table, places)
        kind = self.weights.rows(
            self.nodes, "bert.embeddings.token_type_embeddings.weight", constant("zero", 0)
        )
        total = add("Add", [add("Add", [words, placed], "words_placed"), kind], "embedded")
        return self._norm("bert.embeddings.LayerNorm", total)

    def mask(self, given: str) -> str:
        """(rows, 1, 1, tokens), to be added to attention scores, which it shifts too."""
        add, constant = self.nodes.add, self.nodes.constant
        kept = add("Cast", [given], "kept", to=TensorProto.FLOAT)
        lost = add("Sub", [constant("one_float", 1.0, np.float32), kept], "lost")
        scaled = add("Mul", [lost, constant("masked", _MASKED, np.float32)], "mask_scaled")
        shifted = add("Sub", [scaled, constant("shift", _SHIFT, np.float32)], "mask_shifted")
        return add("Unsqueeze", [shifted, constant("mask_axes", [1, 2])], "mask")

    def layer(self, number: int, hidden: str, mask: str, *, first_row: bool) -> str:
        """With `first_row` only the row of the first token comes out: (rows, 1, width)."""
        at = f"bert.encoder.layer.{number}"
        asking = hidden
        if first_row:
            first = [self.nodes.constant(f"first_{n}", [v]) for n, v in enumerate((0, 1, 1))]
            asking = self.nodes.add("Slice", [hidden, *first], f"{at}.first")
        attended = self._attend(f"{at}.attention.self", asking, hidden, mask)
        joined = self._linear(f"{at}.attention.output.dense", attended)
        middle = self._add_norm(f"{at}.attention.output", joined, asking)
        wide = self._linear(f"{at}.intermediate.dense", middle)
        active = self.nodes.add("Gelu", [wide], f"{at}.gelu")
        narrow = self._linear(f"{at}.output.dense", active)
        return self._add_norm(f"{at}.output", narrow, middle)

    def classify_mean(self, hidden: str) -> None:
        """The mean of the tokens that `kept` marks, and the head."""
        add, constant = self.nodes.add, self.nodes.constant
        kept = add("Unsqueeze", ["kept", constant("kept_axis", [2])], "kept_column")
        axis = constant("tokens_axis", [1])
        total = add("ReduceSum", [add("Mul", [hidden, kept], "kept_rows"), axis], "row_total")
        count = add("ReduceSum", [kept, axis], "row_count")
        mean = add("Div", [total, count], "mean_row")
        self._linear("classifier", add("Squeeze", [mean, axis], "mean"), "logits")

    def classify_first(self, hidden: str) -> None:
        first = self.nodes.add("Squeeze", [hidden, self.nodes.constant("first_2", [1])], "first")
        pooled = self._linear("bert.pooler.dense", first)
        active = self.nodes.add("Tanh", [pooled], "pooled")
        self._linear("classifier", active, "logits")

    def _attend(self, at: str, asking: str, hidden: str, mask: str) -> str:
        """Softmax(q k / sqrt d + mask) v, the heads side by side again.

        Divided by the sums after the product with v, a pass over (tokens, tokens) less, as in
        FlashAttention (Dao and others 2022, arXiv:2205.14135).
        """
        add, constant = self.nodes.add, self.nodes.constant
        parts = self._powers(at, asking, hidden, mask)
        sums = add("ReduceSum", [parts, constant("last_axis", [-1])], f"{at}.sums", keepdims=1)
        weighted = add("MatMul", [parts, self._heads(f"{at}.value", hidden)], f"{at}.weighted")
        mixed = add("Div", [weighted, sums], f"{at}.mixed")
        turned = add("Transpose", [mixed], f"{at}.turned", perm=[0, 2, 1, 3])
        width = constant("width_shape", [0, 0, self.shape.width])
        return add("Reshape", [turned, width], f"{at}.joined")

    def _powers(self, at: str, asking: str, hidden: str, mask: str) -> str:
        """exp of the attention scores, all shifted by the same value: subtracting the largest of
        each row instead costs OpenVINO two more passes."""
        add, constant = self.nodes.add, self.nodes.constant
        query, key = self._heads(f"{at}.query", asking), self._heads(f"{at}.key", hidden)
        # In a step of its own, so that OpenVINO multiplies the rows as they are stored, without a
        # transposition.
        columns = add("Transpose", [key], f"{at}.key.columns", perm=[0, 1, 3, 2])
        products = add("MatMul", [query, columns], f"{at}.products")
        size = self.shape.width // self.shape.heads
        scale = constant("attention_scale", size**-0.5, np.float32)
        scaled = add("Mul", [products, scale], f"{at}.scaled")
        limits = [constant(f"score_{each:g}", each, np.float32) for each in _SCORES]
        clipped = add("Clip", [scaled, *limits], f"{at}.clipped")
        return add("Exp", [add("Add", [clipped, mask], f"{at}.masked")], f"{at}.powers")

    def _heads(self, at: str, source: str) -> str:
        """(rows, heads, tokens, width of a head)"""
        size = self.shape.width // self.shape.heads
        shape = self.nodes.constant("heads_shape", [0, 0, self.shape.heads, size])
        apart = self.nodes.add("Reshape", [self._linear(at, source), shape], f"{at}.apart")
        return self.nodes.add("Transpose", [apart], f"{at}.heads", perm=[0, 2, 1, 3])

    def _linear(self, at: str, source: str, name: str = "") -> str:
        product = self.weights.product(self.nodes, at, source)
        bias = self.weights.vector(self.nodes, f"{at}.bias")
        return self.nodes.add("Add", [product, bias], name or f"{at}.sum")

    def _add_norm(self, at: str, new: str, old: str) -> str:
        return self._norm(f"{at}.LayerNorm", self.nodes.add("Add", [new, old], f"{at}.both"))

    def _norm(self, at: str, source: str) -> str:
        scale = self.weights.vector(self.nodes, f"{at}.weight")
        shift = self.weights.vector(self.nodes, f"{at}.bias")
        epsilon = self.shape.norm_epsilon
        return self.nodes.add(
            "LayerNormalization", [source, scale, shift], f"{at}.out", axis=-1, epsilon=epsilon
        )
