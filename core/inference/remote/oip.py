"""The open inference protocol, version 2: KServe, Triton, MLServer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from core.inference.remote.any_row import any_row
from core.inference.remote.shapes import (
    at,
    bad_shape,
    by_name,
    load_json,
    optional_text,
    server_request_id,
)
from core.inference.remote.tensors import BYTES, Tensor, declared_labels, read_tensor
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, ServerMetadata, WireFormat

_BEST_ONLY = (
    "gives only the number of the best class of each text, so no score can be known; have it give "
    "probabilities (KServe: --return_probabilities) or logits"
)


class OpenInference(WireFormat):
    """Texts are sent as one BYTES tensor. Set `logits = true` for servers that give raw network
    output, `column = true` for servers that expect the shape [n, 1].

    Scores are read from one tensor of floats of shape [texts, labels] in `label_order`, from one
    tensor of floats for each label, named after the label, or from BYTES that hold JSON, one value
    for each text. Of several outputs not named after labels, `output_name` chooses one.
    """

    options: ClassVar[Mapping[str, type]] = {
        "input_name": str,
        "output_name": str,
        "logits": bool,
        "column": bool,
    }
    needs = frozenset({"labels", "label_order", "model"})

    @property
    def gives_logits(self) -> bool:
        return bool(self.config.options.get("logits", False))

    def request(self, texts: Sequence[str]) -> HttpRequest:
        shape = [len(texts), 1] if self.config.options.get("column", False) else [len(texts)]
        tensor = {
            "name": self.config.options.get("input_name", "input-0"),
            "shape": shape,
            "datatype": BYTES,
            "data": list(texts),
        }
        return HttpRequest(f"v2/models/{self.config.model}/infer", {"inputs": [tensor]})

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        self._check_order(declared_labels(response.body))
        outputs = at(response.body, "outputs")
        if not isinstance(outputs, list) or not outputs:
            raise bad_shape("sent no outputs")
        found = self._chosen([read_tensor(output) for output in outputs])
        for tensor in found:
            self._check_order(tensor.labels if len(found) == 1 else None)
        if len(found) > 1 or found[0].name in self._label_names:
            return _by_label(found, count)
        (tensor,) = found
        return self._texts(tensor, count) if tensor.datatype == BYTES else self._grid(tensor, count)

    def metadata(self, response: HttpResponse) -> ServerMetadata:
        return ServerMetadata(
            model_revision=optional_text(response.body.get("model_version")),
            request_id=server_request_id(response.headers),
        )

    @property
    def _label_names(self) -> set[str]:
        return {name for names in self.labels.values() for name in names}

    def _chosen(self, outputs: list[Tensor]) -> list[Tensor]:
        """One tensor of all labels, or one for each needed label."""
        names = [output.name for output in outputs]
        if len(set(names)) != len(names):
            raise bad_shape("sent two outputs of one name")
        wanted = self.config.options.get("output_name")
        if wanted is not None:
            outputs = [output for output in outputs if output.name == wanted]
            if not outputs:
                raise bad_shape("sent no output of the name in output_name")
            return outputs
        if self._label_names <= set(names):
            return [one for one in outputs if one.name in self.config.label_order]
        if len(outputs) > 1:
            raise bad_shape(
                f"sent {len(outputs)} outputs, not one a label; name the right one in output_name"
            )
        return outputs

    def _check_order(self, names: tuple[str, ...] | None) -> None:
        if names is not None and names != self.config.label_order:
            raise bad_shape("has other class names than label_order, or another order of them")

    def _grid(self, tensor: Tensor, count: int) -> list[Row]:
        width = len(self.config.label_order)
        if tensor.shape is None:
            raise bad_shape("sent a tensor without its shape")
        if width > 1 and tensor.has_shape(count):
            raise bad_shape(_BEST_ONLY)
        if not tensor.has_shape(count, width):
            raise bad_shape(
                f"sent a tensor of shape {list(tensor.shape)} for {count} texts and {width} labels"
            )
        if not tensor.is_float:
            raise bad_shape(_BEST_ONLY)
        values = tensor.numbers()
        return [self.named(values[at_ : at_ + width]) for at_ in range(0, len(values), width)]

    def _texts(self, tensor: Tensor, count: int) -> list[Row]:
        """One JSON value for each text, or one row of values for each text."""
        values = [_loaded(value) for value in tensor.values]
        if len(values) == count and (tensor.shape is None or tensor.has_shape(count)):
            return [self._row(value) for value in values]
        shape = tensor.shape or ()
        if len(shape) != 2 or shape[0] != count:
            raise bad_shape(f"sent {len(values)} values, of shape {list(shape)}, for {count} texts")
        return [self._row(values[at_ : at_ + shape[1]]) for at_ in range(0, len(values), shape[1])]

    def _row(self, value: Any) -> Row:
        """KServe's `{"0": 0.01, …}`, or labels with scores; anything else gives only the best class
        and is refused."""
        if not isinstance(value, dict | list):
            raise bad_shape(_BEST_ONLY)
        if isinstance(value, list) and not all(isinstance(pair, dict) for pair in value):
            raise bad_shape(_BEST_ONLY)
        order = self.config.label_order
        if isinstance(value, dict) and set(value) == {str(place) for place in range(len(order))}:
            named = by_name(value)
            return {
                name: named[str(place)] for place, name in enumerate(order) if str(place) in named
            }
        return any_row(self, value)


def _by_label(outputs: Sequence[Tensor], count: int) -> list[Row]:
    for output in outputs:
        if not output.is_float:
            raise bad_shape(_BEST_ONLY)
        if not output.has_shape(count):
            shape = list(output.shape or ())
            raise bad_shape(f"sent a label of shape {shape} for {count} texts")
    columns = {output.name: output.numbers() for output in outputs}
    return [{name: values[row] for name, values in columns.items()} for row in range(count)]


def _loaded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return load_json(value)
    except (ValueError, RecursionError):
        return None
