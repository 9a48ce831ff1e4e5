"""A stub server that implements every wire protocol with its real formats and pitfalls.

Its scores are the fake backend's, so every protocol must give the same numbers. Each kind is
served under `/KIND`; received requests are kept in `asked`.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.inference.fake import FakeBackend
from core.moderation.scores import Label
from tests.loopback import LoopbackServer

KEY = "sk-Secret/0123456789"
NAMES = {
    "toxic": Label.TOXICITY,
    "obscene": Label.OBSCENE,
    "threat": Label.THREAT,
    "insult": Label.INSULT,
    "identity_hate": Label.IDENTITY_ATTACK,
}
OPENAI = dict(
    zip(("harassment", "sexual", "violence", "hate/threatening", "hate"), NAMES, strict=True)
)
PERSPECTIVE = dict(
    zip(("TOXICITY", "PROFANITY", "THREAT", "INSULT", "IDENTITY_ATTACK"), NAMES, strict=True)
)


@dataclass(frozen=True)
class ReceivedRequest:
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any
    connection: int  # the client's port: the same one for requests over one connection


@dataclass(frozen=True)
class ServerAnswer:
    """An answer: `body` is sent as JSON, or as it is when bytes."""

    body: Any
    status: int = 200
    headers: dict[str, str] | None = None


def scores_of(text: str) -> dict[str, float]:
    scores = FakeBackend().score([text]).results[0].scores
    return {name: scores[label] for name, label in NAMES.items()}


def logits_of(text: str) -> dict[str, float]:
    return {name: math.log(p / (1 - p)) for name, p in scores_of(text).items()}


def softmax_of(text: str) -> dict[str, float]:
    powers = {name: math.exp(logit) for name, logit in logits_of(text).items()}
    return {name: power / sum(powers.values()) for name, power in powers.items()}


def pairs(scores: dict[str, float]) -> list[dict[str, Any]]:
    """Labels with scores, the highest first, as pipelines return them."""
    found = [{"label": name, "score": score} for name, score in scores.items()]
    return sorted(found, key=lambda pair: -pair["score"])


def openai(asked: ReceivedRequest) -> ServerAnswer:
    assert all(isinstance(text, str) for text in asked.body["input"])
    results = []
    for text in asked.body["input"]:
        scores = scores_of(text)
        categories = {name: scores[own] for name, own in OPENAI.items()}
        categories |= {"illicit": None, "self-harm": 0.001, "harassment/threatening": 0.001}
        flags = {name: bool(score and score > 0.5) for name, score in categories.items()}
        flagged = any(flags.values())
        results.append({"flagged": flagged, "categories": flags, "category_scores": categories})
    body = {"id": "modr-1", "model": "omni-moderation-2024-09-26", "results": results}
    return ServerAnswer(body, headers={"openai-processing-ms": "7", "x-request-id": "req_1"})


def console(asked: ReceivedRequest) -> ServerAnswer:
    results = [
        {
            "category_scores": {"harassment": 0.0},
            "modconsole": {
                "scores": {str(NAMES[name]): score for name, score in scores_of(text).items()}
            },
        }
        for text in asked.body["input"]
    ]
    return ServerAnswer({"id": "x", "model": "minilm-toxicity-3", "results": results})


def hf_router(asked: ReceivedRequest) -> ServerAnswer:
    assert isinstance(asked.body["inputs"], str)
    assert asked.path == "/hf_router/unitary/toxic-bert"
    return ServerAnswer([_pipeline(asked.body["inputs"], asked.body["parameters"])])


def hf_endpoint(asked: ReceivedRequest) -> ServerAnswer:
    return ServerAnswer(
        [_pipeline(text, asked.body["parameters"]) for text in asked.body["inputs"]]
    )


def _pipeline(text: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    functions = {"sigmoid": scores_of, "softmax": softmax_of, "none": logits_of}
    found = pairs(functions[parameters.get("function_to_apply", "softmax")](text))
    return found[: parameters.get("top_k", 1)]


def tei(asked: ReceivedRequest) -> ServerAnswer:
    """`["a", "b"]` is one pair; several labels get a softmax unless raw scores are requested."""
    if asked.path == "/tei/info":
        return ServerAnswer(
            {
                "model_id": "unitary/toxic-bert",
                "model_sha": "4d6c22e74ba2",
                "version": "1",
                "max_input_length": 512,
            }
        )
    inputs, score = asked.body["inputs"], softmax_of
    if asked.body.get("raw_scores"):
        score = logits_of
    timing = {"x-total-time": "9", "x-tokenization-time": "1", "x-queue-time": "2"}
    timing |= {"x-inference-time": "5", "x-compute-tokens": "12"}
    if isinstance(inputs, str) or isinstance(inputs[0], str):
        whole = inputs if isinstance(inputs, str) else " ".join(inputs)
        return ServerAnswer(pairs(score(whole)), headers=timing)
    assert all(len(one) == 1 for one in inputs)
    if len(inputs) > 32:
        message = {
            "error": "batch size 33 > maximum allowed batch size 32",
            "error_type": "Validation",
        }
        return ServerAnswer(message, 422)
    return ServerAnswer([pairs(score(one[0])) for one in inputs], headers=timing)


def oip(asked: ReceivedRequest) -> ServerAnswer:
    (tensor,) = asked.body["inputs"]
    assert (tensor["datatype"], tensor["shape"]) == ("BYTES", [len(tensor["data"])])
    data = [score for text in tensor["data"] for score in scores_of(text).values()]
    output = {"name": "scores", "datatype": "FP32", "shape": [len(tensor["data"]), 5], "data": data}
    return ServerAnswer(
        {"model_name": "toxic", "model_version": "3", "id": "1", "outputs": [output]}
    )


def vllm(asked: ReceivedRequest) -> ServerAnswer:
    data = []
    for index, text in enumerate(asked.body["input"]):
        probs = list(scores_of(text).values())
        label = f"LABEL_{probs.index(max(probs))}"
        data.append({"index": index, "label": label, "probs": probs, "num_classes": len(probs)})
    usage = {"prompt_tokens": 9, "total_tokens": 9}
    return ServerAnswer({"id": "classify-1", "object": "list", "data": data[::-1], "usage": usage})


def infinity(asked: ReceivedRequest) -> ServerAnswer:
    """Ignores `raw_scores`, like version 0.0.78."""
    data = [pairs(scores_of(text)) for text in asked.body["input"]]
    usage = {"prompt_tokens": 8, "total_tokens": 8}
    return ServerAnswer(
        {"object": "classify", "data": data, "model": "toxic", "usage": usage, "id": "i"}
    )


def mlflow(asked: ReceivedRequest) -> ServerAnswer:
    (form,) = asked.body.keys() & {"inputs", "instances", "dataframe_split", "dataframe_records"}
    rows = asked.body[form]
    texts = [row[0] for row in rows["data"]] if form == "dataframe_split" else rows
    texts = [text if isinstance(text, str) else text["text"] for text in texts]
    return ServerAnswer({"predictions": [pairs(scores_of(text)) for text in texts]})


def perspective(asked: ReceivedRequest) -> ServerAnswer:
    if asked.query.get("key") != [KEY]:
        return ServerAnswer({"error": {"code": 403, "status": "PERMISSION_DENIED"}}, 403)
    scores = scores_of(asked.body["comment"]["text"])
    found = {
        name: {
            "spanScores": [],
            "summaryScore": {"value": scores[PERSPECTIVE[name]], "type": "PROBABILITY"},
        }
        for name in asked.body["requestedAttributes"]
    }
    return ServerAnswer(
        {"attributeScores": found, "languages": ["en"], "detectedLanguages": ["en"]}
    )


def guard(asked: ReceivedRequest) -> ServerAnswer:
    """Llama Guard's first token is two line breaks; its verdict follows."""
    score = scores_of(asked.body["messages"][-1]["content"])["toxic"]
    assert asked.body["logprobs"]
    said = "\n\nunsafe\nS1,S10" if score > 0.5 else "\n\nsafe"
    verdicts = [("unsafe", score), ("safe", 1 - score)]
    places = [_place([("\n\n", 1.0)]), _place(sorted(verdicts, key=lambda v: -v[1]))]
    choice = {"index": 0, "message": {"content": said}, "logprobs": {"content": places}}
    return ServerAnswer({"id": "c", "model": "llama-guard-3-8b", "choices": [choice], "usage": {}})


def _place(chances: list[tuple[str, float]]) -> dict[str, Any]:
    top = [{"token": token, "logprob": math.log(chance)} for token, chance in chances]
    return {**top[0], "top_logprobs": top}


def generic(asked: ReceivedRequest) -> ServerAnswer:
    assert asked.headers["x-site"] == "forum"
    results = [{"found": scores_of(text)} for text in asked.body["payload"]["comments"]]
    return ServerAnswer({"data": {"results": results}})


SERVERS: dict[str, Callable[[ReceivedRequest], ServerAnswer]] = {
    "openai": openai,
    "hf_router": hf_router,
    "hf_endpoint": hf_endpoint,
    "tei": tei,
    "oip": oip,
    "vllm": vllm,
    "infinity": infinity,
    "mlflow": mlflow,
    "perspective": perspective,
    "guard": guard,
    "json": generic,
    "console": console,
}


class RemoteServer(LoopbackServer):
    """`override` is called first; if it returns None, the protocol answers."""

    def __init__(self) -> None:
        self.asked: list[ReceivedRequest] = []
        self.override: Callable[[ReceivedRequest], ServerAnswer | None] = lambda _asked: None
        super().__init__()

    def _answer_to(self, asked: ReceivedRequest) -> ServerAnswer:
        with self._lock:
            self.asked.append(asked)
        answer = self.override(asked)
        if answer is not None:
            return answer
        kind = asked.path.split("/")[1]
        if kind != "perspective" and asked.headers.get("authorization") != f"Bearer {KEY}":
            return ServerAnswer(
                {"error": {"code": "invalid_api_key", "message": f"bad {KEY}"}}, 401
            )
        return SERVERS[kind](asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # headers and body are two writes: 40 ms apart else

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = json.loads(raw) if raw else None
                answer = server._answer_to(
                    ReceivedRequest(
                        parts.path, parse_qs(parts.query), headers, body, self.client_address[1]
                    )
                )
                sent = answer.body
                content = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(content)))
                for name, value in (answer.headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        return Handler
