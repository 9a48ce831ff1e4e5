"""`POST /predict`, for clients of text-embeddings-inference.

Unlike theirs, scores are this model's independent score for each label, never a softmax: these
labels don't exclude each other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from core.errors import InvalidInput
from core.inference.base import Activation, CallMetadata, TextResult
from core.serving.paths import ErrorFormat
from core.serving.process import ApiProcess
from core.serving.request_body import parse_json, read_body
from core.serving.scoring import read_text, read_texts
from core.serving.wire_docs import body_docs, error_docs

ROUTER = APIRouter(tags=["Scoring"], responses=error_docs(ErrorFormat.TEXT_EMBEDDINGS_INFERENCE))
_EXAMPLE = {"inputs": [["Have a nice day."], ["Only a moron would write this."]]}
_SMALLEST = 1e-9
_PAIR = (
    "pairs of texts can't be scored by this model; a batch of single texts is written "
    '[["first"], ["second"]]'
)


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """`is_batch` decides the shape of the answer."""

    texts: list[str]
    is_batch: bool
    raw_scores: bool
    truncate: bool


@ROUTER.post(
    "/predict",
    response_model=None,
    openapi_extra=body_docs("One text, or a batch as a list of lists.", _EXAMPLE),
)
async def post_predict(request: Request) -> JSONResponse:
    """Score texts as text-embeddings-inference does; nothing is stored.

    `inputs` is a text, or a batch of texts as `[["first"], ["second"]]`. `["first", "second"]`
    means a pair in that API and is refused. The answer lists label and score, highest first.
    `raw_scores` gives logits. Without `truncate`, a text longer than the model reads is refused.
    Times are in the headers `x-total-time`, `x-tokenization-time`, `x-queue-time` and
    `x-inference-time`, in milliseconds.
    """
    given = read_predict(parse_json(await read_body(request)))
    process: ApiProcess = request.app.state.process
    process.weigh(request, given.texts)
    info = process.scoring.info
    if given.raw_scores and info.activation is not Activation.SIGMOID:
        raise InvalidInput(f"raw_scores: this model gives none (activation {info.activation})")
    scored = await process.scoring.score(given.texts)
    if not given.truncate and any(result.unread_chars for result in scored.results):
        raise InvalidInput(
            "inputs: a text is longer than what this model reads; send `truncate`: true to have "
            "it cut"
        )
    answers = [_labelled(result, raw=given.raw_scores) for result in scored.results]
    headers = _times(scored.call, given.texts)
    return JSONResponse(answers if given.is_batch else answers[0], headers=headers)


def read_predict(body: object) -> PredictRequest:
    """Raises InvalidInput."""
    if not isinstance(body, dict) or "inputs" not in body:
        raise InvalidInput("the body must be an object with `inputs`")
    texts, is_batch = _read_inputs(body["inputs"])
    flags = {name: body.get(name) or False for name in ("raw_scores", "truncate")}
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise InvalidInput(f"`{name}` must be true or false")
    if str(body.get("truncation_direction") or "right").lower() != "right":
        raise InvalidInput("`truncation_direction` can be `Right` only: the end is cut")
    return PredictRequest(texts, is_batch, flags["raw_scores"], flags["truncate"])


def _read_inputs(inputs: object) -> tuple[list[str], bool]:
    if isinstance(inputs, str):
        return [read_text(inputs, "inputs")], False
    if not isinstance(inputs, list):
        raise InvalidInput("`inputs` must be a text or a list of lists")
    if inputs and all(isinstance(each, str) for each in inputs):
        if len(inputs) == 1:
            return [read_text(inputs[0], "inputs")], False
        raise InvalidInput(f"inputs: {_PAIR}")
    for number, each in enumerate(inputs):
        if not isinstance(each, list) or not each:
            raise InvalidInput(f"inputs[{number}] must be a list with one text")
        if len(each) > 1:
            raise InvalidInput(f"inputs[{number}]: {_PAIR}")
    return read_texts([each[0] for each in inputs], "inputs"), True


def _labelled(result: TextResult, *, raw: bool) -> list[dict[str, Any]]:
    ranked = sorted(result.scores.items(), key=lambda item: -item[1])
    return [{"label": label, "score": _logit(score) if raw else score} for label, score in ranked]


def _logit(score: float) -> float:
    """The inverse of the sigmoid. Scores are first clamped away from 0 and 1, where it is
    infinite."""
    inside = min(1.0 - _SMALLEST, max(_SMALLEST, score))
    return math.log(inside / (1.0 - inside))


def _times(call: CallMetadata | None, texts: Sequence[str]) -> dict[str, str]:
    """Whole milliseconds, as in that API; unknown times are left out."""
    headers = {
        "x-compute-type": "cpu",
        "x-compute-characters": str(sum(map(len, texts))),
    }
    if call is None:
        return headers
    times = {
        "x-total-time": call.total_ms,
        "x-queue-time": call.queue_ms,
        "x-tokenization-time": call.tokenize_ms,
        "x-inference-time": call.compute_ms,
        "x-compute-time": call.compute_ms,
        "x-compute-tokens": call.tokens,
    }
    return headers | {name: str(round(value)) for name, value in times.items() if value is not None}
