"""The open inference protocol, version 2: KServe, Triton, MLServer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from core.inference.remote.shapes import at, bad_shape, by_name, maybe_text, number
from core.inference.remote.transport import Ask, Reply
from core.inference.remote.wire import Row, Told, Wire

_BEST_ONLY = (
    "gives only the number of the best class of each text, so no score can be known; have it give "
    "probabilities (KServe: --return_probabilities) or logits"
)


class OpenInference(Wire):
    """Texts go in as one BYTES tensor. `logits = true` for servers that give raw network output,
    `column = true` for those that want the shape [n, 1]."""

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

    def ask(self, texts: Sequence[str]) -> Ask:
        shape = [len(texts), 1] if self.config.options.get("column", False) else [len(texts)]
        tensor = {
            "name": self.config.options.get("input_name", "input-0"),
            "shape": shape,
            "datatype": "BYTES",
            "data": list(texts),
        }
        return Ask(f"v2/models/{self.config.model}/infer", {"inputs": [tensor]})

    def rows(self, reply: Reply, count: int) -> Sequence[Row]:
        output = self._output(at(reply.body, "outputs"))
        data = at(output, "data")
        width = len(self.config.label_order)
        if not isinstance(data, list):
            raise bad_shape("sent a tensor whose data is not a list")
        if len(data) == count and width > 1 and not isinstance(data[0], list):
            return [self._probabilities(item) for item in data]
        flat = [value for row in data for value in row] if _is_nested(data) else data
        if len(flat) != count * width:
            raise bad_shape(f"gave {len(flat)} scores for {count} texts and {width} labels")
        values = [number(value) for value in flat]
        return [self.named(values[at_ : at_ + width]) for at_ in range(0, len(values), width)]

    def told(self, reply: Reply) -> Told:
        return Told(
            model_revision=maybe_text(reply.body.get("model_version")),
            request_id=reply.headers.get("x-request-id"),
        )

    def _output(self, outputs: Any) -> Any:
        wanted = self.config.options.get("output_name")
        if not isinstance(outputs, list) or not outputs:
            raise bad_shape("sent no outputs")
        for output in outputs:
            if wanted is None or at(output, "name") == wanted:
                return output
        raise bad_shape("sent no output of the name in output_name")

    def _probabilities(self, item: Any) -> Row:
        """KServe's `{"0": 0.01, …}`, as an object or as text; anything else is the best class."""
        if isinstance(item, str):
            try:
                item = json.loads(item)
            except ValueError:
                item = None
        if not isinstance(item, dict):
            raise bad_shape(_BEST_ONLY)
        order = self.config.label_order
        named = by_name(item)
        if set(named) == {str(place) for place in range(len(order))}:
            return {name: named[str(place)] for place, name in enumerate(order)}
        return named


def _is_nested(data: list[Any]) -> bool:
    return bool(data) and all(isinstance(row, list) for row in data)
