"""vLLM's (and SGLang's) `/classify`: probabilities without class names."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.inference.remote.shapes import (
    at,
    bad_shape,
    items,
    number,
    reordered,
    server_request_id,
    total_tokens,
)
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, ServerMetadata, WireFormat

_NUMBERED = re.compile(r"LABEL_(\d{1,4})")


class VllmClassify(WireFormat):
    """`label_order` must name the classes in the order of the model's id2label."""

    path = "classify"
    needs = frozenset({"labels", "label_order"})

    def request(self, texts: Sequence[str]) -> HttpRequest:
        model = {"model": self.config.model} if self.config.model else {}
        return HttpRequest(self.path, {**model, "input": list(texts)})

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        rows: list[Row] = []
        for item in reordered(items(at(response.body, "data"), count), count):
            probs = at(item, "probs")
            if not isinstance(probs, list):
                raise bad_shape("sent probs that are not a list")
            row = self.named([number(value) for value in probs])
            self._check_named(item, list(row.values()))
            rows.append(row)
        return rows

    def _check_named(self, item: Mapping[str, Any], probs: Sequence[float]) -> None:
        """A result names its best class only; that name must match `label_order` at the highest
        probability."""
        if item.get("num_classes", len(probs)) != len(probs):
            raise bad_shape("sent a number of probs that is not its num_classes")
        label = item.get("label")
        if label is None or any(map(math.isnan, probs)):  # NaN later fails its text alone
            return
        order = [name.lower() for name in self.config.label_order]
        numbered = _NUMBERED.fullmatch(str(label))
        if str(label).lower() in order:
            place = order.index(str(label).lower())
        elif numbered and int(numbered.group(1)) < len(order):
            place = int(numbered.group(1))
        else:
            raise bad_shape("names a class that is not in label_order")
        if probs[place] != max(probs):
            raise bad_shape(
                f"reports {order[place]!r} as the best class, but by label_order it is not: the "
                "order must be that of the model's id2label"
            )

    def metadata(self, response: HttpResponse) -> ServerMetadata:
        tokens = total_tokens(response.body)
        return ServerMetadata(tokens=tokens, request_id=server_request_id(response.headers))
