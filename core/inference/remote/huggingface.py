"""Hugging Face: the Inference router, and Inference Endpoints that scale to zero."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from core.inference.backends_file import LONGEST_S
from core.inference.base import Activation
from core.inference.remote.shapes import items, labelled
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, WireFormat

# More labels than any supported classifier has. Without `top_k` a pipeline gives the best label
# alone.
_EVERY_LABEL = 100


class HuggingFaceRouter(WireFormat):
    """Only one text a request is documented. The answer is a list of labels, sometimes inside
    another list."""

    batch_size = 1
    needs = frozenset({"labels", "model"})

    def request(self, texts: Sequence[str]) -> HttpRequest:
        return HttpRequest(
            self.config.model, {"inputs": texts[0], "parameters": self._parameters()}
        )

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        found = response.body
        if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
            found = found[0]
        return [labelled(found, self.label_count)] if count == 1 else []

    def _parameters(self) -> dict[str, object]:
        names = {Activation.SIGMOID: "sigmoid", Activation.SOFTMAX: "softmax"}
        return {
            "function_to_apply": names.get(self.activation, "none"),
            "top_k": _EVERY_LABEL,
        }


class HuggingFaceEndpoint(HuggingFaceRouter):
    """A dedicated pipeline behind a proxy that answers 502 or 503 while the server starts."""

    batch_size = 16
    options: ClassVar[Mapping[str, type]] = {"scale_up_s": int}
    needs = frozenset({"labels"})
    busy_means_loading = True

    def request(self, texts: Sequence[str]) -> HttpRequest:
        return HttpRequest("", {"inputs": list(texts), "parameters": self._parameters()})

    def problem(self) -> str | None:
        held_s = self.config.options.get("scale_up_s", 1)
        return None if 1 <= held_s <= LONGEST_S else f"`scale_up_s` must be 1 to {LONGEST_S:.0f}"

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        return [labelled(item, self.label_count) for item in items(response.body, count)]

    def sent_headers(self) -> Mapping[str, str]:
        """`scale_up_s` makes the proxy hold a request for so many seconds while the server starts,
        instead of refusing it."""
        held_s = self.config.options.get("scale_up_s")
        return {"X-Scale-Up-Timeout": str(held_s)} if held_s is not None else {}
