"""OpenAI's moderation API, and servers compatible with it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from core.inference.remote.shapes import (
    at,
    bad_shape,
    by_name,
    header_ms,
    optional_count,
    optional_text,
    ordered,
    server_request_id,
)
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, ServerMetadata, WireFormat
from core.moderation.scores import Label

_THREATS = ("harassment/threatening", "hate/threatening")


class OpenAiModerations(WireFormat):
    """`input` is a list of plain texts: the service takes a list of objects for one item."""

    path = "v1/moderations"
    scores_at: ClassVar[tuple[str, ...]] = ("category_scores",)
    default_labels: ClassVar[Mapping[Label, tuple[str, ...]]] = {
        Label.TOXICITY: ("harassment", "hate", *_THREATS),
        Label.THREAT: _THREATS,
        Label.INSULT: ("harassment",),
        Label.IDENTITY_ATTACK: ("hate", "hate/threatening"),
    }

    def request(self, texts: Sequence[str]) -> HttpRequest:
        model = {"model": self.config.model} if self.config.model else {}
        return HttpRequest(self.path, {**model, "input": list(texts)})

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        rows: list[Row] = []
        for result in ordered(at(response.body, "results"), count):
            scores = at(result, *self.scores_at)
            if not isinstance(scores, dict):
                raise bad_shape("sent scores that are not an object")
            rows.append(by_name(scores))
        return rows

    def metadata(self, response: HttpResponse) -> ServerMetadata:
        return ServerMetadata(
            server_ms=header_ms(response.headers, "openai-processing-ms"),
            model_revision=optional_text(response.body.get("model")),
            request_id=server_request_id(response.headers),
        )


class ConsoleApi(OpenAiModerations):
    """Another console's API: besides OpenAI's categories it gives its own labels under
    `modconsole`, and how much of a text it did not read. Don't declare labels that the other
    console does not assess."""

    scores_at = ("modconsole", "scores")
    default_labels: ClassVar[Mapping[Label, tuple[str, ...]]] = {
        label: (label.value,) for label in Label if label is not Label.SEVERE_TOXICITY
    }

    def unread_chars(self, response: HttpResponse, count: int) -> Sequence[int]:
        results = ordered(at(response.body, "results"), count)
        own = [at(result, "modconsole") for result in results]
        # Older versions did not say.
        return [optional_count(each.get("unread_chars")) or 0 for each in own]
