"""Perspective's comments:analyze: one text a request, the key in the URL."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from core.inference.remote.shapes import at, bad_shape, number
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, WireFormat
from core.moderation.scores import Label


class Perspective(WireFormat):
    """The service takes at most 20,480 bytes of text. Attributes are requested without a threshold,
    because scores under a threshold are missing from the answer."""

    path = "v1alpha1/comments:analyze"
    batch_size = 1
    max_bytes = 20_480
    default_languages = ("en",)
    default_labels: ClassVar[Mapping[Label, tuple[str, ...]]] = {
        Label.TOXICITY: ("TOXICITY",),
        Label.SEVERE_TOXICITY: ("SEVERE_TOXICITY",),
        Label.OBSCENE: ("PROFANITY",),
        Label.THREAT: ("THREAT",),
        Label.INSULT: ("INSULT",),
        Label.IDENTITY_ATTACK: ("IDENTITY_ATTACK",),
    }
    notice = (
        "The Perspective API ends on 31 December 2026. Compare another backend with it while it "
        "still answers, and carry the thresholds over."
    )

    def request(self, texts: Sequence[str]) -> HttpRequest:
        attributes: dict[str, object] = {
            name: {} for names in self.labels.values() for name in names
        }
        body = {
            "comment": {"text": texts[0]},
            "languages": list(self.config.languages or self.default_languages),
            "requestedAttributes": attributes,
            "doNotStore": True,
        }
        return HttpRequest(self.path, body)

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        found = at(response.body, "attributeScores")
        if not isinstance(found, dict) or count != 1:
            raise bad_shape("sent attributeScores that are not an object")
        return [{name: number(at(found, name, "summaryScore", "value")) for name in found}]

    def secret_params(self, key: str) -> Mapping[str, str]:
        return {"key": key}
