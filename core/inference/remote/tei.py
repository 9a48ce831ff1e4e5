"""text-embeddings-inference: `/predict`, with phases told in headers."""

from collections.abc import Sequence

from core.inference.base import Activation
from core.inference.remote.shapes import at, header_ms, items, labelled, maybe_text, told_request_id
from core.inference.remote.transport import Ask, Reply
from core.inference.remote.wire import Row, Told, Wire


class TextEmbeddingsInference(Wire):
    """Two traps of this server: `["a", "b"]` is one pair of sentences, so every text goes in a list
    of its own; and it puts several labels through a softmax whatever the model says, so for a
    sigmoid the logits are asked for and activated here."""

    path = "predict"
    batch_size = 32

    @property
    def gives_logits(self) -> bool:
        return self.activation is Activation.SIGMOID

    def ask(self, texts: Sequence[str]) -> Ask:
        body = {
            "inputs": [[text] for text in texts],
            "raw_scores": self.gives_logits,
            "truncate": True,
        }
        return Ask(self.path, body)

    def rows(self, reply: Reply, count: int) -> Sequence[Row]:
        return [labelled(item, self.label_count) for item in items(reply.body, count)]

    def told(self, reply: Reply) -> Told:
        tokens = header_ms(reply.headers, "x-compute-tokens")
        return Told(
            server_ms=header_ms(reply.headers, "x-total-time"),
            queue_ms=header_ms(reply.headers, "x-queue-time"),
            tokenize_ms=header_ms(reply.headers, "x-tokenization-time"),
            compute_ms=header_ms(reply.headers, "x-inference-time"),
            tokens=None if tokens is None else int(tokens),
            request_id=told_request_id(reply.headers),
        )

    def about(self) -> Ask | None:
        return Ask("info")

    def revision(self, reply: Reply) -> str | None:
        return maybe_text(at(reply.body, "model_sha"))
