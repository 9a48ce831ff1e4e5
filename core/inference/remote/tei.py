"""text-embeddings-inference: `/predict`, which reports its phases in headers."""

from collections.abc import Sequence

from core.inference.base import Activation
from core.inference.remote.shapes import (
    at,
    header_count,
    header_ms,
    items,
    labelled,
    optional_count,
    optional_text,
    server_request_id,
)
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Described, Row, ServerMetadata, WireFormat


class TextEmbeddingsInference(WireFormat):
    """It tells how many tokens it reads; a longer text is refused rather than cut (`truncate`).

    This server has two traps. It takes `["a", "b"]` for one pair of sentences, so each text is
    sent in a list of its own. And it applies a softmax to several labels whatever the model
    declares, so for a sigmoid the logits are requested and the activation is applied here."""

    path = "predict"
    batch_size = 32

    @property
    def gives_logits(self) -> bool:
        return self.activation is Activation.SIGMOID

    def request(self, texts: Sequence[str]) -> HttpRequest:
        body = {
            "inputs": [[text] for text in texts],
            "raw_scores": self.gives_logits,
            "truncate": False,
        }
        return HttpRequest(self.path, body)

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        return [labelled(item, self.label_count) for item in items(response.body, count)]

    def metadata(self, response: HttpResponse) -> ServerMetadata:
        return ServerMetadata(
            server_ms=header_ms(response.headers, "x-total-time"),
            queue_ms=header_ms(response.headers, "x-queue-time"),
            tokenize_ms=header_ms(response.headers, "x-tokenization-time"),
            compute_ms=header_ms(response.headers, "x-inference-time"),
            tokens=header_count(response.headers, "x-compute-tokens"),
            request_id=server_request_id(response.headers),
        )

    def revision_request(self) -> HttpRequest | None:
        return HttpRequest("info")

    def described(self, response: HttpResponse) -> Described:
        return Described(
            optional_text(at(response.body, "model_sha")),
            optional_count(response.body.get("max_input_length")),
        )
