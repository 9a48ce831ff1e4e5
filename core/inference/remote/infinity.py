"""Infinity's `/classify`."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from core.inference.remote.shapes import at, labelled, ordered, server_request_id, total_tokens
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, ServerMetadata, WireFormat


class InfinityClassify(WireFormat):
    """Version 0.0.78 ignores `raw_scores` and gives scores after the model's own activation. For a
    version that supports it, set `raw_scores = true`: then logits are requested and the activation
    is applied here."""

    path = "classify"
    max_bytes = 122_880
    options: ClassVar[Mapping[str, type]] = {"raw_scores": bool}
    needs = frozenset({"labels", "model"})

    @property
    def gives_logits(self) -> bool:
        return bool(self.config.options.get("raw_scores", False))

    def request(self, texts: Sequence[str]) -> HttpRequest:
        body = {
            "model": self.config.model,
            "input": list(texts),
            "raw_scores": self.gives_logits,
        }
        return HttpRequest(self.path, body)

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        found = ordered(at(response.body, "data"), count)
        return [labelled(item, self.label_count) for item in found]

    def metadata(self, response: HttpResponse) -> ServerMetadata:
        tokens = total_tokens(response.body)
        return ServerMetadata(tokens=tokens, request_id=server_request_id(response.headers))
