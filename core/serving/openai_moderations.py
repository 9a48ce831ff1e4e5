"""`POST /v1/moderations`, for clients of OpenAI.

Their thirteen categories differ from our six labels, so only these are mapped:

- `harassment` is the highest of `toxicity`, `severe_toxicity` and `insult`;
- `harassment/threatening` is `threat`;
- `hate` is `identity_attack`;
- every other category is not assessed: it is false and 0, because their clients read numbers, and
  its list in `category_applied_input_types` is empty, which is OpenAI's own way to say so;
- `obscene` fits none of theirs (`sexual` is not swearing): it only counts for `flagged`.

`flagged` and each category follow the policy in force: true when it would hold or remove. Besides
their fields, each result has ours under `modconsole`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from core.errors import InvalidInput
from core.inference.base import TextResult
from core.inference.text.rule_matcher import matcher_of
from core.moderation.decisions import judge_read
from core.moderation.policies import Action, Policy
from core.moderation.scores import Label, not_assessed
from core.serving.paths import ErrorFormat
from core.serving.process import ApiProcess
from core.serving.request_body import parse_json, read_body
from core.serving.scoring import read_text, read_texts
from core.serving.wire_docs import body_docs, error_docs
from core.servinglog.record import ORIGIN

ROUTER = APIRouter(tags=["Scoring"], responses=error_docs(ErrorFormat.OPENAI))
CATEGORIES: Mapping[str, tuple[Label, ...]] = {
    "harassment": (Label.TOXICITY, Label.SEVERE_TOXICITY, Label.INSULT),
    "harassment/threatening": (Label.THREAT,),
    "hate": (Label.IDENTITY_ATTACK,),
    "hate/threatening": (),
    "illicit": (),
    "illicit/violent": (),
    "self-harm": (),
    "self-harm/intent": (),
    "self-harm/instructions": (),
    "sexual": (),
    "sexual/minors": (),
    "violence": (),
    "violence/graphic": (),
}
_EXAMPLE = {"input": ["Have a nice day.", "Only a moron would write this."]}


@ROUTER.post(
    "/v1/moderations",
    response_model=None,
    openapi_extra=body_docs("Text, a list of texts, or a list of text parts.", _EXAMPLE),
)
async def post_moderations(request: Request) -> JSONResponse:
    """Score texts as OpenAI's moderations endpoint does; nothing is stored.

    `input` is a text, a list of texts (one result each), or a list of `{"type": "text", "text":
    ...}` (one result for all of them). `model` is ignored: the answer names the model that scored.
    `harassment` is our highest of toxicity, severe_toxicity and insult, `harassment/threatening` is
    threat, `hate` is identity_attack. The other categories are not assessed: they are false and 0,
    and their list in `category_applied_input_types` is empty. `flagged` follows the policy in
    force, over all labels and the rules about words, links and patterns. Our own labels are under
    `modconsole` in each result. `flagged` is also true if the text is too long to be read whole:
    `modconsole.unread_chars` says how many characters at its end were not read.
    """
    texts = read_input(parse_json(await read_body(request)))
    process: ApiProcess = request.app.state.process
    process.weigh(request, texts)
    policy = await process.policy_in_force()
    scored = await process.scoring.score(texts, policy)
    model = scored.results[0].model_version or process.scoring.info.model_version
    results = [
        result_of(result, policy, text) for result, text in zip(scored.results, texts, strict=True)
    ]
    caller = ORIGIN.get()
    return JSONResponse(
        {"id": f"modr-{caller.request_id if caller else ''}", "model": model, "results": results}
    )


def read_input(body: object) -> list[str]:
    """The texts of a request. Raises InvalidInput."""
    if not isinstance(body, dict) or "input" not in body:
        raise InvalidInput("the body must be an object with `input`")
    given = body["input"]
    if isinstance(given, str):
        return [read_text(given, "input")]
    if not isinstance(given, list):
        raise InvalidInput("`input` must be a text or a list")
    if any(isinstance(part, dict) for part in given):
        return ["\n\n".join(read_texts([_part(part) for part in given], "input"))]
    return read_texts(given, "input")


def _part(part: object) -> object:
    if not isinstance(part, dict) or part.get("type") != "text":
        raise InvalidInput("`input` may hold parts of type `text` only: images are not scored")
    return part.get("text")


def result_of(result: TextResult, policy: Policy, text: str) -> dict[str, Any]:
    """One entry of `results`, for that readable text."""
    scores = result.scores
    fired = matcher_of(policy.text_rules).fired(text)
    verdict = judge_read(scores, policy, unread_chars=result.unread_chars, fired=fired)
    assessed = {name: _known(labels, scores) for name, labels in CATEGORIES.items()}
    return {
        "flagged": verdict.action is not Action.APPROVE,
        "categories": {
            name: bool(labels) and _is_flagged({label: scores[label] for label in labels}, policy)
            for name, labels in assessed.items()
        },
        "category_scores": {
            name: max((scores[label] for label in labels), default=0.0)
            for name, labels in assessed.items()
        },
        "category_applied_input_types": {
            name: ["text"] if labels else [] for name, labels in assessed.items()
        },
        "modconsole": {
            "action": verdict.action,
            "policy_version": policy.version,
            "rule_ids": list(verdict.rule_ids),
            "scores": dict(scores),
            "not_assessed": list(not_assessed(scores)),
            "unread_chars": result.unread_chars,
        },
    }


def _known(labels: Sequence[Label], scores: Mapping[Label, float]) -> list[Label]:
    return [label for label in labels if label in scores]


def _is_flagged(scores: Mapping[Label, float], policy: Policy) -> bool:
    """Whether any rule on these labels fires with an action other than approve. A label without a
    rule never flags here: the policy holds the comment as a whole for it."""
    return any(
        rule.action is not Action.APPROVE and rule.matches(scores[rule.label])
        for rule in policy.rules
        if rule.label in scores
    )
