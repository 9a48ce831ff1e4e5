"""vLLM's (and SGLang's) `/classify`: probabilities without names."""

from collections.abc import Sequence

from core.inference.remote.shapes import at, bad_shape, items, maybe_count, number, reordered
from core.inference.remote.transport import Ask, Reply
from core.inference.remote.wire import Row, Told, Wire


class VllmClassify(Wire):
    """`label_order` must name the classes, in the order of the model's own id2label."""

    path = "classify"
    needs = frozenset({"labels", "label_order"})

    def ask(self, texts: Sequence[str]) -> Ask:
        model = {"model": self.config.model} if self.config.model else {}
        return Ask(self.path, {**model, "input": list(texts)})

    def rows(self, reply: Reply, count: int) -> Sequence[Row]:
        rows: list[Row] = []
        for item in reordered(items(at(reply.body, "data"), count), count):
            probs = at(item, "probs")
            if not isinstance(probs, list):
                raise bad_shape("sent probs that are not a list")
            rows.append(self.named([number(value) for value in probs]))
        return rows

    def told(self, reply: Reply) -> Told:
        usage = reply.body.get("usage")
        tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
        return Told(tokens=maybe_count(tokens), request_id=reply.headers.get("x-request-id"))
