"""OpenAI's moderation API, and whatever speaks like it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from core.inference.remote.shapes import (
    at,
    bad_shape,
    by_name,
    header_ms,
    maybe_text,
    ordered,
    told_request_id,
)
from core.inference.remote.transport import Ask, Reply
from core.inference.remote.wire import Row, Told, Wire
from core.moderation.scores import Label

_THREATS = ("harassment/threatening", "hate/threatening")


class OpenAiModerations(Wire):
    """`input` is a list of plain texts: a list of objects would be one item to the service."""

    path = "v1/moderations"
    scores_at: ClassVar[tuple[str, ...]] = ("category_scores",)
    default_labels: ClassVar[Mapping[Label, tuple[str, ...]]] = {
        Label.TOXICITY: ("harassment", "hate", *_THREATS),
        Label.THREAT: _THREATS,
        Label.INSULT: ("harassment",),
        Label.IDENTITY_ATTACK: ("hate", "hate/threatening"),
    }

    def ask(self, texts: Sequence[str]) -> Ask:
        model = {"model": self.config.model} if self.config.model else {}
        return Ask(self.path, {**model, "input": list(texts)})

    def rows(self, reply: Reply, count: int) -> Sequence[Row]:
        rows: list[Row] = []
        for result in ordered(at(reply.body, "results"), count):
            scores = at(result, *self.scores_at)
            if not isinstance(scores, dict):
                raise bad_shape("sent scores that are not an object")
            rows.append(by_name(scores))
        return rows

    def told(self, reply: Reply) -> Told:
        return Told(
            server_ms=header_ms(reply.headers, "openai-processing-ms"),
            model_revision=maybe_text(reply.body.get("model")),
            request_id=told_request_id(reply.headers),
        )


class ConsoleApi(OpenAiModerations):
    """Another console's API: beside OpenAI's categories it gives its own labels under
    `modconsole`. A label that console does not assess must not be declared."""

    scores_at = ("modconsole", "scores")
    default_labels: ClassVar[Mapping[Label, tuple[str, ...]]] = {
        label: (label.value,) for label in Label if label is not Label.SEVERE_TOXICITY
    }
