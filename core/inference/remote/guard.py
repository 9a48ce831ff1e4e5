"""Guard models behind `/v1/chat/completions`: the model answers in words; the score is the
probability of the word for "unsafe"."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from core.inference.remote.shapes import (
    at,
    bad_shape,
    items,
    number,
    optional_text,
    server_request_id,
    total_tokens,
)
from core.inference.remote.transport import HttpRequest, HttpResponse
from core.inference.remote.wire_format import Row, ServerMetadata, WireFormat
from core.moderation.scores import Label

UNSAFE = "unsafe"
_MOST_TOKENS = 16
_MOST_LOGPROBS = 20
_ROUNDING = 1e-3


class GuardChat(WireFormat):
    """Llama Guard's answer: `safe`, or `unsafe` and a line of category codes; `safe_word` and
    `unsafe_word` adapt it to other models (ShieldGemma: No and Yes). The server label "unsafe" gets
    the probability of the unsafe word against the safe one. So does each category the answer names;
    other categories get 0.

    The word must be among the `top_logprobs` of the first token that is not blank.
    """

    path = "v1/chat/completions"
    batch_size = 1
    options: ClassVar[Mapping[str, type]] = {
        "prompt": str,
        "safe_word": str,
        "unsafe_word": str,
        "top_logprobs": int,
    }
    needs = frozenset({"labels", "model"})
    default_labels: ClassVar[Mapping[Label, tuple[str, ...]]] = {Label.TOXICITY: (UNSAFE,)}

    def request(self, texts: Sequence[str]) -> HttpRequest:
        options = self.config.options
        prompt = options.get("prompt")
        system = [] if prompt is None else [{"role": "system", "content": prompt}]
        body = {
            "model": self.config.model,
            "messages": [*system, {"role": "user", "content": texts[0]}],
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
            "logprobs": True,
            "top_logprobs": options.get("top_logprobs", 5),
        }
        return HttpRequest(self.path, body)

    def rows(self, response: HttpResponse, count: int) -> Sequence[Row]:
        (choice,) = items(at(response.body, "choices"), count)
        score = self._score(at(choice, "logprobs", "content"))
        said = at(choice, "message", "content")
        named = set(said.replace(",", " ").split()) if isinstance(said, str) else set()
        categories = {name for names in self.labels.values() for name in names} | named
        words = {self._word("safe_word"), self._word("unsafe_word"), UNSAFE}
        row = {
            name: score if name in named else 0.0
            for name in categories
            if name.lower() not in words
        }
        return [{UNSAFE: score, **row}]

    def problem(self) -> str | None:
        count = self.config.options.get("top_logprobs", 5)
        return (
            None
            if 1 <= count <= _MOST_LOGPROBS
            else f"`top_logprobs` must be 1 to {_MOST_LOGPROBS}"
        )

    def metadata(self, response: HttpResponse) -> ServerMetadata:
        return ServerMetadata(
            tokens=total_tokens(response.body),
            model_revision=optional_text(response.body.get("model")),
            request_id=server_request_id(response.headers),
        )

    def _word(self, name: str) -> str:
        defaults = {"safe_word": "safe", "unsafe_word": UNSAFE}
        return str(self.config.options.get(name, defaults[name])).lower()

    def _score(self, content: Any) -> float:
        """P(unsafe) / (P(unsafe) + P(safe)) at the first token that is not blank."""
        for place in content if isinstance(content, list) else []:
            if not str(at(place, "token")).strip():
                continue
            safe = unsafe = 0.0
            others = at(place, "top_logprobs")
            for other in others if isinstance(others, list) else []:
                chance = _chance(at(other, "logprob"))
                token = str(at(other, "token")).strip().lower()
                safe += chance * self._begins("safe_word", token)
                unsafe += chance * self._begins("unsafe_word", token)
            if safe + unsafe > 0.0:
                return unsafe / (safe + unsafe)
            raise bad_shape("did not begin its answer with the safe or the unsafe word")
        raise bad_shape("sent no log-probabilities; the server must support logprobs")

    def _begins(self, name: str, token: str) -> bool:
        """Whether the token is the word or its beginning: vocabularies split words differently."""
        return bool(token) and self._word(name).startswith(token)


def _chance(logprob: Any) -> float:
    value = number(logprob)
    # Rounding may give a little above 0; anything more, or NaN, is not a log-probability.
    if not value <= _ROUNDING:
        raise bad_shape("sent a log-probability above 0")
    return math.exp(min(0.0, value))
