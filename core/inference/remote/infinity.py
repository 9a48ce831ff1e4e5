"""Infinity's `/classify`."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from core.inference.remote.shapes import at, labelled, ordered, told_request_id, told_tokens
from core.inference.remote.transport import Ask, Reply
from core.inference.remote.wire import Row, Told, Wire


class InfinityClassify(Wire):
    """Version 0.0.78 gives the scores of the model's own activation and takes no notice of
    `raw_scores`. For a version that does, `raw_scores = true` has the logits activated here."""

    path = "classify"
    max_bytes = 122_880
    options: ClassVar[Mapping[str, type]] = {"raw_scores": bool}
    needs = frozenset({"labels", "model"})

    @property
    def gives_logits(self) -> bool:
        return bool(self.config.options.get("raw_scores", False))

    def ask(self, texts: Sequence[str]) -> Ask:
        body = {
            "model": self.config.model,
            "input": list(texts),
            "raw_scores": self.gives_logits,
        }
        return Ask(self.path, body)

    def rows(self, reply: Reply, count: int) -> Sequence[Row]:
        found = ordered(at(reply.body, "data"), count)
        return [labelled(item, self.label_count) for item in found]

    def told(self, reply: Reply) -> Told:
        tokens = told_tokens(reply.body)
        return Told(tokens=tokens, request_id=told_request_id(reply.headers))
